// What came by RTMP is played by RTMP: ffprobe and ffmpeg read sound and picture.
import assert from 'node:assert/strict';
import { counterClip, flashClip, frameRate, height, width } from './support/clips.mjs';
import { run } from './support/process.mjs';
import { useSuite } from './support/scenario.mjs';

const world = useSuite();
const { scenario } = world;

// Without these ffmpeg listens for up to five seconds before it says a word.
const quick = ['-v', 'error', '-probesize', '500000', '-analyzeduration', '1500000', '-rtmp_live', 'live'];

async function packets(url, seconds) {
  const text = await run('ffprobe', [...quick, '-read_intervals', `%+${seconds}`, '-show_packets',
    '-show_entries', 'packet=codec_type,pts_time,dts_time,flags', '-of', 'json', url]);
  return JSON.parse(text.slice(text.indexOf('{'))).packets;
}

scenario('ffprobe sees H.264 and AAC as they were published', async () => {
  await world.suite.publish(await counterClip(), 'cam');
  const text = await run('ffprobe', [...quick, '-show_streams', '-of', 'json', world.suite.rtmp('cam')]);
  const { streams } = JSON.parse(text.slice(text.indexOf('{')));
  const video = streams.find((stream) => stream.codec_type === 'video');
  const audio = streams.find((stream) => stream.codec_type === 'audio');
  assert.deepEqual([video.codec_name, video.profile, video.width, video.height],
    ['h264', 'High', width, height]);
  assert.deepEqual([audio.codec_name, audio.sample_rate, audio.channels], ['aac', '48000', 2]);
});

scenario('a player begins with a key frame, and timestamps never go back', async () => {
  await world.suite.publish(await counterClip(), 'cam');
  const seen = await packets(world.suite.rtmp('cam'), 6);
  for (const kind of ['video', 'audio']) {
    const times = seen.filter((p) => p.codec_type === kind).map((p) => Number(p.dts_time));
    assert.ok(times.length > 100, `${times.length} ${kind} packets`);
    assert.ok(times.every((time, i) => i === 0 || time > times[i - 1]), `${kind} goes back`);
  }
  const video = seen.filter((p) => p.codec_type === 'video');
  assert.match(video[0].flags, /K/);
  const span = Number(video.at(-1).dts_time) - Number(video[0].dts_time);
  assert.ok(Math.abs((video.length - 1) / span - frameRate) < 0.5, `${video.length} in ${span} s`);
});

scenario('sound and picture decode without an error', async () => {
  await world.suite.publish(await counterClip(), 'cam');
  const errors = await run('ffmpeg', ['-nostdin', ...quick, '-xerror', '-i', world.suite.rtmp('cam'),
    '-t', '5', '-f', 'null', '-']);
  assert.equal(errors, '');
});

scenario('flash and beep keep their distance in the timestamps', async () => {
  await world.suite.publish(await flashClip(), 'cam');
  const text = await run('ffmpeg', ['-nostdin', ...quick, '-v', 'info', '-copyts', '-i',
    world.suite.rtmp('cam'), '-t', '6', '-vf', 'blackdetect=d=0.3:pix_th=0.5', '-af',
    'silencedetect=n=-20dB:d=0.3', '-f', 'null', '-']);
  const ends = (pattern) => [...text.matchAll(pattern)].map(([, time]) => Number(time));
  const flashes = ends(/black_end:([\d.]+)/g);
  const beeps = ends(/silence_end: ([\d.]+)/g);
  const offsets = flashes.map((flash) => Math.min(...beeps.map((beep) => Math.abs(beep - flash))))
    .filter((offset) => offset < 0.5);
  assert.ok(offsets.length >= 3, `${flashes.length} flashes, ${beeps.length} beeps:\n${text}`);
  // One AAC frame is 21 ms, one picture 33 ms.
  assert.ok(Math.max(...offsets) < 0.06, `offsets ${offsets}`);
});

scenario('a stream that is not there is refused, not waited for', async () => {
  await assert.rejects(run('ffprobe', [...quick, world.suite.rtmp('nobody')], { timeout: 10000 }),
    /ended with 1/);
});
