// A suite under churn: players come and go, publishers too. Prints what it saw as JSON; fails if
// a daemon ended, a player saw an unauthentic packet, or memory is not flat (tools/soak).
import { readFileSync } from 'node:fs';
import { setTimeout as pause } from 'node:timers/promises';
import { counterClip, viewerClip } from './support/clips.mjs';
import { runLoad, startLoad } from './support/load.mjs';
import { until } from './support/process.mjs';
import { Suite, services } from './support/suite.mjs';

const seconds = Number(process.env.SLUICE_SOAK_SECONDS || 1800);
const rate = Number(process.env.SLUICE_SOAK_RATE || 50); // players that join in a second
const stay = Number(process.env.SLUICE_SOAK_STAY || 2); // seconds that each stays
const sanitized = process.env.SLUICE_SOAK_SANITIZED === '1'; // memory then says nothing
const warmUp = Math.max(10, Math.min(60, seconds / 5)); // allocators and caches reach their size
const shortLife = 8; // seconds of a publisher that comes and goes
const rest = 5000; // ms after the last player, before memory is read
const allowed = { share: 1.1, megabytes: 4 }; // that memory may grow from rest to rest

const rssMb = (child) =>
  Number(readFileSync(`/proc/${child.pid}/status`, 'utf8').match(/VmRSS:\s+(\d+)/)[1]) / 1024;
const memory = (suite) => Object.fromEntries(services.map((service) =>
  [service, Number(rssMb(suite.daemons.get(service)).toFixed(1))]));
const say = (text) => console.error(`${new Date().toISOString().slice(11, 19)} ${text}`);

// True if WHIP is served here.
async function hasWhip(suite) {
  const answer = await fetch(suite.http('/whip/probe'), { method: 'OPTIONS' });
  return answer.status < 400;
}

// Publishers of `how` ('publish' or 'whip'), one after the other, each with players of its own, until
// `ended()`. Returns how many there were and what their players saw.
async function comeAndGo(suite, how, clip, ended) {
  const sum = { publishers: 0, failed: 0, players: 0, authenticationFailures: 0, lastFailure: '' };
  while (!ended()) {
    const name = `${how}-${sum.publishers % 7}`; // names come back
    const url = how === 'whip' ? suite.http(`/whip/${name}`) : suite.rtmp(name);
    const load = await runLoad({ [how]: url, flv: clip, url: suite.http(`/whep/${name}`), players: 5,
      rate: 50, settle: 0, seconds: shortLife, decrypt: 1 }, { strict: false });
    ++sum.publishers;
    sum.failed += load.published !== 1;
    if (load.published !== 1) sum.lastFailure = load.publish_failure;
    sum.players += load.with_media;
    sum.authenticationFailures += load.authentication_failures;
  }
  return sum;
}

// So many seconds of everything at once.
async function churn(suite, length, clip) {
  const end = Date.now() + length * 1000;
  const ended = () => Date.now() > end - shortLife * 1000;
  const peak = {};
  const watch = setInterval(() => {
    for (const [service, megabytes] of Object.entries(memory(suite))) {
      peak[service] = Math.max(peak[service] ?? 0, megabytes);
    }
  }, 1000);
  try {
    const load = startLoad({ url: suite.http('/whep/cam'), rate, players: rate * (stay + 4), 'leave-after': stay,
      seconds: length, decrypt: 10 }, { strict: false });
    const [players, rtmp, whip] = await Promise.all([load.result(),
      comeAndGo(suite, 'publish', clip, ended),
      (await hasWhip(suite)) ? comeAndGo(suite, 'whip', clip, ended) : 'not served']);
    return { players, rtmp, whip, peak };
  } finally {
    clearInterval(watch);
  }
}

async function atRest(suite) {
  await until('all players are gone', async () =>
    (await suite.metric('sluice_webrtc_media_players')) === 0, { timeout: 60000 });
  await pause(rest);
  return memory(suite);
}

function faults(first, last, { players, rtmp, whip }) {
  const found = [];
  const never = players.players - players.with_media;
  // Those that were just joining when it ended.
  if (never > Math.max(rate * 2, players.players / 100)) found.push(`${never} players got no media: ${players.first_failure}`);
  for (const each of [players, rtmp, whip]) {
    const bad = each.authentication_failures ?? each.authenticationFailures ?? 0;
    if (bad > 0) found.push(`${bad} packets were not authentic`);
    if (each.failed > each.publishers / 10) found.push(`${each.failed} of ${each.publishers} publishers failed: ${each.lastFailure}`);
  }
  for (const service of services) {
    const bound = first[service] * allowed.share + allowed.megabytes;
    if (!sanitized && last[service] > bound) found.push(`${service} grew from ${first[service]} to ${last[service]} MB`);
  }
  return found;
}

const suite = await Suite.start({ extra: { common: { open_publishing: true } } });
let failed = true;
try {
  const clip = await viewerClip();
  await suite.publish(await counterClip({ seconds: 90 }), 'cam', { loop: true });
  say(`warming up for ${warmUp} s`);
  await churn(suite, warmUp, clip);
  const first = await atRest(suite);
  say(`memory at rest, MB: ${JSON.stringify(first)}; now ${seconds} s of churn`);
  const seen = await churn(suite, seconds, clip);
  const last = await atRest(suite);
  const found = faults(first, last, seen);
  const { players } = seen;
  console.log(JSON.stringify({ seconds, playersJoined: players.players, withMedia: players.with_media,
    lost: players.lost, receiverDrops: players.receiver_drops, authenticationFailures: players.authentication_failures,
    firstKeyFramePacketMs: players.first_key_frame_packet_ms, rtmp: seen.rtmp, whip: seen.whip,
    memoryBefore: first, memoryPeak: seen.peak, memoryAfter: last, faults: found }, null, 2));
  failed = found.length > 0;
} catch (error) {
  console.error(suite.logs());
  throw error;
} finally {
  await suite.stop();
}
process.exit(failed ? 1 : 0);
