// A browser that publishes goes, in whatever way, and another one comes under its name: connected
// players go on, with no delay added.
import assert from 'node:assert/strict';
import { run, until } from './support/process.mjs';
import { useSuite } from './support/scenario.mjs';
import { openWhepPage } from './support/whep_page.mjs';
import { openWhipPage, publishByWhip } from './support/whip_page.mjs';

const world = useSuite({ browser: true,
  extra: { 'webrtc-media': { publisher_grace: '8s' } } });
const { scenario } = world;
const codecs = { video: 'VP8', audio: 'opus' };

async function startBoth() {
  const publisher = await publishByWhip(world, 'cam', { codecs });
  await until('cam is live', () => world.suite.isLive('cam'));
  const player = await openWhepPage(world, 'cam');
  await player.evaluate(() => measure.frame(({ clean }) => clean));
  return { publisher, player };
}

// Publishes again as soon as the name can be had: one that was alive 2 s ago keeps it.
async function comeBack(options = {}) {
  const page = await openWhipPage(world, options);
  const url = world.suite.http('/whip/cam');
  await until('cam can be published again', async () => {
    const status = await page.evaluate(([to, wanted]) => publisher.publish(to, wanted),
      [url, codecs]);
    assert.ok(status === 201 || status === 409, `status ${status}`);
    if (status === 409) {
      await page.evaluate(async (given) => {
        publisher.peer.close();
        await new Promise((resolve) => { setTimeout(resolve, 200); });
        window.publisher = new WhipPublisher(given);
      }, options);
    }
    return status === 201;
  });
  return page;
}

// Median of the time from drawing to showing over two seconds, in ms.
async function delayOf(publisher, player) {
  await player.bringToFront(); // pages in the background show little of what they decode
  const drawn = await publisher.evaluate(() => ({ number: publisher.source.number,
    wall: performance.timeOrigin + performance.now() }));
  const { shown } = await player.evaluate(() => measure.watch(2000));
  const delays = shown.filter(({ clean }) => clean)
    .map(({ wall, number }) => wall - drawn.wall - ((number - drawn.number) * 1000) / 30)
    .sort((a, b) => a - b);
  assert.ok(delays.length > 20, `only ${delays.length} pictures were shown`);
  return delays[Math.floor(delays.length / 2)];
}

async function goesOnAfter(leave) {
  const { publisher, player } = await startBoth();
  await player.evaluate(() => measure.pass(3000));
  const before = await delayOf(publisher, player);
  await leave(publisher);
  const next = await comeBack();
  await player.bringToFront();
  const number = await next.evaluate(() => publisher.source.number);
  await player.evaluate((first) => measure.frame(
    (frame) => frame.clean && frame.number >= first && frame.number < first + 300), number);
  await player.evaluate(() => measure.pass(4000));
  const after = await delayOf(next, player);
  // The lip sync of the new publisher settles for some seconds more.
  assert.ok(after - before < 200, `${before} ms before, ${after} ms after`);
  assert.equal(await player.evaluate(() => player.peer.connectionState), 'connected');
}

scenario('a tab that is closed without a word, and comes back', () =>
  goesOnAfter((publisher) => publisher.close()));

scenario('a connection that is closed by the page, and comes back', () =>
  goesOnAfter((publisher) => publisher.evaluate(() => publisher.peer.close())));

scenario('DELETE tells the players within a second', async () => {
  const { publisher, player } = await startBoth();
  await publisher.evaluate(() => publisher.stop());
  await player.waitForFunction(() => player.peer.getReceivers()
    .some(({ transport }) => transport.state === 'closed'), null, { timeout: 1000 });
  await until('cam is gone', async () => !(await world.suite.isLive('cam')));
});

scenario('the H.264 of a browser plays by RTMP', async () => {
  await publishByWhip(world, 'cam', { codecs: { video: 'H264', audio: 'opus' } });
  await until('cam is live', () => world.suite.isLive('cam'));
  const text = await run('ffprobe', ['-v', 'error', '-probesize', '500000', '-analyzeduration',
    '3000000', '-rtmp_live', 'live', '-show_streams', '-of', 'json', world.suite.rtmp('cam')]);
  const video = JSON.parse(text).streams.find(({ codec_type: type }) => type === 'video');
  assert.equal(video.codec_name, 'h264');
  assert.equal(video.width, 640);
});
