// An RTMP publisher plays in Chromium by WHEP: picture at full rate, the right sound, and at once.
import assert from 'node:assert/strict';
import { counterClip, flashClip, frameRate } from './support/clips.mjs';
import { useSuite } from './support/scenario.mjs';
import { listenTo, openWhepPage } from './support/whep_page.mjs';

const world = useSuite({ browser: true });
const { scenario } = world;

async function openPlayer(name) {
  const page = await openWhepPage(world, name);
  await page.evaluate(() => measure.frame());
  return page;
}

scenario('an RTMP stream is decoded at its full rate for 10 s, without freeze or loss', async () => {
  await world.suite.publish(await counterClip(), 'cam');
  const page = await openPlayer('cam');
  await page.evaluate(() => measure.pass(1000));
  const seen = await page.evaluate(() => measure.watch(10000));
  const rate = seen.framesDecoded / seen.seconds;
  assert.ok(Math.abs(rate - frameRate) < 1, `decodes ${rate} frames/s`);
  assert.equal(seen.freezes, 0);
  assert.equal(seen.packetsLost, 0);
  assert.equal(seen.framesDropped, 0);
  const numbers = seen.shown.map(({ number }) => number);
  assert.ok(numbers.every((number, i) => i === 0 || number >= numbers[i - 1]), 'frames go back');
  assert.ok(numbers.length > seen.framesDecoded * 0.9, `only ${numbers.length} were shown`);
});

scenario('its sound is there with the right loudness and frequency', async () => {
  await world.suite.publish(await counterClip({ hertz: 440 }), 'cam');
  const page = await openPlayer('cam');
  const { loudness, hertz } = await listenTo(page, 1500);
  assert.ok(loudness > 0.05, `loudness ${loudness}`);
  assert.ok(Math.abs(hertz - 440) < 6, `${hertz} Hz`);
});

scenario('one second after its first frame a player is at the live edge, and stays there', async () => {
  const publisher = await world.suite.publish(await counterClip(), 'cam');
  for (let join = 0; join < 3; ++join) {
    const page = await openPlayer('cam');
    await page.evaluate(() => measure.pass(1000));
    const { shown } = await page.evaluate(() => measure.watch(5000));
    const delays = shown.map(({ wall, number }) => wall - publisher.publishTime(number));
    delays.sort((a, b) => a - b);
    const worst = delays[Math.floor(delays.length * 0.99)];
    assert.ok(worst < 250, `${worst} ms behind what the publisher sent (99 of 100 frames are nearer)`);
    await page.close();
  }
});

scenario('picture and sound are less than 60 ms apart', async () => {
  await world.suite.publish(await flashClip(), 'cam');
  const page = await openPlayer('cam');
  // Chromium's lip sync moves the picture by a few milliseconds at a time.
  await page.evaluate(() => measure.pass(10000));
  const offsets = await page.evaluate(() => measure.lipSync(8000));
  assert.ok(offsets.length >= 6, `only ${offsets.length} beeps with a flash`);
  const median = offsets.sort((a, b) => a - b)[Math.floor(offsets.length / 2)];
  assert.ok(Math.abs(median) < 60, `the beep is ${median} ms after the flash: ${offsets}`);
});

scenario('AEAD_AES_128_GCM protects the media', async () => {
  await world.suite.publish(await counterClip(), 'cam');
  const page = await openPlayer('cam');
  const { srtpCipher } = await page.evaluate(() => measure.transport());
  assert.equal(srtpCipher, 'SRTP_AEAD_AES_128_GCM');
});

scenario('DELETE ends the player, and the daemon forgets it', async () => {
  await world.suite.publish(await counterClip(), 'cam');
  const page = await openPlayer('cam');
  assert.equal(await page.evaluate(() => player.stop()), 200);
  assert.equal(await page.evaluate(async () =>
    (await fetch(player.location, { method: 'DELETE' })).status), 404);
});
