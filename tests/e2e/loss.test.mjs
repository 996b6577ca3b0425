// Players behind a network that loses packets at random: pictures by retransmission, sound by
// redundancy. SECONDS=60 makes the figures of docs/performance.md.
import assert from 'node:assert/strict';
import { viewerClip, frameRate } from './support/clips.mjs';
import { LossyNetwork } from './support/lossy.mjs';
import { useSuite } from './support/scenario.mjs';
import { openWhepPage } from './support/whep_page.mjs';

const world = useSuite({ browser: true });
const { scenario } = world;
const seconds = Number(process.env.SECONDS ?? 12);
const fivePercent = { delay_ms: 25, loss: 0.05 };

// What a page sees for `ms`, with the share of its sound that was made up.
async function watch(page, ms) {
  const sound = () => page.evaluate(async () => {
    const { concealedSamples, silentConcealedSamples, totalSamplesReceived } =
      await measure.inbound('audio');
    return { concealed: concealedSamples - (silentConcealedSamples ?? 0), all: totalSamplesReceived };
  });
  const before = await sound();
  const seen = await page.evaluate((length) => measure.watch(length), ms);
  const after = await sound();
  const concealed = (after.concealed - before.concealed) / (after.all - before.all);
  return { ...seen, concealed, rate: seen.framesDecoded / seen.seconds };
}

scenario('5 % random loss each way at 50 ms: pictures and sound go on', async () => {
  const network = await LossyNetwork.start(world.suite, { seed: 7 });
  try {
    await world.suite.publish(await viewerClip(), 'cam', { loop: true });
    const page = await openWhepPage(world, 'cam', { through: network.ports });
    await page.evaluate(() => measure.frame());
    await network.reshape({ down: fivePercent, up: fivePercent });
    await page.evaluate(() => measure.pass(4000)); // until the loss is known
    const seen = await watch(page, seconds * 1000);
    console.log(`# ${seen.rate.toFixed(2)} of ${frameRate} frames/s, longest gap ` +
      `${seen.longestGap.toFixed(0)} ms, ${seen.freezes} freezes, ` +
      `${(seen.concealed * 100).toFixed(2)} % of sound concealed, ${seen.nacks} NACKs, ` +
      `${seen.plis} PLIs`);
    assert.ok(seen.rate >= frameRate * 0.93, `decodes ${seen.rate} frames/s`);
    assert.ok(seen.longestGap < 500, `nothing new was shown for ${seen.longestGap} ms`);
    assert.ok(seen.concealed < 0.03, `${seen.concealed * 100} % of the sound was made up`);
  } finally {
    await network.stop();
  }
}, { timeout: 60000 + seconds * 1000 });
