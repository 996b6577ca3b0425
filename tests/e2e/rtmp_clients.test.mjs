// The RTMP clients of the field publish and play: ffmpeg, GStreamer's rtmp2 elements, librtmp.
import assert from 'node:assert/strict';
import { mkdtempSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { counterClip } from './support/clips.mjs';
import { Child, run, until } from './support/process.mjs';
import { Publisher } from './support/publisher.mjs';
import { useSuite } from './support/scenario.mjs';

const world = useSuite();
const { scenario } = world;

const quick = ['-v', 'error', '-probesize', '500000', '-analyzeduration', '1500000', '-rtmp_live', 'live'];

async function streamsOf(url) {
  const text = await run('ffprobe', [...quick, '-show_streams', '-of', 'json', url], { timeout: 20000 });
  return JSON.parse(text.slice(text.indexOf('{'))).streams;
}

// Seconds of video in a file that a player has written.
async function videoSeconds(file) {
  const text = await run('ffprobe', ['-v', 'error', '-select_streams', 'v', '-show_packets',
    '-show_entries', 'packet=pts_time', '-of', 'json', file]);
  const times = JSON.parse(text).packets.map((packet) => Number(packet.pts_time));
  return Math.max(...times) - Math.min(...times);
}

async function inFolder(use) {
  const folder = mkdtempSync(join(tmpdir(), 'sluice-clients-'));
  try {
    await use(folder);
  } finally {
    rmSync(folder, { recursive: true, force: true });
  }
}

async function publishesWith(sink) {
  const url = world.suite.rtmp('cam');
  const publisher = new Child('gst-launch', 'gst-launch-1.0', ['-q', '-e', 'filesrc',
    `location=${await counterClip()}`, '!', 'flvdemux', 'name=in', 'flvmux', 'name=out',
    'streamable=true', '!', ...sink(url), 'in.video', '!', 'queue', '!', 'h264parse', '!', 'out.',
    'in.audio', '!', 'queue', '!', 'aacparse', '!', 'out.']);
  world.suite.publishers.push({ child: publisher, stop: () => publisher.stop('SIGINT', 5000) });
  await until('cam is live', () => world.suite.isLive('cam'));
  const streams = await streamsOf(url);
  assert.deepEqual(streams.map((stream) => stream.codec_name).sort(), ['aac', 'h264']);
  assert.ok(publisher.running, publisher.output);
}

scenario('GStreamer rtmp2sink publishes', () =>
  publishesWith((url) => ['rtmp2sink', `location=${url}`, 'sync=true']));

scenario('GStreamer rtmpsink (librtmp) publishes', () =>
  publishesWith((url) => ['rtmpsink', `location=${url}`, 'sync=true']));

scenario('GStreamer rtmp2src plays', () => inFolder(async (folder) => {
  await world.suite.publish(await counterClip(), 'cam');
  const file = join(folder, 'out.flv');
  const player = new Child('gst-launch', 'gst-launch-1.0', ['-q', '-e', 'rtmp2src',
    `location=${world.suite.rtmp('cam')}`, '!', 'filesink', `location=${file}`]);
  await until('4 s are written', async () => await videoSeconds(file) > 4, { every: 500 });
  await player.stop('SIGINT', 5000);
}));

scenario('rtmpdump plays, with the digest handshake too', () => inFolder(async (folder) => {
  await world.suite.publish(await counterClip(), 'cam');
  // A player that says it verifies itself signs its handshake, and checks our signature.
  const swf = ['--swfsize', '1000', '--swfhash', 'ab'.repeat(32)];
  for (const more of [swf, []]) {
    const file = join(folder, `out${more.length}.flv`);
    const player = new Child('rtmpdump', 'rtmpdump', ['--verbose', '--live', ...more, '-r',
      world.suite.rtmp('cam'), '-o', file]);
    await until('4 s are written', async () => await videoSeconds(file) > 4, { every: 500 });
    await player.stop('SIGINT', 5000);
    assert.doesNotMatch(player.output, /not genuine|does not match|handshake failed/i);
  }
}));

scenario('parameters in the URL are no part of the name, and their values not in the log', async () => {
  const publisher = new Publisher(await counterClip(), world.suite.rtmp('cam?key=verysecret'));
  world.suite.publishers.push(publisher);
  await until('cam is live', () => world.suite.isLive('cam'));
  const log = world.suite.daemons.get('ingest').output;
  assert.match(log, /key=\*\*\*/);
  assert.doesNotMatch(log, /verysecret/);
});
