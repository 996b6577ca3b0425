// How far one node goes: one stream with thousands of players, and hundreds of streams with a few each,
// on one worker and on two (tools/figures --scale). Prints figures; fails if players were not served.
import { spareClip } from './support/clips.mjs';
import { startLoad } from './support/load.mjs';
import { until } from './support/process.mjs';
import { Suite } from './support/suite.mjs';

const players = Number(process.env.SLUICE_SCALE_PLAYERS || 5000);
const streams = Number(process.env.SLUICE_SCALE_STREAMS || 500);
const seconds = 10;
const say = (what, value) => console.log(`${what.padEnd(58)} ${value}`);
let failed = false;

// `count` players in two processes, each with addresses of its own. join: a second, of each.
async function play(suite, count, options) {
  const watched = suite.daemons.get('webrtc-media').pid;
  const halves = ['127.0.0.2', '127.0.0.3'].map((local) => startLoad({ players: Math.ceil(count / 2), rate: 60, seconds,
    settle: 8, idle: 1, local, 'video-only': true, 'no-feedback': true, 'read-every': 5, 'server-pid': watched, ...options },
  { strict: false }));
  return Promise.all(halves.map((half) => half.result()));
}

function tell(what, halves) {
  const sum = (key) => halves.reduce((total, half) => total + half[key], 0);
  const [{ servers: [media] }] = halves;
  const packets = halves.reduce((total, { window }) => total + window.packets / window.seconds, 0);
  const first = Math.max(...halves.map(({ first_key_frame_packet_ms: ms }) => ms?.p99 ?? Infinity));
  say(what, `${sum('playing_at_end')} of ${sum('players')} play, lost ${sum('lost')}, receiver drops ${sum('receiver_drops')}; ` +
    `webrtc-media ${media.cpu_percent} % of a core, ${Math.round(packets)} packets/s, ` +
    `${(media.cpu_percent * 1e4 / packets).toFixed(2)} us/packet, ${(media.rss_kb / 1024).toFixed(0)} MB; first key frame p99 ${first} ms ${halves.map((half) => half.first_failure).find(Boolean) ?? ''}`);
  failed ||= sum('playing_at_end') < sum('players') || sum('authentication_failures') > 0;
}

const clip = await spareClip();
for (const workers of [1, 2]) {
  const suite = await Suite.start({ extra: { 'webrtc-media': { workers, max_players: 12000, port_count: 8 } } });
  try {
    await suite.publish(clip, 'one', { loop: true });
    tell(`${workers} worker(s), one stream, ${players} players`, await play(suite, players, { url: suite.http('/whep/one') }));
    await until('all have left', async () => (await suite.metric('sluice_webrtc_media_players')) === 0, { timeout: 60000 });
    const publishers = startLoad({ publish: suite.rtmp('many{n}'), flv: clip, streams, seconds: 150 });
    await until(`${streams} streams are live`, async () => (await suite.streams()).length >= streams, { timeout: 30000 });
    tell(`${workers} worker(s), ${streams} streams with 10 players each`,
      await play(suite, streams * 10, { url: suite.http('/whep/many{n}'), streams }));
    await publishers.child.stop();
  } catch (error) {
    console.error(suite.logs());
    throw error;
  } finally {
    await suite.stop();
  }
}
process.exit(failed ? 1 : 0);
