// Prints the figures that a user feels and what players cost, measured on this machine with the
// released daemons, beside the goals and the best peer (docs/performance.md). Nothing is asserted:
// how fast a machine is decides as much as we do.
import { existsSync, readFileSync } from 'node:fs';
import { Browser } from './support/browser.mjs';
import { counterClip, viewerClip } from './support/clips.mjs';
import { runLoad, startLoad } from './support/load.mjs';
import { run, until } from './support/process.mjs';
import { Suite, services } from './support/suite.mjs';

const joins = Number(process.env.SLUICE_JOINS || 24);
const players = Number(process.env.SLUICE_PLAYERS || 200);
const loadSeconds = 20;
const idleSockets = new URL('./idle_web_sockets.mjs', import.meta.url).pathname;

// compared: the goal and the best peer, where there are such.
const say = (what, value, compared = '') =>
  console.log(`${what.padEnd(58)} ${`${value}`.padEnd(24)} ${compared}`.trimEnd());
const percentile = (values, share) =>
  [...values].sort((a, b) => a - b)[Math.min(values.length - 1, Math.floor(share * values.length))];

function memoryMb(child) {
  const status = readFileSync(`/proc/${child.pid}/status`, 'utf8');
  return Number(status.match(/VmRSS:\s+(\d+)/)[1]) / 1024;
}

function printMemory(suite, when) {
  for (const service of services) {
    say(`memory, ${when}: ${service}`, `${memoryMb(suite.daemons.get(service)).toFixed(1)} MB`);
  }
}

// From the POST to the first frame on the screen, once per page.
async function joinOnce(browser, url) {
  const page = await browser.open('whep.html');
  const taken = await page.evaluate(async (whep) => {
    const player = new WhepPlayer(document.getElementById('video'));
    await player.play(whep);
    await player.measure.frame();
    const shown = player.measure.frames[0].wall - performance.timeOrigin - player.measure.began;
    await player.stop();
    return shown;
  }, url);
  await page.close();
  return taken;
}

async function printJoins(url) {
  const browser = await Browser.open();
  const times = [];
  try {
    await joinOnce(browser, url); // Chromium's own first start is not ours
    for (let i = 0; i < joins; ++i) times.push(await joinOnce(browser, url));
  } finally {
    await browser.close();
  }
  say(`WHEP POST to first frame in Chromium, p50 of ${joins}`, `${percentile(times, 0.5).toFixed(0)} ms`);
  say(`WHEP POST to first frame in Chromium, p90 of ${joins}`, `${percentile(times, 0.9).toFixed(0)} ms`);
}

const metrics = async (suite) =>
  (await fetch(`http://127.0.0.1:${suite.ports.metrics}/metrics`)).text();

// {upper bound: count} of the histogram, all label sets together.
function histogram(text, name) {
  const buckets = new Map();
  for (const [, bound, count] of text.matchAll(new RegExp(`^${name}_bucket\\{.*?le="([^"]+)".*?\\} (\\d+)`, 'gm'))) {
    const le = bound === '+Inf' ? Infinity : Number(bound);
    buckets.set(le, (buckets.get(le) ?? 0) + Number(count));
  }
  return buckets;
}

// The class (upper bound) in which the share of the samples between two scrapes ends.
function share(before, after, wanted) {
  const bounds = [...after.keys()].sort((a, b) => a - b);
  const counts = bounds.map((bound) => after.get(bound) - (before.get(bound) ?? 0));
  const total = counts.at(-1);
  const at = counts.findIndex((count) => count >= wanted * total);
  return { bound: bounds[at], total };
}

