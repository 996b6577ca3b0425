// Players that watch while something breaks, and what they must not have noticed.
import assert from 'node:assert/strict';
import { startLoad } from './load.mjs';
import { Child, until } from './process.mjs';

export const crowd = 50;
const longestPause = 1000; // ms without media that nobody may see

// labels: as the page has them, 'reason="bad-rtcp"'; without, the first of that name.
export async function metric(suite, name, labels = '[^}]*') {
  const page = await (await fetch(`http://127.0.0.1:${suite.ports.metrics}/metrics`)).text();
  return Number(page.match(new RegExp(`^${name}(?:\\{${labels}\\})? (\\d+)`, 'm'))?.[1]);
}

// `players` join `url` and watch for `seconds` after the last join; returns when all of them play.
export async function startWatching(suite, url, { seconds, players = crowd, ...options }) {
  const before = await metric(suite, 'sluice_webrtc_media_players');
  const load = startLoad({ url, players, rate: 50, settle: 0, seconds, decrypt: 2, ...options });
  await until(`${players} more players`, async () =>
    await metric(suite, 'sluice_webrtc_media_players') >= (before || 0) + players);
  return load;
}

// All that was sent has come, in time, and authentic, to the end. tracks: those that may not pause.
export function assertUndisturbed(load, tracks = ['video', 'audio']) {
  const { connected, lost, duplicates, authentication_failures: forged, ended_by_server: ended,
    receiver_drops: drops, playing_at_end: playing, players } = load;
  assert.deepEqual({ connected, lost, duplicates, forged, ended, drops, playing },
    { connected: players, lost: 0, duplicates: 0, forged: 0, ended: 0, drops: 0, playing: players });
  for (const track of tracks) {
    assert.ok(load.longest_pause_ms[track].max < longestPause,
      `a pause of ${load.longest_pause_ms[track].max} ms in the ${track}`);
  }
}

export async function killAndRestart(suite, service) {
  const end = await suite.daemons.get(service).stop('SIGKILL');
  assert.equal(end, 'SIGKILL');
  suite.startDaemon(service);
  await suite.ready(service);
}

// A player of RTMP that knows how long it once had no new frame.
export class RtmpWatcher {
  frames = 0;
  longestPause = 0; // ms
  #last;

  constructor(url) {
    this.child = new Child('player', 'ffmpeg', ['-v', 'error', '-nostdin', '-probesize', '500000',
      '-analyzeduration', '1500000', '-rtmp_live', 'live', '-i', url, '-progress', 'pipe:1',
      '-stats_period', '0.1', '-c', 'copy', '-f', 'null', '-']);
    this.child.process.stdout.on('data', (data) => this.#onProgress(String(data)));
  }

  #onProgress(text) {
    for (const [, count] of text.matchAll(/^frame=(\d+)$/gm)) {
      if (Number(count) <= this.frames) continue;
      this.frames = Number(count);
      const now = performance.now();
      this.longestPause = Math.max(this.longestPause, now - (this.#last ?? now));
      this.#last = now;
    }
  }

  // Waits for `more` frames from now on.
  async pass(more) {
    const wanted = this.frames + more;
    await until(`frame ${wanted}`, () => {
      assert.ok(this.child.running, `the player has ended:\n${this.child.output}`);
      return this.frames >= wanted;
    });
  }

  stop() { return this.child.stop(); }
}
