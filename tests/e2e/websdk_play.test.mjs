// The unmodified npm package @flashphoner/websdk plays over the WCS WebSocket protocol.
import assert from 'node:assert/strict';
import { counterClip, frameRate } from './support/clips.mjs';
import { until } from './support/process.mjs';
import { useSuite } from './support/scenario.mjs';

const world = useSuite({ browser: true });
const { scenario } = world;

// A page with a connected session; page.frames_ holds the messages of its WebSocket.
async function openSession() {
  const page = await world.browser.open('websdk.html');
  page.received = [];
  page.sent = [];
  page.on('websocket', (socket) => {
    socket.on('framereceived', ({ payload }) => page.received.push(JSON.parse(payload)));
    socket.on('framesent', ({ payload }) => page.sent.push(JSON.parse(payload)));
  });
  const status = await page.evaluate((url) => {
    window.player = new SdkPlayer();
    return window.player.connect(url);
  }, world.suite.ws);
  assert.equal(status, 'ESTABLISHED');
  return page;
}

async function play(page, name) {
  await page.evaluate((stream) => player.play(stream), name);
  return page.evaluate(() => player.reached(STREAM_STATUS.PLAYING));
}

scenario('connect, play: PENDING, then PLAYING, with picture at full rate and the right sound', async () => {
  await world.suite.publish(await counterClip({ hertz: 440 }), 'cam');
  const page = await openSession();
  assert.deepEqual(await play(page, 'cam'), ['PENDING', 'PLAYING']);
  await page.evaluate(() => { window.measure = player.measure(); return measure.frame(); });
  await page.evaluate(() => measure.pass(1000));  // the cached group comes all at once
  const seen = await page.evaluate(() => measure.watch(10000));
  const rate = seen.framesDecoded / seen.seconds;
  assert.ok(Math.abs(rate - frameRate) < 1, `decodes ${rate} frames/s`);
  assert.equal(seen.freezes, 0);
  const { loudness, hertz } = await page.evaluate(() => measure.listen(1500));
  assert.ok(loudness > 0.05, `loudness ${loudness}`);
  assert.ok(Math.abs(hertz - 440) < 6, `${hertz} Hz`);
});

scenario('STOPPED when the publisher goes', async () => {
  const publisher = await world.suite.publish(await counterClip(), 'cam');
  const page = await openSession();
  await play(page, 'cam');
  await publisher.stop();
  const statuses = await page.evaluate(() => player.reached(STREAM_STATUS.STOPPED));
  assert.deepEqual(statuses, ['PENDING', 'PLAYING', 'STOPPED']);
});

scenario('STOPPED after stop()', async () => {
  await world.suite.publish(await counterClip(), 'cam');
  const page = await openSession();
  await play(page, 'cam');
  await page.evaluate(() => player.stream.stop());
  const statuses = await page.evaluate(() => player.reached(STREAM_STATUS.STOPPED));
  assert.deepEqual(statuses, ['PENDING', 'PLAYING', 'STOPPED']);
});

scenario('a missing stream: FAILED, Stream not found', async () => {
  const page = await openSession();
  await page.evaluate(() => player.play('nobody'));
  const statuses = await page.evaluate(() => player.reached(STREAM_STATUS.FAILED));
  assert.deepEqual(statuses, ['PENDING', 'FAILED']);
  assert.equal(await page.evaluate(() => player.stream.getInfo()), 'Stream not found');
});

scenario('the session can play again after a failure, and two streams at once', async () => {
  await world.suite.publish(await counterClip(), 'cam');
  const page = await openSession();
  await page.evaluate(() => player.play('nobody'));
  await page.evaluate(() => player.reached(STREAM_STATUS.FAILED));
  await page.evaluate(() => { player.statuses = []; });
  await play(page, 'cam');
  await page.evaluate(() => { window.first = player.statuses; player.statuses = []; });
  await play(page, 'cam');
  assert.deepEqual(await page.evaluate(() => first), ['PENDING', 'PLAYING']);
});

scenario('the server pings, the SDK answers with pong', async () => {
  const page = await openSession();
  await until('a ping', () => page.received.some(({ message }) => message === 'ping'));
  await until('a pong', () => page.sent.some(({ message }) => message === 'pong'));
  assert.ok(page.received.every(({ data }) => Array.isArray(data)), 'every message carries data');
});
