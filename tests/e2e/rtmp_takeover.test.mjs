// A publisher that comes back takes its name over: players go on without connecting again.
import assert from 'node:assert/strict';
import { counterClip, flashClip, frameRate } from './support/clips.mjs';
import { run, until } from './support/process.mjs';
import { Publisher } from './support/publisher.mjs';
import { useSuite } from './support/scenario.mjs';

const world = useSuite({ browser: true, extra: { ingest: { takeover: true } } });
const { scenario } = world;

const quick = ['-v', 'error', '-probesize', '500000', '-analyzeduration', '1500000', '-rtmp_live', 'live'];

// Another publisher under the name of the first; returns when the first has been sent away.
async function takeOver(first, clip) {
  const second = new Publisher(clip, world.suite.rtmp('cam'));
  world.suite.publishers.push(second);
  assert.notEqual(await first.exited, 0);
  await until('the second has sent something', () => second.publishTime(0));
  return second;
}

async function watchCam() {
  const page = await world.browser.open('whep.html');
  await page.evaluate(async (url) => {
    window.player = new WhepPlayer(document.getElementById('video'));
    if (await player.play(url) !== 201) throw new Error('not created');
    await player.measure.frame();
  }, world.suite.http('/whep/cam'));
  return page;
}

async function decodes(page, what) {
  const seen = await page.evaluate(() => player.measure.watch(3000));
  const rate = seen.framesDecoded / seen.seconds;
  assert.ok(Math.abs(rate - frameRate) < 3, `${what}: ${rate} frames/s`);
  return seen;
}

scenario('a WHEP player sees the first publisher, then the second', async () => {
  const first = await world.suite.publish(await counterClip({ id: 0 }), 'cam');
  const page = await watchCam();
  const before = await decodes(page, 'before');
  assert.ok(before.shown.every((frame) => frame.id === 0));
  const second = await counterClip({ hertz: 1200, id: 1 });
  await takeOver(first, second);
  await page.evaluate(() => player.measure.pass(2500)); // up to the second's first key frame
  const after = await decodes(page, 'after');
  assert.ok(after.shown.length > 0 && after.shown.every((frame) => frame.id === 1));
  assert.equal((await world.suite.streams({ name: 'cam', published: true })).length, 1);
});

scenario('a WHEP player follows a change of profile', async () => {
  const first = await world.suite.publish(await counterClip({ id: 0 }), 'cam');
  const page = await watchCam();
  await takeOver(first, await flashClip()); // baseline
  await page.evaluate(() => player.measure.pass(2500));
  await decodes(page, 'after');
});

scenario('an RTMP player goes on, and its timestamps do not go back', async () => {
  const first = await world.suite.publish(await counterClip({ id: 0 }), 'cam');
  const reading = run('ffprobe', [...quick, '-read_intervals', '%+9', '-show_packets',
    '-show_entries', 'packet=codec_type,pts_time,dts_time,flags', '-of', 'json', world.suite.rtmp('cam')]);
  const players = async () => (await fetch(`http://127.0.0.1:${world.suite.ports.metrics}/metrics`)).text();
  await until('the player plays', async () => /sluice_ingest_players\S* 1\b/.test(await players()));
  await takeOver(first, await counterClip({ hertz: 1200, id: 1 }));
  const text = await reading;
  const { packets } = JSON.parse(text.slice(text.indexOf('{')));
  for (const kind of ['video', 'audio']) {
    const times = packets.filter((p) => p.codec_type === kind).map((p) => Number(p.dts_time));
    assert.ok(times.every((time, i) => i === 0 || time > times[i - 1]), `${kind} goes back`);
    assert.ok(times.at(-1) - times[0] > 8, `${kind} ends after ${times.at(-1) - times[0]} s`);
  }
});
