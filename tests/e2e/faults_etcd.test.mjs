// etcd is killed and comes back while streams play.
import assert from 'node:assert/strict';
import { counterClip } from './support/clips.mjs';
import { RtmpWatcher, assertUndisturbed, metric, startWatching } from './support/faults.mjs';
import { runLoad } from './support/load.mjs';
import { until } from './support/process.mjs';
import { Publisher } from './support/publisher.mjs';
import { services } from './support/suite.mjs';
import { useSuite } from './support/scenario.mjs';

const world = useSuite();
const { scenario } = world;
const whep = (name) => world.suite.http(`/whep/${name}`);
const plays = (name) => runLoad({ url: whep(name), players: 1, settle: 0, seconds: 1, decrypt: 1 });

async function killEtcd() {
  assert.equal(await world.suite.etcd.stop('SIGKILL'), 'SIGKILL');
  await until('it is noticed', async () => await metric(world.suite, 'sluice_directory_connected') === 0);
}

async function startEtcd(how) {
  world.suite.startEtcd(how);
  await until('every daemon has the directory again', async () => {
    const page = await (await fetch(`http://127.0.0.1:${world.suite.ports.metrics}/metrics`)).text();
    const connected = [...page.matchAll(/^sluice_directory_connected\{.*\} (\d)/gm)];
    return connected.length === services.length && connected.every(([, value]) => value === '1');
  });
}

scenario('50 players do not notice, new ones are served, and a new stream is played where it is published', async () => {
  const clip = await counterClip();
  await world.suite.publish(clip, 'cam');
  const load = await startWatching(world.suite, whep('cam'), { seconds: 14 });
  await killEtcd();

  await plays('cam');
  const publisher = new Publisher(clip, world.suite.rtmp('new'));
  world.suite.publishers.push(publisher);
  await until('the new stream is taken', () => publisher.publishTime(0)); // throws before
  const watcher = new RtmpWatcher(world.suite.rtmp('new'));
  try {
    await watcher.pass(30);
    await startEtcd();

    await until('the new stream is known to all', () => world.suite.isLive('new'));
    await plays('new');
    await plays('cam');
    await watcher.pass(1);
    assert.ok(watcher.longestPause < 1000, `a pause of ${watcher.longestPause} ms`);
  } finally {
    await watcher.stop();
  }
  assertUndisturbed(await load.result());
});

scenario('an etcd that comes back without its data is filled again, while 50 players watch', async () => {
  const clip = await counterClip();
  await world.suite.publish(clip, 'cam');
  const load = await startWatching(world.suite, whep('cam'), { seconds: 8 });
  await killEtcd();
  await startEtcd({ empty: true });
  await until('the stream stands there', () => world.suite.isLive('cam'));
  await plays('cam');
  await world.suite.publish(clip, 'next');
  await plays('next');
  assertUndisturbed(await load.result());
});
