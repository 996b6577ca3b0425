// An ingest is killed under 50 players: its streams come back with their publishers, those of
// another ingest never stop.
import assert from 'node:assert/strict';
import { join } from 'node:path';
import { Browser } from './support/browser.mjs';
import { counterClip } from './support/clips.mjs';
import { assertUndisturbed, killAndRestart, startWatching } from './support/faults.mjs';
import { freePorts } from './support/ports.mjs';
import { Child, until } from './support/process.mjs';
import { Publisher } from './support/publisher.mjs';
import { bin } from './support/suite.mjs';
import { useSuite } from './support/scenario.mjs';

const world = useSuite();
const { scenario } = world;
const whep = (name) => world.suite.http(`/whep/${name}`);

// A second ingest node of the same host. Returns {child, rtmp(name)}.
async function startAnotherIngest() {
  const port = await freePorts();
  const child = new Child('another ingest', join(bin, 'sluice-ingest'), ['--config', world.suite.config],
    { env: { ...process.env, SLUICE_COMMON_NODE_NAME: 'another', SLUICE_INGEST_RTMP_PORT: `${port}` } });
  await until('the other ingest is ready', () => child.output.includes('ready'));
  return { child, rtmp: (name) => `rtmp://127.0.0.1:${port}/live/${name}` };
}

// Publishes as an encoder does that tries until it is taken.
const publishAgain = (clip, name) => until(`${name} is published again`, async () => {
  await world.suite.publish(clip, name);
  return true;
}, { timeout: 10000 });

scenario('when ingest is killed, its 50 players go on as soon as the publisher is back', async (context) => {
  const clip = await counterClip();
  await world.suite.publish(clip, 'cam');
  const load = await startWatching(world.suite, whep('cam'), { seconds: 12 });
  await killAndRestart(world.suite, 'ingest');
  await publishAgain(clip, 'cam');
  const result = await load.result();
  context.diagnostic(`no picture for ${result.longest_pause_ms.video.max} ms`);
  assert.equal(result.ended_by_server, 0);
  assert.equal(result.playing_at_end, result.players);
  assert.deepEqual([result.lost, result.duplicates, result.authentication_failures], [0, 0, 0]);
});

scenario('a browser shows the new pictures, and no broken one', async () => {
  const clip = await counterClip();
  await world.suite.publish(clip, 'cam');
  const browser = await Browser.open();
  try {
    const page = await browser.open('whep.html');
    await page.evaluate(async (url) => {
      window.player = new WhepPlayer(document.getElementById('video'));
      if (await player.play(url) !== 201) throw new Error('not created');
      await player.measure.frame();
    }, whep('cam'));
    await killAndRestart(world.suite, 'ingest');
    await publishAgain(clip, 'cam');
    await page.evaluate(() => player.measure.pass(1000));
    const seen = await page.evaluate(() => player.measure.watch(3000));
    const rate = seen.framesDecoded / seen.seconds;
    assert.ok(Math.abs(rate - 30) < 2, `decodes ${rate} frames/s`);
  } finally {
    await browser.close();
  }
});

scenario('players of a killed ingest whose publisher does not come back are let go', async () => {
  await world.suite.publish(await counterClip(), 'cam');
  const load = await startWatching(world.suite, whep('cam'), { seconds: 13 });
  await killAndRestart(world.suite, 'ingest');
  const { ended_by_server: ended, players } = await load.result();
  assert.equal(ended, players);
});

scenario('players of another ingest do not notice', async () => {
  const clip = await counterClip();
  const other = await startAnotherIngest();
  let publisher;
  try {
    publisher = new Publisher(clip, other.rtmp('elsewhere'));
    await until('elsewhere is live', () => world.suite.isLive('elsewhere'));
    await world.suite.publish(clip, 'cam');
    const load = await startWatching(world.suite, whep('elsewhere'), { seconds: 8 });
    await killAndRestart(world.suite, 'ingest');
    assertUndisturbed(await load.result());
  } finally {
    await publisher?.stop();
    assert.equal(await other.child.stop(), 0);
  }
});
