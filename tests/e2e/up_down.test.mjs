// The two commands as a user runs them, on ports of their own.
import assert from 'node:assert/strict';
import { request as https } from 'node:https';
import { createServer } from 'node:net';
import { once } from 'node:events';
import { existsSync, mkdtempSync, readFileSync, readdirSync, rmSync, statSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { after, before, test } from 'node:test';
import { assertUndisturbed, startWatching } from './support/faults.mjs';
import { runLoad } from './support/load.mjs';
import { Child, run, until } from './support/process.mjs';
import { bin, root, services } from './support/suite.mjs';

const folder = mkdtempSync(join(tmpdir(), 'sluice-e2e-up-'));
const offset = 1200 + (process.pid % 500);
const http = `http://127.0.0.1:${8081 + offset}`;

// Runs one of the commands; returns {code, text, seconds}.
async function command(name, ...args) {
  const began = Date.now();
  const child = new Child(name, join(root, 'tools', name), args, { cwd: root });
  const code = await child.exited;
  return { code, text: child.output, seconds: (Date.now() - began) / 1000 };
}
const up = (...args) => command('up', '--bin', bin, '--dir', folder, '--port-offset', `${offset}`, ...args);
const down = () => command('down', '--dir', folder);

function processesOf(text) {
  return readdirSync('/proc').filter((name) => /^\d+$/.test(name)).filter((pid) => {
    try {
      return Number(pid) !== process.pid && readFileSync(`/proc/${pid}/cmdline`, 'utf8').includes(text);
    } catch {
      return false;
    }
  });
}

let firstText = '';

const readyPid = (service) =>
  JSON.parse(readFileSync(join(folder, 'run', `${service}.ready`), 'utf8')).pid;

before(async () => {
  const { code, text } = await up('--demo');
  assert.equal(code, 0, text);
  firstText = text;
});

after(async () => {
  await down();
  rmSync(folder, { recursive: true, force: true });
});

test('tools/up says what runs, where, where the logs are and how to stop', () => {
  const text = firstText;
  for (const service of services) assert.match(text, new RegExp(`^ +${service} `, 'm'));
  assert.match(text, new RegExp(`:${1935 + offset}`));
  assert.match(text, new RegExp(`http://[^ ]+:${8081 + offset}/`));
  assert.match(text, /tools\/down --dir/);
  assert.ok(text.includes(join(folder, 'log')));
});

test('the test picture is live', () => until('cam is live', async () => {
  const response = await fetch(`${http}/rest-api/stream/find_all`, { method: 'POST' });
  return response.ok && (await response.json()).some(({ name }) => name === 'cam');
}));

// Resolves with the HTTP status of a request over TLS to a certificate that nobody signed.
const statusOverTls = (port, path, headers = {}) => new Promise((resolve, reject) => {
  const request = https({ host: '127.0.0.1', port, path, headers, rejectUnauthorized: false });
  request.on('response', ({ statusCode }) => { resolve(statusCode); request.destroy(); });
  request.on('upgrade', ({ statusCode }) => { resolve(statusCode); request.destroy(); });
  request.on('error', reject);
  request.end();
});

test('console, WHEP and WCS signalling are there over TLS too', async () => {
  assert.equal(await statusOverTls(8444 + offset, '/ready'), 200);
  assert.equal(await statusOverTls(8443 + offset, '/', { connection: 'Upgrade', upgrade: 'websocket',
    'sec-websocket-version': '13', 'sec-websocket-key': 'dGhlIHNhbXBsZSBub25jZQ==' }), 101);
});

test('secrets are for their owner alone', () => {
  for (const name of ['admin-password', 'private-key.pem']) {
    assert.equal(statSync(join(folder, name)).mode & 0o077, 0, name);
  }
  assert.ok(readFileSync(join(folder, 'admin-password'), 'utf8').trim().length >= 16);
});

test('a second tools/up changes nothing and takes less than 15 s', async () => {
  const pids = services.map(readyPid);
  const password = readFileSync(join(folder, 'admin-password'), 'utf8');
  const { code, text, seconds } = await up('--demo');
  assert.equal(code, 0, text);
  assert.ok(seconds < 15, `${seconds} s`);
  assert.deepEqual(services.map(readyPid), pids);
  assert.equal(readFileSync(join(folder, 'admin-password'), 'utf8'), password);
});

const programOf = (pid) => readFileSync(`/proc/${pid}/cmdline`, 'utf8').split('\0')[0];

async function killUntilBack(service) {
  const killed = readyPid(service);
  process.kill(killed, 'SIGKILL');
  await until(`another ${service} is ready`, () => readyPid(service) !== killed);
}

const watch = (seconds) => startWatching({ ports: { metrics: 7777 + offset } }, `${http}/whep/cam`, { seconds });

test('the supervisor starts killed gateways and admin again, and 50 players do not notice', async () => {
  const load = await watch(12);
  for (const service of ['http-gateway', 'signalling-gateway', 'admin']) await killUntilBack(service);
  assertUndisturbed(await load.result());
});

test('the supervisor starts a killed transcoder again, and the picture of 50 players never stops', async () => {
  const load = await watch(8);
  await killUntilBack('transcoder');
  assertUndisturbed(await load.result(), ['video']);
});

test('the supervisor starts a killed webrtc-media again, and 50 players who come again play within 2 s', async () => {
  const load = await watch(3);
  await killUntilBack('webrtc-media');
  const options = { url: `${http}/whep/cam`, settle: 0, rate: 50, decrypt: 2 };
  await until('a player comes again', async () =>
    (await runLoad({ ...options, players: 1, seconds: 1 }, { strict: false })).with_media === 1);
  const again = await runLoad({ ...options, players: 50, seconds: 2 });
  assert.ok(again.first_key_frame_ms.max < 2000, `${again.first_key_frame_ms.max} ms to a key frame`);
  assertUndisturbed(again);
  assert.equal((await load.result()).playing_at_end, 0, 'players of the killed daemon cannot still play');
});

test('the supervisor starts a killed ingest again, and 50 players go on with the test picture', async () => {
  const load = await watch(15);
  await killUntilBack('ingest');
  const { playing_at_end: playing, ended_by_server: ended, lost } = await load.result();
  assert.deepEqual({ playing, ended, lost }, { playing: 50, ended: 0, lost: 0 });
});

test('etcd is started again by the supervisor when it is killed, and the test picture is live', async () => {
  const etcd = () => processesOf(join(folder, 'etcd')).find((pid) => programOf(pid).endsWith('etcd'));
  const killed = etcd();
  process.kill(Number(killed), 'SIGKILL');
  await until('another etcd runs', () => etcd() && etcd() !== killed);
  await until('the directory knows the test picture', async () => {
    const response = await fetch(`${http}/rest-api/stream/find_all`, { method: 'POST' });
    return response.ok && (await response.json()).some(({ name }) => name === 'cam');
  }, { timeout: 30000 });
});

test('a taken port is named with its holder and the remedy, and nothing is started', async () => {
  const server = createServer().listen(1935 + offset + 1, '127.0.0.1');
  await once(server, 'listening');
  const other = mkdtempSync(join(tmpdir(), 'sluice-e2e-up-'));
  const { code, text } = await command('up', '--bin', bin, '--dir', other, '--port-offset',
    `${offset + 1}`);
  server.close();
  assert.notEqual(code, 0);
  assert.match(text, new RegExp(`tcp port ${1936 + offset} is taken by node \\(process ${process.pid}\\)`));
  assert.match(text, /ingest\.rtmp_port/);
  assert.ok(!existsSync(join(other, 'supervisor.pid')));
  rmSync(other, { recursive: true, force: true });
});

test('tools/down ends everything and leaves no process', async () => {
  const { code, text } = await down();
  assert.equal(code, 0, text);
  assert.deepEqual(processesOf(folder), []);
  await assert.rejects(fetch(http));
});

test('tools/down twice is no error', async () => {
  const { code, text } = await down();
  assert.equal(code, 0, text);
  assert.match(text, /does not run/);
});

test('--help names every option', async () => {
  const text = await run(join(root, 'tools/up'), ['--help']);
  for (const option of ['--demo', '--dir', '--config', '--port-offset', '--bin']) {
    assert.ok(text.includes(option), option);
  }
});
