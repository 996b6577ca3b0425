// WHEP as HTTP: methods, codes, headers, also for pages of other origins.
import assert from 'node:assert/strict';
import { counterClip } from './support/clips.mjs';
import { useSuite } from './support/scenario.mjs';

const world = useSuite({ browser: true });
const { scenario } = world;
const sdp = { 'content-type': 'application/sdp' };
const whep = (name, init) => fetch(world.suite.http(`/whep/${name}`), init);

// An offer as Chromium makes it.
async function offer() {
  const page = await world.browser.open('whep.html');
  return page.evaluate(async () => {
    const peer = new RTCPeerConnection();
    peer.addTransceiver('audio', { direction: 'recvonly' });
    peer.addTransceiver('video', { direction: 'recvonly' });
    await peer.setLocalDescription();
    return peer.localDescription.sdp;
  });
}

scenario('POST answers 201 with the answer, its type and the Location of the session', async () => {
  await world.suite.publish(await counterClip(), 'cam');
  const response = await whep('cam', { method: 'POST', headers: sdp, body: await offer() });
  assert.equal(response.status, 201);
  assert.match(response.headers.get('content-type'), /^application\/sdp/);
  assert.match(new URL(response.headers.get('location'), response.url).pathname,
    /^\/whep\/cam\/[\w-]+\.[0-9a-f]{32}$/);
  const answer = await response.text();
  assert.match(answer, /^v=0\r\n/);
  assert.match(answer, /a=ice-lite/);
  assert.equal(answer.match(/^a=sendonly\r?$/gm).length, 2);
  assert.match(answer, /^a=candidate:/m);
});

scenario('DELETE of the session answers 200 once, then 404', async () => {
  await world.suite.publish(await counterClip(), 'cam');
  const created = await whep('cam', { method: 'POST', headers: sdp, body: await offer() });
  const location = new URL(created.headers.get('location'), created.url);
  assert.equal((await fetch(location, { method: 'DELETE' })).status, 200);
  assert.equal((await fetch(location, { method: 'DELETE' })).status, 404);
});

scenario('OPTIONS and every answer allow pages of other origins, and show them Location', async () => {
  const preflight = await whep('cam', { method: 'OPTIONS', headers: { origin: 'http://elsewhere',
    'access-control-request-method': 'POST', 'access-control-request-headers': 'content-type' } });
  assert.ok([200, 204].includes(preflight.status), `${preflight.status}`);
  assert.match(preflight.headers.get('access-control-allow-origin'), /^(\*|http:\/\/elsewhere)$/);
  assert.match(preflight.headers.get('access-control-allow-methods'), /POST/);
  assert.match(preflight.headers.get('access-control-allow-methods'), /DELETE/);
  assert.match(preflight.headers.get('access-control-allow-headers'), /content-type/i);
  await world.suite.publish(await counterClip(), 'cam');
  const created = await whep('cam', { method: 'POST', body: await offer(),
    headers: { ...sdp, origin: 'http://elsewhere' } });
  assert.match(created.headers.get('access-control-allow-origin'), /^(\*|http:\/\/elsewhere)$/);
  assert.match(created.headers.get('access-control-expose-headers'), /location/i);
});

scenario('a stream that is not there: 404', async () => {
  const response = await whep('nobody', { method: 'POST', headers: sdp, body: await offer() });
  assert.equal(response.status, 404);
});

scenario('what is not an offer: 400', async () => {
  await world.suite.publish(await counterClip(), 'cam');
  const response = await whep('cam', { method: 'POST', headers: sdp, body: 'v=0\r\nno offer' });
  assert.equal(response.status, 400);
});

scenario('another content type: 415', async () => {
  const response = await whep('cam', { method: 'POST', body: '{}',
    headers: { 'content-type': 'application/json' } });
  assert.equal(response.status, 415);
});

scenario('other methods: 405', async () => {
  assert.equal((await whep('cam', { method: 'PUT', headers: sdp, body: 'x' })).status, 405);
});
