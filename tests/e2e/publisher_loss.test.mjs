// A browser that publishes through a network which loses packets at random: what is lost is asked
// for again, and its players notice nothing. SECONDS=60 makes the figures of docs/performance.md.
import assert from 'node:assert/strict';
import { until } from './support/process.mjs';
import { LossyNetwork } from './support/lossy.mjs';
import { useSuite } from './support/scenario.mjs';
import { openWhepPage } from './support/whep_page.mjs';
import { openWhipPage } from './support/whip_page.mjs';

const world = useSuite({ browser: true });
const { scenario } = world;
const seconds = Number(process.env.SECONDS ?? 12);
const fivePercent = { delay_ms: 25, loss: 0.05 };

// Publishes with its media led through the relay.
async function publishThrough(ports, name) {
  const page = await openWhipPage(world, { width: 640, height: 360 });
  await page.evaluate((map) => {
    const direct = publisher.peer.setRemoteDescription.bind(publisher.peer);
    publisher.peer.setRemoteDescription = ({ type, sdp }) => {
      const lines = sdp.split('\r\n').flatMap((line) => {
        if (!line.startsWith('a=candidate:')) return [line];
        const words = line.split(' ');
        const port = words[2].toLowerCase() === 'udp' && !words[4].includes(':') && map[words[5]];
        return port ? [[...words.slice(0, 4), '127.0.0.1', port, ...words.slice(6)].join(' ')] : [];
      });
      return direct({ type, sdp: lines.join('\r\n') });
    };
  }, ports);
  assert.equal(await page.evaluate((url) => publisher.publish(url), world.suite.http(`/whip/${name}`)), 201);
  const location = await page.evaluate(() => publisher.location);
  world.suite.publishers.push({ stop: () => fetch(location, { method: 'DELETE' }) });
  await until(`${name} is live`, () => world.suite.isLive(name));
  return page;
}

const sentFrames = (page) => page.evaluate(async () => {
  const reports = [...(await publisher.peer.getStats()).values()];
  const video = reports.find((r) => r.type === 'outbound-rtp' && r.kind === 'video');
  const { framesSent, nackCount, pliCount, retransmittedPacketsSent, targetBitrate } = video;
  return { framesSent, nackCount, pliCount, retransmittedPacketsSent, targetBitrate };
});

async function concealment(page) {
  const { concealedSamples, silentConcealedSamples, totalSamplesReceived } =
    await page.evaluate(() => measure.inbound('audio'));
  return { made: concealedSamples - (silentConcealedSamples ?? 0), all: totalSamplesReceived };
}

async function check({ player, seed }) {
  const network = await LossyNetwork.start(world.suite, { seed });
  try {
    const publisher = await publishThrough(network.ports, 'cam');
    const page = await openWhepPage(world, 'cam', player ? { through: network.ports } : {});
    await page.evaluate(() => measure.frame());
    await network.reshape({ down: fivePercent, up: fivePercent });
    await page.evaluate(() => measure.pass(4000)); // until the loss is known
    const [before, soundBefore] = [await sentFrames(publisher), await concealment(page)];
    const seen = await page.evaluate((ms) => measure.watch(ms), seconds * 1000);
    const [after, soundAfter] = [await sentFrames(publisher), await concealment(page)];
    const sent = after.framesSent - before.framesSent;
    const made = (soundAfter.made - soundBefore.made) / (soundAfter.all - soundBefore.all);
    console.log(`# ${seen.framesDecoded} of ${sent} frames in ${seen.seconds.toFixed(1)} s, longest gap ` +
      `${seen.longestGap.toFixed(0)} ms, ${seen.freezes} freezes, ${(made * 100).toFixed(2)} % of sound ` +
      `concealed, ${after.nackCount - before.nackCount} NACKs, ${after.pliCount - before.pliCount} PLIs, ` +
      `${after.retransmittedPacketsSent - before.retransmittedPacketsSent} repeated, ` +
      `target ${(after.targetBitrate / 1e6).toFixed(2)} Mbit/s`);
    assert.ok(seen.framesDecoded >= sent * 0.9, `${seen.framesDecoded} of ${sent} frames`);
    assert.ok(seen.longestGap < 600, `nothing new was shown for ${seen.longestGap} ms`);
    assert.ok(made < 0.03, `${made * 100} % of the sound was made up`);
  } finally {
    await network.stop();
  }
}

scenario('5 % loss each way at 50 ms on the publisher\'s side: the player sees every frame',
  () => check({ player: false, seed: 11 }), { timeout: 60000 + seconds * 1000 });
scenario('the same on both sides', () => check({ player: true, seed: 12 }),
  { timeout: 60000 + seconds * 1000 });
