// What hostile and broken clients of the http gateway get, and that it serves everybody else as ever.
import assert from 'node:assert/strict';
import { connect } from 'node:net';
import { networkInterfaces } from 'node:os';
import { until } from './support/process.mjs';
import { useSuite } from './support/scenario.mjs';

const world = useSuite({ extra: { 'http-gateway': { request_timeout: '1s' } } });
const { scenario } = world;

const refused = (reason) => world.suite.metric('sluice_http_gateway_refused_total', { reason });
const outside = Object.values(networkInterfaces()).flat()
  .find(({ family, internal }) => family === 'IPv4' && !internal)?.address;

// Sends the bytes as they are; resolves with {status, text} when the connection has ended or a whole
// answer is there.
function ask(bytes, { host = '127.0.0.1', drip } = {}) {
  return new Promise((resolve, reject) => {
    const socket = connect(world.suite.ports.http, host);
    let text = '';
    const dripping = drip && setInterval(() => socket.write(drip), 50);
    const end = () => {
      clearInterval(dripping);
      socket.destroy();
      resolve({ text, status: Number(text.match(/^HTTP\/1\.[01] (\d+)/)?.[1] ?? 0) });
    };
    socket.setTimeout(15000, () => { clearInterval(dripping); reject(new Error(`no end: ${text}`)); });
    socket.on('error', end).on('close', end).on('end', end);
    socket.on('data', (data) => {
      text += data.toString('latin1');
      const head = text.indexOf('\r\n\r\n');
      const length = Number(text.match(/content-length: (\d+)/i)?.[1] ?? 0);
      if (head >= 0 && text.length >= head + 4 + length) end();
    });
    socket.write(bytes);
  });
}
const request = (method, path, fields = {}, body = '') => {
  const all = { Host: 'h', ...(body && { 'Content-Length': Buffer.byteLength(body) }), ...fields };
  return `${method} ${path} HTTP/1.1\r\n` +
    Object.entries(all).map(([name, value]) => `${name}: ${value}\r\n`).join('') + `\r\n${body}`;
};
const offer = (path, body = 'v=0\r\n') => request('POST', path, { 'Content-Type': 'application/sdp' }, body);

// The gateway is the same process afterwards, and serves.
async function thatIsAll(play) {
  const { pid } = world.suite.daemons.get('http-gateway');
  await play();
  assert.ok(world.suite.daemons.get('http-gateway').running);
  assert.equal(world.suite.daemons.get('http-gateway').pid, pid);
  assert.equal((await ask(request('GET', '/health'))).status, 200);
}

scenario('bodies: too large 413 before they are sent, malformed JSON 400, another type 415', () =>
  thatIsAll(async () => {
    const before = await refused('body_too_large');
    assert.equal((await ask(request('POST', '/whep/cam', { 'Content-Length': 300000,
      'Content-Type': 'application/sdp' }))).status, 413);
    assert.equal((await ask(request('POST', '/rest-api/stream/find',
      { 'Content-Length': '99999999999' }))).status, 413);
    assert.equal(await refused('body_too_large'), before + 2);
    const json = { 'Content-Type': 'application/json' };
    for (const body of ['{', '[]', '{"name":5}', `${'['.repeat(5000)}`, '\u0000', 'null']) {
      const { status, text } = await ask(request('POST', '/rest-api/stream/find', json, body));
      assert.equal(status, 400, `${body.slice(0, 20)}: ${text}`);
    }
    assert.equal((await ask(request('POST', '/rest-api/stream/find', { 'Content-Type': 'text/xml' },
      '<name/>'))).status, 415);
    const { status, text } = await ask(request('POST', '/whep/cam', { 'Content-Type': 'text/plain' }, 'v=0'));
    assert.equal(status, 415);
    assert.match(text, /Accept-Post: application\/sdp/);
    assert.equal((await ask(request('POST', '/whep/cam', { 'Content-Length': '-1' }))).status, 400);
    assert.equal((await ask(request('POST', '/whep/cam', { 'Transfer-Encoding': 'chunked' }))).status, 411);
  }));

scenario('slow senders: 408 for a body, the end for a header, however fast they drip', () =>
  thatIsAll(async () => {
    const [bodies, headers] = [await refused('slow_body'), await refused('slow_header')];
    const slow = await Promise.all([
      ask(request('POST', '/whep/cam', { 'Content-Length': 100000 }), { drip: 'v' }),
      ask('GET /health HTTP/1.1\r\nX-Slow: ', { drip: 'x' }), ask('GET /health', { drip: 'x' }), ask('')]);
    assert.deepEqual(slow.map(({ status }) => status), [408, 0, 0, 0]);
    assert.equal(await refused('slow_body'), bodies + 1);
    await until('the slow headers are counted', async () => (await refused('slow_header')) === headers + 3);
  }));

scenario('300 clients with half a header do not keep others from being served', () =>
  thatIsAll(async () => {
    const slow = Array.from({ length: 300 }, () => ask('GET /health HTTP/1.1\r\nX: '));
    assert.equal((await ask(request('GET', '/health'))).status, 200);
    assert.ok((await Promise.all(slow)).every(({ status }) => status === 0));
  }));

