// WebRTC over TCP (RFC 6544) on the port numbers of UDP: when asked for, and as the second choice.
import assert from 'node:assert/strict';
import { counterClip, frameRate } from './support/clips.mjs';
import { assertUndisturbed } from './support/faults.mjs';
import { runLoad } from './support/load.mjs';
import { useSuite } from './support/scenario.mjs';
import { listenTo, openWhepPage } from './support/whep_page.mjs';

const world = useSuite({ browser: true });
const { scenario } = world;

async function openPlayer(name) {
  const page = await openWhepPage(world, name);
  await page.evaluate(() => measure.frame());
  return page;
}
const protocolOf = (page) => page.evaluate(async () => (await measure.localCandidate()).protocol);
const candidatesOf = (page) => page.evaluate(() =>
  player.peer.remoteDescription.sdp.split('\r\n').filter((line) => line.startsWith('a=candidate:')));

scenario('by transport=tcp a player gets picture and sound over TCP, without a freeze', async () => {
  await world.suite.publish(await counterClip({ hertz: 440 }), 'cam');
  const page = await openPlayer('cam?transport=tcp');
  assert.equal(await protocolOf(page), 'tcp');
  for (const candidate of await candidatesOf(page)) {
    assert.match(candidate, / tcp \d+ \S+ \d+ typ host tcptype passive/i);
  }
  await page.evaluate(() => measure.pass(1000));
  const seen = await page.evaluate(() => measure.watch(8000));
  const rate = seen.framesDecoded / seen.seconds;
  assert.ok(Math.abs(rate - frameRate) < 1, `decodes ${rate} frames/s`);
  assert.equal(seen.freezes, 0);
  assert.equal(seen.packetsLost, 0);
  const { loudness, hertz } = await listenTo(page, 1500);
  assert.ok(loudness > 0.05, `loudness ${loudness}`);
  assert.ok(Math.abs(hertz - 440) < 6, `${hertz} Hz`);
});

scenario('without a wish both are offered, on the same ports, and UDP is used', async () => {
  await world.suite.publish(await counterClip(), 'cam');
  const page = await openPlayer('cam');
  assert.equal(await protocolOf(page), 'udp');
  const ports = { udp: new Set(), tcp: new Set() };
  for (const candidate of await candidatesOf(page)) {
    const [, , transport, , , port] = candidate.split(' ');
    ports[transport.toLowerCase()].add(port);
  }
  assert.ok(ports.udp.size > 0);
  assert.deepEqual(ports.tcp, ports.udp);
});

scenario('by transport=udp no TCP is offered', async () => {
  await world.suite.publish(await counterClip(), 'cam');
  const page = await openPlayer('cam?transport=udp');
  for (const candidate of await candidatesOf(page)) assert.match(candidate, / udp /i);
});

scenario('50 players over TCP get every packet', async () => {
  await world.suite.publish(await counterClip(), 'cam');
  const load = await runLoad({ url: world.suite.http('/whep/cam'), players: 50, tcp: true,
    decrypt: 50, rate: 50, settle: 0, seconds: 4 });
  assertUndisturbed(load);
  assert.equal(load.authenticated, load.packets);
});
