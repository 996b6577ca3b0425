// A daemon that dies and comes back is found again, and the others go on without it.
import assert from 'node:assert/strict';
import { counterClip } from './support/clips.mjs';
import { until } from './support/process.mjs';
import { useSuite } from './support/scenario.mjs';

const world = useSuite({ browser: true });
const { scenario } = world;

async function plays(name) {
  const page = await world.browser.open('whep.html');
  return page.evaluate(async (url) => {
    window.player = new WhepPlayer(document.getElementById('video'));
    const status = await player.play(url);
    if (status !== 201) return status;
    await player.measure.frame();
    return 201;
  }, world.suite.http(`/whep/${name}`));
}

async function killAndRestart(service) {
  const end = await world.suite.daemons.get(service).stop('SIGKILL');
  assert.equal(end, 'SIGKILL');
  world.suite.startDaemon(service);
  await world.suite.ready(service);
}

for (const service of ['webrtc-media', 'transcoder', 'http-gateway']) {
  scenario(`after ${service} was killed and started again, the running stream plays again`, async () => {
    await world.suite.publish(await counterClip(), 'cam');
    await killAndRestart(service);
    await until('the stream plays', async () => await plays('cam') === 201);
  });
}

scenario('after ingest was killed and started again, the name is free at once', async () => {
  await world.suite.publish(await counterClip(), 'cam');
  await killAndRestart('ingest');
  await world.suite.publish(await counterClip(), 'cam');
  await until('the stream plays', async () => await plays('cam') === 201);
});
