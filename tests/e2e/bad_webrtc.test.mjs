// Players and strangers that misbehave, beside 100 who must not notice.
import assert from 'node:assert/strict';
import { connect } from 'node:net';
import { counterClip } from './support/clips.mjs';
import { assertUndisturbed, metric, startWatching } from './support/faults.mjs';
import { runLoad } from './support/load.mjs';
import { useSuite } from './support/scenario.mjs';

const world = useSuite();
const { scenario } = world;
const healthy = 100;
const bad = 10;
const seconds = 4;

// 100 players watch while `disturb` does its work; they lose nothing.
async function undisturbed(disturb) {
  const { suite } = world;
  await suite.publish(await counterClip(), 'cam');
  const url = suite.http('/whep/cam');
  const load = await startWatching(suite, url, { players: healthy, seconds: seconds + 4 });
  await disturb(url, suite);
  assertUndisturbed(await load.result());
}

const dropped = (suite, reason) =>
  metric(suite, 'sluice_webrtc_media_dropped_total', `[^}]*reason="${reason}"[^}]*`);

const misbehave = (kind, url) => runLoad({ url, players: bad, rate: 50, settle: 0, seconds,
  misbehave: kind }, { strict: false });

scenario('NACK storms of 10 players are answered within bounds, and 100 others lose nothing', (context) =>
  undisturbed(async (url, suite) => {
    const load = await misbehave('nack-storm', url);
    const refused = await dropped(suite, 'retransmission-refused');
    context.diagnostic(`${load.repairs} repetitions among ${load.packets} packets, ${refused} refused`);
    assert.ok(refused > 10000, `only ${refused} were refused`);
    // A fifth of the video's bytes, and 64 kB at once.
    assert.ok(load.repairs < load.packets / 2, `${load.repairs} of ${load.packets}`);
  }));

scenario('PLI and FIR storms of 10 players disturb none of 100 others', () =>
  undisturbed((url) => misbehave('pli-storm', url)));

scenario('lies of 10 players about bandwidth, arrivals and losses disturb none of 100 others', () =>
  undisturbed((url) => misbehave('rtcp-lies', url)));

scenario('replayed RTCP of 10 players is refused, and disturbs none of 100 others', () =>
  undisturbed(async (url, suite) => {
    await misbehave('rtcp-replay', url);
    assert.ok(await dropped(suite, 'bad-rtcp') > 1000);
  }));

scenario('1,000 silent TCP connections to the media ports disturb none of 100 players', () =>
  undisturbed(async (url, suite) => {
    const [port] = await suite.mediaPorts();
    const sockets = Array.from({ length: 1000 }, () => connect(port, '127.0.0.1').on('error', () => {}));
    await new Promise((resolve) => { setTimeout(resolve, 1000 * seconds); }); // they do nothing, for so long
    for (const socket of sockets) socket.destroy();
  }));
