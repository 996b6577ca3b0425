// WHIP as HTTP (RFC 9725): methods, codes, headers, also for pages of other origins.
import assert from 'node:assert/strict';
import { counterClip } from './support/clips.mjs';
import { until } from './support/process.mjs';
import { useSuite } from './support/scenario.mjs';
import { openWhepPage } from './support/whep_page.mjs';
import { openWhipPage, publishByWhip } from './support/whip_page.mjs';

const servers = ['stun:stun.example.org', 'turn:turn.example.org?transport=udp someone secret'];
const world = useSuite({ browser: true, extra: { 'http-gateway': { ice_servers: servers } } });
const { scenario } = world;
const sdp = { 'content-type': 'application/sdp' };
const fragmentType = 'application/trickle-ice-sdpfrag';
const whip = (path, init) => fetch(world.suite.http(`/whip/${path}`), init);

const offer = async () => (await openWhipPage(world)).evaluate(() => publisher.offer());

async function timed(request) {
  const began = performance.now();
  const response = await request();
  return [response, performance.now() - began];
}

scenario('POST answers 201 with the answer, Location, ETag, Link and Accept-Patch', async () => {
  const response = await whip('new', { method: 'POST', headers: sdp, body: await offer() });
  assert.equal(response.status, 201);
  assert.match(response.headers.get('content-type'), /^application\/sdp/);
  assert.match(new URL(response.headers.get('location'), response.url).pathname,
    /^\/whip\/new\/[\w-]+\.[0-9a-f]{32}$/);
  assert.match(response.headers.get('etag'), /^"[^"]+"$/);
  assert.equal(response.headers.get('accept-patch'), fragmentType);
  assert.equal(response.headers.get('link'), '<stun:stun.example.org>; rel="ice-server", ' +
    '<turn:turn.example.org?transport=udp>; rel="ice-server"; username="someone"; ' +
    'credential="secret"; credential-type="password"');
  const answer = await response.text();
  assert.match(answer, /a=ice-lite/);
  assert.equal(answer.match(/^a=recvonly\r?$/gm).length, 2);
  assert.match(answer, /^a=candidate:/m);
  assert.equal((await fetch(new URL(response.headers.get('location'), response.url),
    { method: 'DELETE' })).status, 200);
});

scenario('a page of another origin publishes, trickles, and reads what it needs', async () => {
  const page = await publishByWhip(world, 'cam'); // the page's server is another origin
  assert.match(await page.evaluate(() => publisher.etag), /^"[^"]+"$/);
  const candidate = 'candidate:1 1 udp 2122194687 192.0.2.77 5000 typ host';
  const patched = await page.evaluate((line) => publisher.patch(
    `m=audio 9 UDP/TLS/RTP/SAVPF 0\r\na=mid:0\r\na=${line}\r\na=end-of-candidates\r\n`,
    publisher.etag), candidate);
  assert.equal(patched.status, 204);
  assert.equal(patched.body, '');
});

scenario('PATCH of another ICE session is 412, of none 428, of nothing 400', async () => {
  const page = await publishByWhip(world, 'cam');
  const patch = (fragment, ifMatch) =>
    page.evaluate(([text, tag]) => publisher.patch(text, tag), [fragment, ifMatch]);
  assert.equal((await patch('a=end-of-candidates\r\n', '"another"')).status, 412);
  assert.equal((await patch('nothing of ICE', '*')).status, 400);
  const location = await page.evaluate(() => publisher.location);
  const bare = (init) => fetch(location, { method: 'PATCH', body: 'a=end-of-candidates', ...init });
  assert.equal((await bare({ headers: { 'content-type': fragmentType } })).status, 428);
  const wrongType = await bare({ headers: { 'content-type': 'application/sdp', 'if-match': '*' } });
  assert.equal(wrongType.status, 415);
  assert.equal(wrongType.headers.get('accept-patch'), fragmentType);
});

scenario('thousands of candidates and bad lines by PATCH do no harm', async () => {
  const page = await publishByWhip(world, 'cam');
  const patch = (fragment) => page.evaluate((text) => publisher.patch(text, publisher.etag), fragment);
  const lines = Array.from({ length: 900 },
    (_, i) => `a=candidate:${i} 1 udp ${i} 10.0.${i >> 8}.${i & 255} 9 typ host\r\n`).join('');
  assert.equal((await patch(`m=audio 9 UDP/TLS/RTP/SAVPF 0\r\n${lines}`)).status, 204);
  assert.equal((await patch(`a=candidate:${'9'.repeat(10000)}\r\n`)).status, 400);
  const player = await openWhepPage(world, 'cam');
  await player.evaluate(() => measure.frame());
});

scenario('a name that is published is 409, at once', async () => {
  await world.suite.publish(await counterClip(), 'cam');
  const body = await offer();
  const [response, took] = await timed(() => whip('cam', { method: 'POST', headers: sdp, body }));
  assert.equal(response.status, 409);
  assert.match((await response.json()).detail, /already in use/);
  assert.ok(took < 1000, `${took} ms`);
});

