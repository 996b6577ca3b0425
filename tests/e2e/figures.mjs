// Prints the figures that a user feels and what players cost, measured on this machine with the
// released daemons, beside the goals and the best peer (docs/performance.md). Nothing is asserted:
// how fast a machine is decides as much as we do.
import { existsSync, readFileSync } from 'node:fs';
import { Browser } from './support/browser.mjs';
import { counterClip, viewerClip } from './support/clips.mjs';
import { runLoad } from './support/load.mjs';
import { run, until } from './support/process.mjs';
import { Suite, services } from './support/suite.mjs';

const joins = Number(process.env.SLUICE_JOINS || 24);
const players = Number(process.env.SLUICE_PLAYERS || 300);
const seconds = Number(process.env.SLUICE_FIGURE_SECONDS || 10); // of each measured window
const bench = new URL('../../build/release/tests/bench/packet_path_bench', import.meta.url).pathname;
const here = new URL('.', import.meta.url).pathname;
const idleSockets = new URL('./idle_web_sockets.mjs', import.meta.url).pathname;
const goalSend = 1.31; // us per plain sendto of 1200 bytes on the machine that the goals were set on

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

// What a plain sendto costs here: goals of what is mostly sending are scaled by it.
async function measureSend() {
  const row = (await run(bench, [], { timeout: 300000 })).match(/^reference\/sendto-1200\t([\d.]+)/m);
  const microseconds = Number(row[1]) / 1000;
  say('reference: one sendto of 1200 bytes on lo', `${microseconds.toFixed(2)} us`,
    `${goalSend} where the goals were set`);
  return microseconds / goalSend;
}

// One stream, published and played by the load tool. Returns its JSON.
async function load(suite, clip, options) {
  const result = await runLoad({ flv: clip, rate: 100, seconds, idle: 2, players, decrypt: 2, srtp: 'gcm',
    'server-pid': suite.daemons.get('webrtc-media').pid, publish: suite.rtmp('viewers'),
    url: suite.http('/whep/viewers'), ...options }, { strict: false });
  await until('the stream is gone', async () => !(await suite.isLive('viewers')));
  return result;
}

const media = ({ servers }) => servers[0];
const perPlayer = (result) => media(result).ms_per_player_second.gross;
const losses = (result) => `lost ${result.lost}, not authentic ${result.authentication_failures}` +
  (result.playing_at_end < result.players ? `, ${result.players - result.playing_at_end} NOT PLAYING` : '');

// CPU of webrtc-media per player and second, as the issue's table has it.
async function printCost(suite, clip, scale) {
  const plain = { 'video-only': true, 'no-feedback': true };
  const cost = async (name, options, goal, peer) => {
    const result = await load(suite, clip, options);
    if (!result.with_media) return say(name, `- (${result.first_failure})`, `goal ${goal}`);
    say(name, `${perPlayer(result)} ms (${media(result).us_per_packet.gross} us/packet)`,
      `goal ${goal}, scaled to this machine ${(goal * scale).toFixed(2)}; ${peer}; ${losses(result)}`);
    return result;
  };
  const video = `${players} players, video only`;
  const cut = await cost(`${video}, GCM, kernel cuts`, { ...plain, 'no-gro': true }, 0.30, 'ZLM 1.51');
  const whole = await cost(`${video}, GCM, GRO`, plain, 0.14, 'ZLM 1.51');
  await cost(`${video}, AES_CM_SHA1, GRO`, { ...plain, srtp: 'cm-sha1' }, 0.22, 'SRS 1.70');
  const both = await load(suite, clip, { 'no-feedback': true });
  say('what sound (50 Opus packets/s) adds, GRO', `${(perPlayer(both) - perPlayer(whole)).toFixed(3)} ms`,
    `goal 0.08, scaled ${(0.08 * scale).toFixed(2)}; ${losses(both)}`);
  const browsers = await load(suite, clip, {});
  say('what players\' feedback adds (RR, TWCC each 62 ms)', `${(perPlayer(browsers) - perPlayer(both)).toFixed(3)} ms`,
    losses(browsers));
  await cost(`${players} players, sound and picture, ICE-TCP`, { 'no-feedback': true, tcp: true }, 0.30, 'peers 3.57');
  const first = cut.first_key_frame_packet_ms;
  say(`POST to first key-frame packet, joining 100 a second`, `p50 ${first.p50}, p99 ${first.p99} ms`, '');
}

async function printJoining(suite, clip) {
  const result = await load(suite, clip, { rate: 50, 'video-only': true });
  const first = result.first_key_frame_packet_ms;
  say(`POST to first key-frame packet, ${players} joining 50 a second`, `p50 ${first.p50}, p99 ${first.p99} ms`,
    'goal 5 / 25; ZLM 5 / 47');
  // Players that leave at once: what is counted is joining, not playing.
  const churn = await load(suite, clip, { rate: 200, players: 2000, 'leave-after': 0.2, 'video-only': true });
  const { gross } = media(churn).ms_per_join;
  say('CPU of webrtc-media per join (DTLS, first group)', `${gross} ms`,
    `${(1000 / gross).toFixed(0)} joins a second and core; goal 800; ${churn.window.joins_per_second} a second came`);
}

