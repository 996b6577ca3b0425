// The figures of all daemons on one page.
import assert from 'node:assert/strict';
import { counterClip } from './support/clips.mjs';
import { until } from './support/process.mjs';
import { useSuite } from './support/scenario.mjs';
import { services } from './support/suite.mjs';

const world = useSuite({ browser: true });
const { scenario } = world;
const page = async () => {
  const response = await fetch(`http://127.0.0.1:${world.suite.ports.metrics}/metrics`);
  assert.equal(response.status, 200);
  return response.text();
};

scenario('every daemon is there with its own service label', async () => {
  await until('all services on the page', async () => {
    const text = await page();
    return services.every((service) => text.includes(`service="${service}"`));
  });
});

scenario('the page is Prometheus text: every sample has a known form, every family one TYPE', async () => {
  const lines = (await page()).split('\n').filter(Boolean);
  const sample = /^[a-zA-Z_:][\w:]*(\{(\w+="(\\.|[^"\\])*",?)*\})? (NaN|[+-]?Inf|[-+.\deE]+)( \d+)?$/;
  for (const line of lines) if (!line.startsWith('#')) assert.match(line, sample);
  const types = lines.filter((line) => line.startsWith('# TYPE ')).map((line) => line.split(' ')[2]);
  assert.ok(types.length > 10, `only ${types.length} families`);
  assert.equal(new Set(types).size, types.length, 'a family is there twice');
});

scenario('a publisher and a player are counted while they are there', async () => {
  await world.suite.publish(await counterClip(), 'cam');
  const player = await world.browser.open('whep.html');
  await player.evaluate(async (url) => {
    window.player = new WhepPlayer(document.getElementById('video'));
    await window.player.play(url);
    await window.player.measure.frame();
  }, world.suite.http('/whep/cam'));
  const value = (text, name) => [...text.matchAll(new RegExp(`^${name}(?:\\{[^}]*\\})? (\\S+)$`, 'gm'))]
    .reduce((sum, [, number]) => sum + Number(number), 0);
  await until('one publisher, one player', async () => {
    const text = await page();
    return value(text, 'sluice_ingest_publishers') === 1 &&
      value(text, 'sluice_webrtc_media_players') === 1;
  });
});
