// A second webrtc-media, as in a second pod: players are spread over both, see the same picture, and
// each daemon takes the stream once.
import assert from 'node:assert/strict';
import { join } from 'node:path';
import { counterClip } from './support/clips.mjs';
import { assertUndisturbed } from './support/faults.mjs';
import { runLoad, startLoad } from './support/load.mjs';
import { Child, until } from './support/process.mjs';
import { freePorts } from './support/ports.mjs';
import { useSuite } from './support/scenario.mjs';
import { bin } from './support/suite.mjs';
import { openWhepPage } from './support/whep_page.mjs';

const world = useSuite({ browser: true });
const { scenario } = world;

// Another node of the same host: its own ports, its own players.
async function startAnother() {
  const port = await freePorts(4);
  const child = new Child('another webrtc-media', join(bin, 'sluice-webrtc-media'),
    ['--config', world.suite.config], { env: { ...process.env, SLUICE_COMMON_NODE_NAME: 'another',
      SLUICE_WEBRTC_MEDIA_FIRST_PORT: `${port}` } });
  await until('the other webrtc-media is ready', () => child.output.includes('ready'));
  await until('its metrics are on the page', async () =>
    (await players()).length === 2);
  return child;
}

// Of each webrtc-media, in order of node.
async function players() {
  const text = await (await fetch(`http://127.0.0.1:${world.suite.ports.metrics}/metrics`)).text();
  return [...text.matchAll(/^sluice_webrtc_media_players\{([^}]*node="[^"]*"[^}]*)\} (\d+)$/gm)]
    .map(([, , count]) => Number(count));
}

async function playersLeft() {
  await until('all players have left', async () => (await players()).every((count) => count === 0));
}

scenario('players are spread over both, see the same pictures, and each daemon takes the stream once', async () => {
  const publisher = await world.suite.publish(await counterClip(), 'cam');
  const another = await startAnother();
  try {
    const load = startLoad({ url: world.suite.http('/whep/cam'), players: 20, rate: 50, seconds: 6, decrypt: 20 });
    await until('20 players', async () => (await players()).reduce((sum, count) => sum + count, 0) === 20);
    assert.deepEqual(await players(), [10, 10]);
    assert.equal(await world.suite.metric('sluice_webrtc_media_subscriptions'), 2);
    assertUndisturbed(await load.result());
    await playersLeft();

    const pages = [await openWhepPage(world, 'cam'), await openWhepPage(world, 'cam')];
    await Promise.all(pages.map((page) => page.evaluate(() => measure.frame())));
    assert.deepEqual(await players(), [1, 1]);
    await Promise.all(pages.map((page) => page.evaluate(() => measure.pass(1000))));
    const seen = await Promise.all(pages.map((page) => page.evaluate(() => measure.watch(4000))));
    const delays = seen.map(({ shown }) => {
      const each = shown.map(({ wall, number }) => wall - publisher.publishTime(number));
      return each.sort((a, b) => a - b)[Math.floor(each.length / 2)];
    });
    const numbers = seen.map(({ shown }) => new Set(shown.map(({ number }) => number)));
    const both = [...numbers[0]].filter((number) => numbers[1].has(number));
    assert.ok(both.length > 90, `${both.length} pictures were shown by both`);
    assert.ok(Math.abs(delays[0] - delays[1]) < 100, `they are behind by ${delays} ms`);
  } finally {
    await another.stop();
  }
});

scenario('when one of the two is killed, the players of the other go on, and new ones come to it', async () => {
  await world.suite.publish(await counterClip(), 'cam');
  const another = await startAnother();
  try {
    const url = world.suite.http('/whep/cam');
    const load = startLoad({ url, players: 10, rate: 50, seconds: 6 });
    await until('10 players', async () => (await players()).reduce((sum, count) => sum + count, 0) === 10);
    await another.stop('SIGKILL');
    const later = await runLoad({ url, players: 4, rate: 50, seconds: 1 }, { strict: false });
    const result = await load.result();
    assert.equal(result.playing_at_end, 5);
    assert.ok(later.with_media > 0, JSON.stringify(later));
  } finally {
    await another.stop();
  }
});