scenario('what is wrong is told within a second, in words', async () => {
  const good = await offer();
  const cases = [
    [400, sdp, 'v=0\r\nno offer'],
    [400, sdp, good.replaceAll('a=fingerprint', 'a=x')],
    [400, sdp, good.replaceAll('a=sendonly', 'a=recvonly')],
    [400, sdp, `v=0\r\n${'m=audio 9 UDP/TLS/RTP/SAVPF 0\r\n'.repeat(100)}`],
    [400, sdp, `${good}a=x:${'x'.repeat(10000)}\r\n`],
    [406, sdp, good.replace(/^a=rtpmap:(\d+) .*$/gm, 'a=rtpmap:$1 unknown/90000')
      .replace(/^m=audio.*$/m, 'm=audio 9 UDP/TLS/RTP/SAVPF 111')],
    [415, { 'content-type': 'application/json' }, '{}'],
  ];
  for (const [status, headers, body] of cases) {
    const [response, took] = await timed(() => whip('new', { method: 'POST', headers, body }));
    assert.equal(response.status, status, await response.clone().text());
    assert.match(response.headers.get('content-type'), /problem\+json/);
    assert.equal(response.headers.get('access-control-allow-origin'), '*');
    assert.ok((await response.json()).detail.length > 10);
    assert.ok(took < 1000, `${status} after ${took} ms`);
  }
  assert.equal((await whip('new?transport=x', { method: 'POST', headers: sdp, body: good })).status, 400);
});

scenario('OPTIONS says what is possible; GET, PUT and POST to a session are 405', async () => {
  const preflight = await whip('cam', { method: 'OPTIONS', headers: { origin: 'http://elsewhere',
    'access-control-request-method': 'PATCH', 'access-control-request-headers': 'if-match' } });
  assert.equal(preflight.status, 204);
  assert.match(preflight.headers.get('access-control-allow-methods'), /PATCH/);
  assert.match(preflight.headers.get('access-control-allow-headers'), /If-Match/);
  assert.match(preflight.headers.get('accept-post'), /application\/sdp/);
  assert.match(preflight.headers.get('accept-patch'), /sdpfrag/);
  assert.equal((await whip('cam')).status, 405);
  assert.equal((await whip('cam', { method: 'PUT', body: 'x' })).status, 405);
  const page = await publishByWhip(world, 'cam');
  const location = await page.evaluate(() => publisher.location);
  assert.equal((await fetch(location, { method: 'POST', headers: sdp, body: 'x' })).status, 405);
});

scenario('DELETE ends the stream, and its players within a second', async () => {
  const page = await publishByWhip(world, 'cam');
  const player = await openWhepPage(world, 'cam');
  await player.evaluate(() => measure.frame());
  assert.equal(await page.evaluate(() => publisher.stop()), 200);
  // DTLS tells; Chromium then calls the transport closed and lets the connection be.
  const ended = await player.evaluate(() => new Promise((resolve) => {
    const began = performance.now();
    const look = () => {
      const { state } = player.peer.getReceivers()[0].transport;
      const took = performance.now() - began;
      if (state === 'closed' || took > 5000) resolve({ state, took });
      else setTimeout(look, 20);
    };
    look();
  }));
  assert.equal(ended.state, 'closed');
  assert.ok(ended.took < 1000, `the player heard of it after ${ended.took} ms`);
  assert.equal(await page.evaluate(async () =>
    (await fetch(publisher.location, { method: 'DELETE' })).status), 404);
  await until('cam has gone', async () => !await world.suite.isLive('cam'));
});

scenario('REST and the console show a publisher by WHIP like any other', async () => {
  await publishByWhip(world, 'cam', { codecs: { video: 'VP8' } });
  await until('REST knows its codecs', async () => {
    const [found] = await world.suite.streams({ name: 'cam', published: true });
    return found?.videoCodec === 'VP8' && found.audioCodec === 'opus' &&
      found.mediaProvider === 'WebRTC' && found.width === 640 && found.bitrate > 0;
  });
  const page = await world.browser.open(world.suite.http('/'));
  await page.getByText('cam', { exact: true }).first().waitFor();
  await page.getByText(/WHIP/).first().waitFor();
  await page.getByText(/VP8 \+ Opus/).first().waitFor();
});

scenario('the console page publishes a camera, and says what is wrong', async () => {
  const page = await world.browser.open(world.suite.http('/console/publish'));
  await page.fill('#name', 'front door');
  await page.click('#start');
  await page.getByText('Publishing as “front door”').waitFor();
  await until('it is live', () => world.suite.isLive('front door'));
  const second = await world.browser.open(world.suite.http('/console/publish'));
  await second.fill('#name', 'front door');
  await second.click('#start');
  await second.getByText(/Somebody publishes “front door” already/).waitFor();
  await page.click('#stop');
  await until('it has gone', async () => !await world.suite.isLive('front door'));
  assert.deepEqual(page.messages.filter((message) => message.startsWith('error')), []);
});
