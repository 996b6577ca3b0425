// A publisher goes, in whatever way, and comes back: the same name plays again.
import assert from 'node:assert/strict';
import { counterClip, frameRate } from './support/clips.mjs';
import { until } from './support/process.mjs';
import { useSuite } from './support/scenario.mjs';

const world = useSuite({ browser: true });
const { scenario } = world;

async function watches(name) {
  const page = await world.browser.open('whep.html');
  await page.evaluate(async (url) => {
    window.player = new WhepPlayer(document.getElementById('video'));
    if (await player.play(url) !== 201) throw new Error('not created');
    await player.measure.frame();
  }, world.suite.http(`/whep/${name}`));
  return page;
}

const gone = (name) => until(`${name} is gone`, async () => !(await world.suite.isLive(name)));

async function comesBackAfter(end) {
  const clip = await counterClip();
  const publisher = await world.suite.publish(clip, 'cam');
  await watches('cam');
  await publisher[end]();
  await gone('cam');
  await world.suite.publish(clip, 'cam');
  const page = await watches('cam');
  await page.evaluate(() => player.measure.pass(1000)); // the cached pictures come first
  const seen = await page.evaluate(() => player.measure.watch(3000));
  const rate = seen.framesDecoded / seen.seconds;
  assert.ok(Math.abs(rate - frameRate) < 2, `decodes ${rate} frames/s`);
}

scenario('a publisher that stops in order can publish again, and plays again', () =>
  comesBackAfter('stop'));

scenario('a publisher that dies can publish again, and plays again', () => comesBackAfter('kill'));

scenario('a player of a stream that ended is told: its connection closes', async () => {
  const publisher = await world.suite.publish(await counterClip(), 'cam');
  const page = await watches('cam');
  await publisher.stop();
  await page.waitForFunction(() => ['closed', 'disconnected', 'failed']
    .includes(player.peer.connectionState), null, { timeout: 15000 });
});
