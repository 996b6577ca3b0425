// Chromium publishes by WHIP in every codec, and another page plays it by WHEP.
import assert from 'node:assert/strict';
import { useSuite } from './support/scenario.mjs';
import { listenTo, openWhepPage } from './support/whep_page.mjs';
import { publishByWhip } from './support/whip_page.mjs';

const world = useSuite({ browser: true });
const { scenario } = world;

// The codec in which a page receives each kind.
const receivedCodec = (page, kind) => page.evaluate(async (which) => {
  const reports = await player.peer.getStats();
  const inbound = [...reports.values()].find((r) => r.type === 'inbound-rtp' && r.kind === which);
  return reports.get(inbound.codecId).mimeType.split('/')[1];
}, kind);

async function checkPlays(codecs) {
  const publisher = await publishByWhip(world, 'cam', { codecs });
  const page = await openWhepPage(world, 'cam');
  await page.evaluate(() => measure.frame());
  await page.evaluate(() => measure.pass(1000));
  const seen = await page.evaluate(() => measure.watch(4000));
  assert.ok(seen.framesDecoded / seen.seconds > 15, `${seen.framesDecoded} frames decoded`);
  assert.equal(seen.freezes, 0);
  const numbers = seen.shown.filter(({ clean }) => clean).map(({ number }) => number);
  assert.ok(numbers.length > seen.shown.length * 0.9, 'blocks that are neither black nor white');
  assert.ok(numbers.every((number, i) => i === 0 || number >= numbers[i - 1]), 'frames go back');
  const { loudness, hertz } = await listenTo(page, 1500);
  assert.ok(loudness > 0.05, `loudness ${loudness}`);
  assert.ok(Math.abs(hertz - 440) < 8, `${hertz} Hz`);
  const sent = await publisher.evaluate(() => publisher.sentCodecs());
  for (const [kind, codec] of Object.entries(codecs)) {
    assert.equal(sent[kind].toLowerCase(), `${kind}/${codec}`.toLowerCase());
    assert.equal((await receivedCodec(page, kind)).toLowerCase(), codec.toLowerCase());
  }
  return publisher;
}

for (const video of ['H264', 'VP8', 'VP9', 'AV1']) {
  scenario(`${video} and Opus`, () => checkPlays({ video, audio: 'opus' }));
}
for (const audio of ['PCMU', 'PCMA', 'G722']) {
  scenario(`VP8 and ${audio}`, () => checkPlays({ video: 'VP8', audio }));
}

// Bytes of payload per packet of sound, after some seconds.
const soundBytes = (page) => page.evaluate(async () => {
  const reports = await publisher.peer.getStats();
  const sound = [...reports.values()].find((r) => r.type === 'outbound-rtp' && r.kind === 'audio');
  return sound.bytesSent / sound.packetsSent;
});

scenario('what the browser prefers, with every codec offered: Opus in RED', async () => {
  const page = await checkPlays({});
  assert.equal((await page.evaluate(() => publisher.sentCodecs())).video, 'video/VP8');
  // The statistics name Opus in any case; RED repeats the packet before.
  const plain = await publishByWhip(world, 'plain', { codecs: { audio: 'opus' } });
  await plain.evaluate(() => new Promise((resolve) => { setTimeout(resolve, 3000); }));
  const [inRed, alone] = [await soundBytes(page), await soundBytes(plain)];
  assert.ok(inRed > 1.5 * alone, `${inRed} bytes a packet beside ${alone}`);
});

scenario('a limit of the bitrate is kept', async () => {
  const page = await publishByWhip(world, 'cam', { width: 1280, height: 720, query: '?max_bitrate=300000' });
  const rate = await page.evaluate(async () => {
    const sent = async () => [...(await publisher.peer.getStats()).values()]
      .filter((r) => r.type === 'outbound-rtp' && r.kind === 'video')
      .reduce((sum, r) => ({ bytes: sum.bytes + r.bytesSent, at: r.timestamp }), { bytes: 0, at: 0 });
    await new Promise((resolve) => { setTimeout(resolve, 3000); });
    const before = await sent();
    await new Promise((resolve) => { setTimeout(resolve, 5000); });
    const after = await sent();
    return ((after.bytes - before.bytes) * 8 * 1000) / (after.at - before.at);
  });
  assert.ok(rate > 50000 && rate < 360000, `${rate} bit/s`);
});
