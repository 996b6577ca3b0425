// Each daemon is killed under 50 players: those who do not live from it notice nothing, and its own
// work is taken up again.
import assert from 'node:assert/strict';
import { counterClip } from './support/clips.mjs';
import { RtmpWatcher, assertUndisturbed, killAndRestart, startWatching } from './support/faults.mjs';
import { runLoad } from './support/load.mjs';
import { until } from './support/process.mjs';
import { useSuite } from './support/scenario.mjs';

const world = useSuite();
const { scenario } = world;
const whep = (name) => world.suite.http(`/whep/${name}`);

const playsAgain = async () => (await runLoad({ url: whep('cam'), players: 1, settle: 0, seconds: 1 },
  { strict: false })).with_media === 1;

for (const service of ['http-gateway', 'signalling-gateway', 'admin']) {
  scenario(`50 players do not notice that ${service} is killed, and it is back`, async () => {
    await world.suite.publish(await counterClip(), 'cam');
    const load = await startWatching(world.suite, whep('cam'), { seconds: 8 });
    await killAndRestart(world.suite, service);
    assert.ok(await playsAgain());
    const page = await fetch(`http://127.0.0.1:${world.suite.ports.metrics}/metrics`);
    assert.match(await page.text(), new RegExp(`service="${service}"`));
    assertUndisturbed(await load.result());
  });
}

scenario('after the transcoder is killed its rendition is made again: sound goes on, pictures never stop', async (context) => {
  await world.suite.publish(await counterClip(), 'cam');
  const load = await startWatching(world.suite, whep('cam'), { seconds: 10 });
  await killAndRestart(world.suite, 'transcoder');
  const result = await load.result();
  assertUndisturbed(result, ['video']);
  context.diagnostic(`silent for ${result.longest_pause_ms.audio.max} ms`);
  assert.ok(result.longest_pause_ms.audio.max < 5000, `silent for ${result.longest_pause_ms.audio.max} ms`);
});

scenario('after webrtc-media is killed, who comes again plays within 2 s; players of RTMP notice nothing', async (context) => {
  await world.suite.publish(await counterClip(), 'cam');
  const watcher = new RtmpWatcher(world.suite.rtmp('cam'));
  try {
    await watcher.pass(1);
    const load = await startWatching(world.suite, whep('cam'), { seconds: 5 });
    await killAndRestart(world.suite, 'webrtc-media');
    await until('a player comes again', playsAgain, { timeout: 5000 });
    const again = await runLoad({ url: whep('cam'), players: 50, rate: 50, settle: 0, seconds: 2, decrypt: 2 });
    context.diagnostic(`key frame after ${again.first_key_frame_ms.p50} ms, at most ${again.first_key_frame_ms.max} ms`);
    assert.ok(again.first_key_frame_ms.max < 2000, `${again.first_key_frame_ms.max} ms to a key frame`);
    assertUndisturbed(again);
    const lost = await load.result();
    assert.equal(lost.playing_at_end, 0, 'players of the killed daemon cannot still play');
    await watcher.pass(30);
    assert.ok(watcher.longestPause < 1000, `a pause of ${watcher.longestPause} ms`);
  } finally {
    await watcher.stop();
  }
});
