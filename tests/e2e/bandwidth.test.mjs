// Players behind a link that becomes narrow: another layer, and back.
import assert from 'node:assert/strict';
import { LossyNetwork } from './support/lossy.mjs';
import { until } from './support/process.mjs';
import { useSuite } from './support/scenario.mjs';
import { openWhepPage } from './support/whep_page.mjs';
import { publishByWhip } from './support/whip_page.mjs';

const world = useSuite({ browser: true });
const { scenario } = world;
const link = (rate) => ({ down: { rate, delay_ms: 10, queue_ms: 300 }, up: { delay_ms: 10 } });

// Publishes noise that needs the bitrates it is given: one per encoding, the largest first.
async function publishNoise(name, { video = 'VP8', rates, scalabilityMode }) {
  const layers = rates.length > 1 ? ['h', 'm', 'l'].slice(0, rates.length) : undefined;
  const page = await publishByWhip(world, name, { codecs: { video, audio: 'opus' }, layers });
  await page.evaluate(async ([bitrates, mode]) => {
    const { source, transceivers } = window.publisher;
    setInterval(() => {
      const { canvas: { width, height }, context } = source;
      for (let i = 0; i < 150; ++i) {
        context.fillStyle = `hsl(${Math.random() * 360} 70% 50%)`;
        context.fillRect(Math.random() * width, height * (0.2 + 0.8 * Math.random()), 16, 16);
      }
    }, 33);
    const { sender } = transceivers.video;
    const parameters = sender.getParameters();
    parameters.encodings.forEach((encoding, i) => {
      encoding.maxBitrate = bitrates[i];
      if (mode) encoding.scalabilityMode = mode;
    });
    parameters.degradationPreference = 'maintain-resolution';
    await sender.setParameters(parameters);
  }, [rates, scalabilityMode]);
  await until(`${name} is live`, () => world.suite.isLive(name));
  return page;
}

// Samples the player's picture every 50 ms in the background: {at, width}.
const startSampling = (page) => page.evaluate(() => {
  window.samples = [];
  setInterval(async () => {
    const { frameWidth: width } = (await measure.inbound('video')) ?? {};
    samples.push({ at: performance.timeOrigin + performance.now(), width });
  }, 50);
});
const samples = (page) => page.evaluate(() => samples);
const longestGap = (page, from) => page.evaluate((since) => {
  const shown = measure.frames.filter(({ wall }) => wall >= since);
  return Math.max(...shown.slice(1).map(({ wall }, i) => wall - shown[i].wall));
}, from);
const widthIs = (page, wanted, timeout) => until(`the picture is ${wanted} wide`, async () =>
  (await samples(page)).at(-1)?.width === wanted, { timeout });

scenario('4 to 1 Mbit/s and back with simulcast: another layer, and no standstill', async () => {
  const network = await LossyNetwork.start(world.suite, { seed: 3 });
  try {
    await publishNoise('cam', { rates: [1_700_000, 450_000] });
    await network.reshape(link(4e6));
    const page = await openWhepPage(world, 'cam', { through: network.ports });
    await startSampling(page);
    await widthIs(page, 640, 30000);
    await page.evaluate(() => measure.pass(6000));
    const narrow = Date.now();
    await network.reshape(link(1e6));
    await page.evaluate(() => measure.pass(20000));
    const wide = Date.now();
    await network.reshape(link(4e6));
    await widthIs(page, 640, 20000).catch(() => {});
    await page.evaluate(() => measure.pass(2000));
    const seen = await samples(page);
    const first = (from, width) => seen.find((s) => s.at > from && s.width === width)?.at - from;
    const gap = await longestGap(page, narrow);
    console.log(`# lower layer after ${(first(narrow, 320) / 1000).toFixed(2)} s, back after ` +
      `${(first(wide, 640) / 1000).toFixed(2)} s, longest gap ${gap.toFixed(0)} ms`);
    assert.ok(first(narrow, 320) < 4000, `the lower layer came after ${first(narrow, 320)} ms`);
    assert.ok(first(wide, 640) < 15000, `the upper layer came back after ${first(wide, 640)} ms`);
    assert.ok(gap < 1000, `nothing new was shown for ${gap} ms`);
  } finally {
    await network.stop();
  }
}, { timeout: 120000 });

for (const video of ['VP8', 'VP9', 'AV1']) {
  scenario(`${video} with temporal layers over a link that is too narrow: fewer pictures`, async () => {
    const network = await LossyNetwork.start(world.suite, { seed: 4 });
    try {
      await publishNoise('cam', { video, rates: [900_000], scalabilityMode: 'L1T3' });
      const page = await openWhepPage(world, 'cam', { through: network.ports });
      await page.evaluate(() => measure.frame());
      await page.evaluate(() => measure.pass(8000));
      const whole = await page.evaluate(() => measure.watch(3000));
      await network.reshape(link(800e3));
      await page.evaluate(() => measure.pass(4000));
      const thin = await page.evaluate(() => measure.watch(8000));
      const rates = [whole, thin].map((s) => s.framesDecoded / s.seconds);
      console.log(`# ${rates[0].toFixed(1)} -> ${rates[1].toFixed(1)} frames/s, longest gap ` +
        `${thin.longestGap.toFixed(0)} ms, ${thin.plis} PLIs`);
      assert.ok(rates[1] > 0.12 * rates[0] && rates[1] < 0.9 * rates[0], `${rates} frames/s`);
      assert.ok(thin.longestGap < 2500, `nothing new was shown for ${thin.longestGap} ms`);
    } finally {
      await network.stop();
    }
  }, { timeout: 90000 });
}