async function printMemorySlope(suite, clip) {
  const result = await load(suite, clip, { players: 1000, seconds: 5, 'video-only': true });
  say('memory per player, slope to 1,000 players', `${media(result).kb_per_player} kB`, `goal 48; ZLM 200, SRS 750; ${losses(result)}`);
}

async function printDelay(suite, clip) {
  const name = 'sluice_webrtc_media_send_delay_seconds';
  const before = histogram(await metrics(suite), name);
  const result = await load(suite, clip, { players: 500, delay: true, 'video-only': true, 'no-feedback': true });
  const after = histogram(await metrics(suite), name);
  say('500 players: RTMP read to RTP sent, p50 / p99', `<= ${share(before, after, 0.5).bound * 1000} / ${share(before, after, 0.99).bound * 1000} ms`,
    'goal p99 3; pacing of key frames and joining not counted');
  const { p50, p99, pictures } = result.delay_ms ?? {};
  say('500 players: publisher\'s picture to player\'s last packet', `p50 ${p50}, p99 ${p99} ms`, `${pictures} pictures, paced key frames included`);
}

// Publishers alone; nothing if WHIP is not served.
async function printPublishers(suite, clip) {
  const answer = await fetch(suite.http('/whip/probe'), { method: 'OPTIONS' });
  if (answer.status >= 400) return say('publisher in: CPU per received packet', '- (no WHIP)', 'goal 1.5 us');
  const result = await runLoad({ whip: suite.http('/whip/in{n}'), streams: 50, flv: clip, seconds,
    'server-pid': suite.daemons.get('webrtc-media').pid }, { strict: false });
  say('publisher in (50 WHIP streams): CPU per received packet', `${media(result).us_per_published_packet?.gross} us`,
    `goal 1.5; ${result.published} published ${result.publish_failure ?? ''}`);
}

// Two workers: what they carry when each has a processor would need more of them; the cost must not grow.
async function printWorkers(clip) {
  for (const workers of [1, 2]) {
    const suite = await Suite.start({ extra: { 'webrtc-media': { workers, max_players: 6000 } } });
    try {
      const one = await load(suite, clip, { players: 400, 'video-only': true, 'no-feedback': true });
      say(`${workers} worker(s), one stream, 400 players`, `${perPlayer(one)} ms`, losses(one));
      const many = await load(suite, clip, { publish: suite.rtmp('many{n}'), url: suite.http('/whep/many{n}'), streams: 40,
        'video-only': true, 'no-feedback': true, players: 400 });
      say(`${workers} worker(s), 40 streams, 400 players`, `${perPlayer(many)} ms`, losses(many));
    } finally {
      await suite.stop();
    }
  }
}

// What those tests measure that tell it: TAP's diagnostics.
async function printScenarios(file) {
  if (!existsSync(`${here}/${file}`)) return;
  const output = await run('node', ['--test', '--test-reporter=tap', `${here}/${file}`], { timeout: 300000 })
    .catch((error) => error.message);
  let scenario = '';
  for (const line of output.split('\n')) {
    scenario = line.match(/# Subtest: (.*)/)?.[1] ?? scenario;
    const told = line.match(/^\s*# (?!Subtest|tests|suites|pass|fail|cancelled|skipped|todo|duration)(.*)/);
    if (told && told[1].match(/\d/)) say(scenario.slice(0, 57), told[1]);
    if (line.match(/^\s*not ok/)) say(scenario.slice(0, 57), 'FAILED');
  }
}

async function printIdleSockets() {
  if (!existsSync(idleSockets)) return;
  const output = await run('node', [idleSockets], { timeout: 300000 });
  const { sockets, kbPerSocket } = JSON.parse(output.slice(output.indexOf('{'), output.lastIndexOf('}') + 1));
  say(`memory per idle WebSocket, ${sockets} of them`, `${kbPerSocket} kB`, 'goal 8');
}

const began = Date.now();
const scale = await measureSend();
const clip = await viewerClip();
const suite = await Suite.start({ extra: { common: { open_publishing: true } } });
try {
  printMemory(suite, 'idle');
  await printMemorySlope(suite, clip); // first: later runs find memory that earlier ones left
  await printCost(suite, clip, scale);
  await printJoining(suite, clip);
  await printDelay(suite, clip);
  await printPublishers(suite, clip);
  await suite.publish(await counterClip({ seconds: 180 }), 'cam');
  await printJoins(suite.http('/whep/cam'));
  printMemory(suite, 'afterwards');
} catch (error) {
  console.error(suite.logs());
  throw error;
} finally {
  await suite.stop();
}
await printWorkers(clip);
await printScenarios('av_sync.test.mjs');
await printScenarios('loss.test.mjs');
await printScenarios('bandwidth.test.mjs');
await printIdleSockets();
say('all of this took', `${((Date.now() - began) / 60000).toFixed(1)} min`);
