// ingest dies and is started again: its publisher comes back at once, and is accepted at first try.
import assert from 'node:assert/strict';
import { counterClip } from './support/clips.mjs';
import { until } from './support/process.mjs';
import { RtmpClient } from './support/rtmp_client.mjs';
import { useSuite } from './support/scenario.mjs';

const world = useSuite();
const { scenario } = world;

async function killAndStart() {
  await world.suite.daemons.get('ingest').stop('SIGKILL');
  world.suite.startDaemon('ingest');
}

// As soon as the port is open: the first thing that the daemon hears.
async function publishesAtOnce(name) {
  const client = await until('the port is open', () => RtmpClient.open(world.suite.ports.rtmp),
    { every: 10 });
  client.handshake().connect().publish(name);
  await until('publishing is answered', () => client.heard.includes('NetStream.'));
  assert.ok(client.heard.includes('NetStream.Publish.Start'), client.heard.toString('latin1'));
  return client;
}

scenario('a publisher that is there at once is accepted, again and again', async () => {
  let client = await publishesAtOnce('cam');
  await until('cam is in the directory', () => world.suite.streams({ name: 'cam' })
    .then(() => client.heard.includes('NetStream.Publish.Start')));
  for (let i = 0; i < 4; ++i) {
    await killAndStart();
    client = await publishesAtOnce('cam');
  }
  client.end();
});

scenario('ffmpeg comes back to its name, and it plays', async () => {
  const clip = await counterClip();
  const first = await world.suite.publish(clip, 'cam');
  await killAndStart();
  await first.exited;
  await until('the port is open', async () => (await RtmpClient.open(world.suite.ports.rtmp)).end() ?? true,
    { every: 10 });
  const second = await world.suite.publish(clip, 'cam');
  assert.ok(second.child.running, second.output);
});
