// SIGTERM: a daemon says that it drains, takes no new work, and ends by itself with 0: when its
// sessions have ended, or when the drain time is over.
import assert from 'node:assert/strict';
import { counterClip } from './support/clips.mjs';
import { RtmpWatcher, assertUndisturbed, startWatching } from './support/faults.mjs';
import { runLoad } from './support/load.mjs';
import { until } from './support/process.mjs';
import { services } from './support/suite.mjs';
import { useSuite } from './support/scenario.mjs';

const drainSeconds = 12;
const world = useSuite({ extra: { common: { drain_timeout: `${drainSeconds}s` } } });
const { scenario } = world;
const whep = (name) => world.suite.http(`/whep/${name}`);

// Waits until the directory says so. Returns the daemon.
async function drain(service) {
  const daemon = world.suite.daemons.get(service);
  daemon.process.kill('SIGTERM');
  await until(`${service} says that it drains`, async () => {
    const { nodes } = await (await fetch(world.suite.http('/api/v1/nodes'))).json();
    return nodes.some((node) => node.service === service && node.state === 'NODE_STATE_DRAINING');
  });
  return daemon;
}

async function startAgain(service) {
  world.suite.startDaemon(service);
  await world.suite.ready(service);
}

scenario('webrtc-media lets its players watch to their end, takes no new one, and is gone with the last', async () => {
  await world.suite.publish(await counterClip(), 'cam');
  const load = await startWatching(world.suite, whep('cam'), { seconds: 4 });
  const began = Date.now();
  const daemon = await drain('webrtc-media');
  const late = await runLoad({ url: whep('cam'), players: 1, settle: 0, seconds: 1 }, { strict: false });
  assert.equal(late.with_media, 0);
  assert.match(late.first_failure, /^HTTP 503/);
  assertUndisturbed(await load.result());
  assert.equal(await daemon.exited, 0);
  assert.ok(Date.now() - began < drainSeconds * 1000, 'it waited for the drain time');
  await startAgain('webrtc-media');
});

scenario('webrtc-media says goodbye to the players that are left when the drain time is over', async () => {
  await world.suite.publish(await counterClip(), 'cam');
  const load = await startWatching(world.suite, whep('cam'), { seconds: drainSeconds + 3 });
  const daemon = await drain('webrtc-media');
  assert.equal(await daemon.exited, 0);
  const { ended_by_server: ended, players } = await load.result();
  assert.equal(ended, players);
  await startAgain('webrtc-media');
});

scenario('ingest lets its publisher go on, takes no new one, and is gone with the last', async () => {
  const clip = await counterClip();
  const publisher = await world.suite.publish(clip, 'cam');
  const watcher = new RtmpWatcher(world.suite.rtmp('cam'));
  try {
    await watcher.pass(1);
    const daemon = await drain('ingest');
    await watcher.pass(30);
    const late = await runLoad({ publish: world.suite.rtmp('late'), flv: clip, seconds: 1 }, { strict: false });
    assert.equal(late.published, 0);
    await publisher.stop();
    await watcher.stop();
    assert.equal(await daemon.exited, 0);
  } finally {
    await watcher.stop();
  }
  await startAgain('ingest');
});

scenario('a transcoder that drains is replaced: sound goes on', async (context) => {
  await world.suite.publish(await counterClip(), 'cam');
  const load = await startWatching(world.suite, whep('cam'), { seconds: drainSeconds + 6 });
  const daemon = await drain('transcoder');
  assert.equal(await daemon.exited, 0);
  await startAgain('transcoder');
  const result = await load.result();
  context.diagnostic(`silent for ${result.longest_pause_ms.audio.max} ms`);
  assertUndisturbed(result, ['video']);
});

scenario('daemons without sessions end at once', async () => {
  for (const service of services) {
    assert.equal(await world.suite.daemons.get(service).stop('SIGTERM', drainSeconds * 500), 0, service);
    await startAgain(service);
  }
});
