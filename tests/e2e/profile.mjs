// Where webrtc-media's time goes while players are served, by perf (tools/profile).
import { execFileSync } from 'node:child_process';
import { mkdtempSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { setTimeout as pause } from 'node:timers/promises';
import { viewerClip } from './support/clips.mjs';
import { startLoad } from './support/load.mjs';
import { Suite } from './support/suite.mjs';

const options = JSON.parse(process.env.SLUICE_PROFILE_OPTIONS || '{}'); // of sluice-load
const players = 300;
const record = 10; // seconds
const top = 6; // symbols told of each share

// The first that fits a sample's call chain, leaf first.
const shares = [
  ['encryption', ({ dso }) => /IPSec|libcrypto/.test(dso)],
  ['our own code', ({ kernel }) => !kernel],
  ['kernel: waking the receivers', ({ chain, sends }) => sends && /try_to_wake_up|sock_def_readable|ep_poll_callback/.test(chain)],
  ['kernel: copying', ({ leaf, sends }) => sends && /copy_from/.test(leaf)],
  ['kernel: receiving half (lo)', ({ chain, sends }) => sends && /net_rx_action|process_backlog|do_softirq/.test(chain)],
  ['kernel: sending half', ({ sends }) => sends],
  ['kernel: receiving feedback', ({ chain }) => /recvmmsg|recvmsg/.test(chain)],
  ['kernel: waiting and waking up', () => true],
];

// [{dso, leaf, chain, kernel, sends}] of `perf script`.
function samplesOf(text) {
  return text.split('\n\n').flatMap((block) => {
    const frames = [...block.matchAll(/^\s*[0-9a-f]+ (.*) \((.*)\)$/gm)];
    if (!frames.length) return [];
    const chain = frames.map(([, symbol]) => symbol).join(' ');
    const [, leaf, dso] = frames[0];
    return [{ dso, leaf: leaf.replace(/\+0x.*/, '').replaceAll('sluice::', ''), chain,
      kernel: /kernel|^\[/.test(dso), sends: /sendmmsg|sendmsg/.test(chain) }];
  });
}

function print(samples, microseconds) {
  const found = new Map(shares.map(([name]) => [name, []]));
  for (const sample of samples) found.get(shares.find(([, fits]) => fits(sample))[0]).push(sample.leaf);
  for (const [name, leaves] of found) {
    const counts = new Map();
    for (const leaf of leaves) counts.set(leaf, (counts.get(leaf) ?? 0) + 1);
    const largest = [...counts].sort((a, b) => b[1] - a[1]).slice(0, top)
      .map(([leaf, count]) => `${leaf.slice(0, 40)} ${(100 * count / samples.length).toFixed(1)}`).join(', ');
    const part = leaves.length / samples.length;
    console.log(`${name.padEnd(32)} ${(100 * part).toFixed(1).padStart(5)} %  ${(microseconds * part).toFixed(3)} us per packet   ${largest}`);
  }
}

const folder = mkdtempSync(join(tmpdir(), 'sluice-profile-'));
const suite = await Suite.start();
try {
  const media = suite.daemons.get('webrtc-media').pid;
  const load = startLoad({ publish: suite.rtmp('viewers'), flv: await viewerClip(), url: suite.http('/whep/viewers'), players,
    rate: 100, seconds: record + 4, idle: 1, srtp: 'gcm', 'read-every': 3, 'server-pid': media, ...options });
  await pause((2 + 1 + players / 100 + 4) * 1000);
  const data = join(folder, 'perf.data');
  execFileSync('perf', ['record', '-F', '7999', '-g', '-p', media, '-o', data, '--', 'sleep', record], { stdio: 'ignore' });
  const { servers: [server], lost } = await load.result();
  const text = execFileSync('perf', ['script', '-i', data, '-F', 'comm,tid,ip,sym,dso'], { maxBuffer: 2 ** 30, encoding: 'utf8' });
  console.log(`${players} players, ${server.us_per_packet.gross} us per packet, ` +
    `${server.ms_per_player_second.gross} ms per player and second, ${lost} lost`);
  print(samplesOf(text), server.us_per_packet.gross);
} finally {
  await suite.stop();
  rmSync(folder, { recursive: true, force: true });
}