async function printDelay(suite, url) {
  const name = 'sluice_webrtc_media_send_delay_seconds';
  const load = startLoad({ url, players, rate: 50, seconds: loadSeconds });
  await until(`${players} players`, async () =>
    Number((await metrics(suite)).match(/^sluice_webrtc_media_players(?:\{[^}]*\})? (\d+)/m)?.[1]) >= players,
    { timeout: 30000 });
  const before = histogram(await metrics(suite), name);
  await load.result();
  const after = histogram(await metrics(suite), name);
  const p99 = share(before, after, 0.99);
  const p50 = share(before, after, 0.5);
  say(`RTMP read to RTP sent at ${players} players, p50`, `<= ${p50.bound * 1000} ms`);
  say(`RTMP read to RTP sent at ${players} players, p99`, `<= ${p99.bound * 1000} ms`, `${p99.total} packets`);
}

// What the players of one viewer's stream cost, as the peers were measured.
async function printCost(suite, clip, srtp, how) {
  const measured = ['webrtc-media', 'ingest', 'transcoder'];
  const load = await runLoad({ publish: suite.rtmp('viewers'), flv: clip,
    url: suite.http('/whep/viewers'), players, rate: 50, seconds: loadSeconds, srtp, decrypt: 2,
    ...how, 'server-pid': measured.map((service) => suite.daemons.get(service).pid) });
  const name = `${players} players, ${srtp}${how['no-gro'] ? ', no GRO' : ''}`;
  const [media] = load.servers;
  const whole = load.servers.reduce((sum, { us_per_packet: us }) => sum + us.gross, 0);
  const gcm = srtp === 'gcm' && !how['no-gro'];
  say(`${name}: CPU of webrtc-media per packet`, `${media.us_per_packet.gross} us (net ${media.us_per_packet.net})`,
    gcm ? 'goal 1.0; SRS 4.7, ZLMediaKit 5.9' : '');
  say(`${name}: CPU of webrtc-media per player and second`, `${media.ms_per_player_second.gross} ms`,
    gcm ? 'SRS 1.68, ZLMediaKit 1.63' : '');
  say(`${name}: CPU with ingest and transcoder per packet`, `${whole.toFixed(2)} us`);
  // Later runs find memory that the first one left.
  if (gcm) say(`${name}: memory per player`, `${media.kb_per_player} kB`, 'goal 64; ZLMediaKit 200, SRS 750');
  const first = load.first_key_frame_packet_ms;
  say(`${name}: POST to first key-frame packet, p50 / p90`, `${first.p50} / ${first.p90} ms`,
    gcm ? 'goal 10; ZLMediaKit 5' : '');
  say(`${name}: POST to whole key frame, p50 / p90`, `${load.first_key_frame_ms.p50} / ${load.first_key_frame_ms.p90} ms`);
  say(`${name}: packets, lost, duplicates, not authentic`, [load.window.packets, load.lost, load.duplicates,
    load.authentication_failures].join(', '), gcm ? 'goal 0 lost' : '');
  say(`${name}: the load tool's own CPU per packet`, `${load.own.us_per_packet} us`);
  await until('the stream is gone', async () => !(await suite.isLive('viewers')));
}

async function printIdleSockets() {
  if (!existsSync(idleSockets)) return;
  const output = await run('node', [idleSockets], { timeout: 300000 });
  const { sockets, kbPerSocket } = JSON.parse(output.slice(output.indexOf('{'), output.lastIndexOf('}') + 1));
  say(`memory per idle WebSocket, ${sockets} of them`, `${kbPerSocket} kB`, 'goal 8');
}

const suite = await Suite.start();
try {
  printMemory(suite, 'idle');
  const clip = await viewerClip();
  await printCost(suite, clip, 'gcm', {});
  await printCost(suite, clip, 'gcm', { 'no-gro': true });
  await printCost(suite, clip, 'cm-sha1', {});
  await suite.publish(await counterClip({ seconds: 180 }), 'cam');
  const url = suite.http('/whep/cam');
  await printJoins(url);
  await printDelay(suite, url);
  printMemory(suite, 'afterwards');
} catch (error) {
  console.error(suite.logs());
  throw error;
} finally {
  await suite.stop();
}
await printIdleSockets();
