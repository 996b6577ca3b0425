// A browser publishes in one codec, another one that takes only another plays its rendition.
import assert from 'node:assert/strict';
import { useSuite } from './support/scenario.mjs';
import { listenTo } from './support/whep_page.mjs';
import { publishByWhip } from './support/whip_page.mjs';

const world = useSuite({ browser: true });
const { scenario } = world;

// Plays `name` with one codec of each kind in its offer.
async function playOnly(name, codecs) {
  const page = await world.browser.open('whep.html');
  const status = await page.evaluate(([url, only]) => {
    window.player = new WhepPlayer(document.getElementById('video'));
    window.measure = window.player.measure;
    const { peer } = window.player;
    const add = peer.addTransceiver.bind(peer);
    peer.addTransceiver = (kind, init) => {
      const transceiver = add(kind, init);
      const taken = RTCRtpReceiver.getCapabilities(kind).codecs.filter(({ mimeType }) =>
        mimeType.toLowerCase() === `${kind}/${only[kind]}`.toLowerCase() || /\/rtx$/.test(mimeType));
      transceiver.setCodecPreferences(taken);
      return transceiver;
    };
    return window.player.play(url);
  }, [world.suite.http(`/whep/${name}`), codecs]);
  assert.equal(status, 201);
  return page;
}

const receivedCodec = (page, kind) => page.evaluate(async (which) => {
  const reports = await player.peer.getStats();
  const inbound = [...reports.values()].find((r) => r.type === 'inbound-rtp' && r.kind === which);
  return reports.get(inbound.codecId).mimeType.split('/')[1];
}, kind);

async function checkPlays(published, played) {
  await publishByWhip(world, 'cam', { codecs: published });
  const page = await playOnly('cam', played);
  await page.evaluate(() => measure.frame());
  await page.evaluate(() => measure.pass(1000));
  const seen = await page.evaluate(() => measure.watch(4000));
  console.log(`# ${published.video} -> ${played.video}: ${(seen.framesDecoded / seen.seconds).toFixed(1)} frames/s, ${seen.freezes} freezes`);
  assert.ok(seen.framesDecoded / seen.seconds > 15, `${seen.framesDecoded} frames decoded`);
  const numbers = seen.shown.filter(({ clean }) => clean).map(({ number }) => number);
  assert.ok(numbers.length > seen.shown.length * 0.9, 'blocks that are neither black nor white');
  assert.ok(numbers.every((number, i) => i === 0 || number >= numbers[i - 1]), 'frames go back');
  const { loudness, hertz } = await listenTo(page, 1500);
  assert.ok(loudness > 0.05, `loudness ${loudness}`);
  assert.ok(Math.abs(hertz - 440) < 8, `${hertz} Hz`);
  for (const kind of ['audio', 'video']) {
    assert.equal((await receivedCodec(page, kind)).toLowerCase(), played[kind].toLowerCase());
  }
}

for (const [video, audio] of [['VP8', 'opus'], ['VP9', 'PCMU'], ['AV1', 'G722']]) {
  scenario(`${video} and ${audio} play as H264 and opus`, () =>
    checkPlays({ video, audio }, { video: 'H264', audio: 'opus' }));
}
for (const [video, audio] of [['H264', 'PCMA'], ['VP9', 'opus'], ['AV1', 'opus']]) {
  scenario(`${video} and ${audio} play as VP8 and opus`, () =>
    checkPlays({ video, audio }, { video: 'VP8', audio: 'opus' }));
}
