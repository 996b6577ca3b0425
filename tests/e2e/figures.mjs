// Prints the figures that a user feels, measured on this machine with the released daemons. Nothing
// is asserted: how fast a machine is decides as much as we do.
import { readFileSync } from 'node:fs';
import { join } from 'node:path';
import { Browser } from './support/browser.mjs';
import { counterClip } from './support/clips.mjs';
import { run, until } from './support/process.mjs';
import { Suite, bin, services } from './support/suite.mjs';

const joins = Number(process.env.SLUICE_JOINS || 24);
const players = Number(process.env.SLUICE_PLAYERS || 100);
const loadSeconds = 20;

const say = (what, value) => console.log(`${what.padEnd(58)} ${value}`);
const percentile = (values, share) =>
  [...values].sort((a, b) => a - b)[Math.min(values.length - 1, Math.floor(share * values.length))];

function memoryMb(child) {
  const status = readFileSync(`/proc/${child.pid}/status`, 'utf8');
  return Number(status.match(/VmRSS:\s+(\d+)/)[1]) / 1024;
}

function cpuSeconds(child) {
  const fields = readFileSync(`/proc/${child.pid}/stat`, 'utf8').split(') ')[1].split(' ');
  return (Number(fields[11]) + Number(fields[12])) / 100;
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

async function printLoad(suite, url) {
  const media = suite.daemons.get('webrtc-media');
  const name = 'sluice_webrtc_media_send_delay_seconds';
  const load = run(join(bin, 'sluice-load'), ['--url', url, '--players', `${players}`,
    '--rate', '50', '--seconds', `${loadSeconds + 6}`]);
  load.catch(() => {});
  await until(`${players} players`, async () =>
    Number((await metrics(suite)).match(/^sluice_webrtc_media_players(?:\{[^}]*\})? (\d+)/m)?.[1]) >= players,
    { timeout: 30000 });
  const before = histogram(await metrics(suite), name);
  const cpu = cpuSeconds(media);
  await new Promise((resolve) => { setTimeout(resolve, loadSeconds * 1000); });
  const used = cpuSeconds(media) - cpu;
  const after = histogram(await metrics(suite), name);
  say(`memory, ${players} WHEP players: webrtc-media`, `${memoryMb(media).toFixed(1)} MB`);
  const { with_media: playing, packets, lost, first_packet_ms: first } = JSON.parse(await load);
  const p99 = share(before, after, 0.99);
  const p50 = share(before, after, 0.5);
  say(`RTMP read to RTP sent at ${players} players, p50`, `<= ${p50.bound * 1000} ms`);
  say(`RTMP read to RTP sent at ${players} players, p99`, `<= ${p99.bound * 1000} ms (${p99.total} packets)`);
  say(`WHEP POST to first RTP packet at ${players} players, p50 / p99`, `${first.p50} / ${first.p99} ms`);
  say(`players that got media, packets, lost`, `${playing}, ${packets}, ${lost}`);
  say('CPU of webrtc-media per player and second', `${((used * 1000) / players / loadSeconds).toFixed(2)} ms`);
}

const suite = await Suite.start();
try {
  printMemory(suite, 'idle');
  await suite.publish(await counterClip({ seconds: 180 }), 'cam');
  const url = suite.http('/whep/cam');
  await printJoins(url);
  await printLoad(suite, url);
  printMemory(suite, 'afterwards');
} catch (error) {
  console.error(suite.logs());
  throw error;
} finally {
  await suite.stop();
}
