// A name has one publisher: the second is told so, and the first does not notice.
import assert from 'node:assert/strict';
import { counterClip, frameRate } from './support/clips.mjs';
import { overhear } from './support/overhear.mjs';
import { Publisher } from './support/publisher.mjs';
import { useSuite } from './support/scenario.mjs';

const world = useSuite({ browser: true });
const { scenario } = world;

scenario('the second publisher gets NetStream.Publish.BadName; the first goes on', async () => {
  const clip = await counterClip({ hertz: 1200, id: 1 });
  await world.suite.publish(await counterClip({ id: 0 }), 'cam');
  const page = await world.browser.open('whep.html');
  await page.evaluate(async (url) => {
    window.player = new WhepPlayer(document.getElementById('video'));
    await player.play(url);
    await player.measure.frame();
  }, world.suite.http('/whep/cam'));
  const watching = page.evaluate(() => player.measure.watch(5000));

  // ffmpeg shows the description only, so listen to what it is told.
  const line = await overhear(world.suite.ports.rtmp);
  const second = new Publisher(clip, `rtmp://127.0.0.1:${line.port}/live/cam`);
  world.suite.publishers.push(second);
  assert.notEqual(await second.exited, 0);
  await line.close();
  assert.match(line.heard, /NetStream\.Publish\.BadName/);

  const seen = await watching;
  const rate = seen.framesDecoded / seen.seconds;
  assert.ok(Math.abs(rate - frameRate) < 2, `the first decodes ${rate} frames/s`);
  assert.ok(seen.shown.every((frame) => frame.id === 0), 'a picture of the second was shown');
  assert.equal((await world.suite.streams({ name: 'cam', published: true })).length, 1);
});
