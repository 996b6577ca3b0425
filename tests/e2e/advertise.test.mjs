// Behind one-to-one NAT the answer names the public address, and only that.
import assert from 'node:assert/strict';
import { counterClip } from './support/clips.mjs';
import { useSuite } from './support/scenario.mjs';

const world = useSuite({ browser: true, extra: { common: { advertise: ['203.0.113.5'] } } });
const { scenario } = world;

scenario('the candidates of an answer carry the advertised address', async () => {
  await world.suite.publish(await counterClip(), 'cam');
  const page = await world.browser.open('whep.html');
  const offer = await page.evaluate(async () => {
    const peer = new RTCPeerConnection();
    peer.addTransceiver('video', { direction: 'recvonly' });
    await peer.setLocalDescription();
    return peer.localDescription.sdp;
  });
  const response = await fetch(world.suite.http('/whep/cam'), { method: 'POST', body: offer,
    headers: { 'content-type': 'application/sdp' } });
  assert.equal(response.status, 201);
  const addresses = [...(await response.text()).matchAll(/^a=candidate:\S+ 1 udp \d+ (\S+) \d+/gim)]
    .map(([, address]) => address);
  assert.deepEqual([...new Set(addresses)], ['203.0.113.5']);
});