scenario('headers: 431 when too large, closed and counted when much too large', () =>
  thatIsAll(async () => {
    const before = await refused('header_too_large');
    const large = { Cookie: 'c'.repeat(10000) };
    assert.equal((await ask(request('GET', '/health', large))).status, 431);
    assert.equal((await ask(request('GET', `/${'p'.repeat(10000)}`))).status, 431);
    assert.equal((await ask(request('GET', '/health', { 'X-Huge': 'h'.repeat(1 << 20) }))).status, 0);
    assert.equal((await ask(`GET /health HTTP/1.1\r\n${'X: y\r\n'.repeat(20000)}\r\n`)).status, 0);
    await until('all are counted', async () => (await refused('header_too_large')) === before + 4);
  }));

scenario('names with dots, NUL and strange escapes are 400 or 404 and never a path', () =>
  thatIsAll(async () => {
    for (const name of ['..', '../..', '../../etc/passwd', '%2e%2e/%2e%2e/etc/passwd', '..%2f..%2fetc%2fpasswd',
      '%252e%252e%252fetc', '..%5c..%5cetc', '....//....//etc', '.', '%2e', '~root', 'a%01b', 'a%0ab',
      'a%0d%0aX-Injected:%20b', '%ff%fe', '%c0%ae%c0%ae', 'a%7fb', 'x'.repeat(300)]) {
      for (const bytes of [offer(`/whep/${name}`), request('GET', `/console/${name}`)]) {
        const { status, text } = await ask(bytes);
        // RFC 3986 6.2.2.3: /console/.. is the console's own page.
        const root = status === 200 && text.includes('<title>Sluice</title>');
        assert.ok(root || [400, 404, 405].includes(status), `${name}: ${text}`);
        assert.doesNotMatch(text, /root:|X-Injected/);
      }
    }
    for (const path of ['/whep/a%00b', '/whep/%00', '/whep/a%zzb', '/whep/%']) {
      const { status, text } = await ask(offer(path));
      assert.ok([0, 400, 403, 404].includes(status), `${path}: ${text}`);
    }
  }));

scenario('methods: 405 with Allow where there is a resource; unknown ones are refused', () =>
  thatIsAll(async () => {
    const allowed = { '/health': 'GET', '/whep/cam': 'POST', '/api/v1/streams': 'GET', '/': 'GET' };
    for (const [path, allow] of Object.entries(allowed)) {
      const { status, text } = await ask(request('PUT', path, {}, 'x'));
      assert.equal(status, 405, path);
      assert.match(text, new RegExp(`Allow: [^\r]*${allow}`));
    }
    assert.equal((await ask(request('PATCH', '/whep/cam', {}, 'x'))).status, 405);
    const connected = await ask(request('CONNECT', 'example.org:443'));
    assert.equal(connected.status, 405);
    assert.match(connected.text, /Allow: GET/);
    for (const method of ['TRACE', 'PROPFIND', 'BREW']) {
      assert.equal((await ask(request(method, '/health'))).status, 403);
    }
  }));

scenario('what is no HTTP/1.x is refused', () =>
  thatIsAll(async () => {
    const before = await refused('malformed');
    const bad = ['\x16\x03\x01\x02\x00\x01\x00\x01\xfc\x03\x03\r\n\r\n', 'hello\r\n\r\n', '{"a":1}\r\n\r\n',
      'PRI * HTTP/2.0\r\n\r\nSM\r\n\r\n', 'GET / HTTP/9.9\r\n\r\n', 'GET /a b HTTP/1.1\r\n\r\n'];
    for (const bytes of bad) {
      const { status, text } = await ask(bytes);
      assert.ok(status === 0 || status >= 400, text);
    }
    await until('all are counted', async () => (await refused('malformed')) === before + bad.length);
  }));

scenario('off loopback /rest-api and /api want credentials; each refusal is counted', async (context) => {
  if (!outside) return context.skip('this machine has no other address');
  const before = await refused('answer');
  for (const path of ['/rest-api/stream/find_all', '/api/v1/streams', '/api/v1/players', '/api/v1/nodes']) {
    const bare = await ask(request('GET', path), { host: outside });
    assert.equal(bare.status, 401, path);
    assert.match(bare.text, /WWW-Authenticate: Basic/);
    for (const value of ['Basic', 'Basic !!!', 'Bearer x', `Basic ${btoa('admin:wrong')}`,
      `Basic ${btoa('admin')}`, `Basic ${btoa(`root:${world.suite.password}`)}`]) {
      assert.equal((await ask(request('GET', path, { Authorization: value }), { host: outside })).status, 401);
    }
  }
  assert.equal(await refused('answer'), before + 4 * 7);
  const right = { Authorization: `Basic ${btoa(`admin:${world.suite.password}`)}` };
  assert.equal((await ask(request('GET', '/api/v1/nodes', right), { host: outside })).status, 200);
});
