// Every kind of sound that encoders send by RTMP is played by RTMP as it came: MP3, mono, 5.1.
import assert from 'node:assert/strict';
import { mkdtempSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { after, before } from 'node:test';
import { run } from './support/process.mjs';
import { useSuite } from './support/scenario.mjs';

const world = useSuite();
const { scenario } = world;

let folder;
before(() => { folder = mkdtempSync(join(tmpdir(), 'sluice-sound-')); });
after(() => rmSync(folder, { recursive: true, force: true }));

const quick = ['-v', 'error', '-probesize', '300000', '-analyzeduration', '1000000', '-rtmp_live', 'live'];

async function clip(name, audio, video) {
  const file = join(folder, `${name}.flv`);
  const picture = video ? ['-f', 'lavfi', '-i', 'testsrc2=s=320x180:r=25', '-c:v', 'libx264', '-preset',
    'ultrafast', '-g', '25', '-pix_fmt', 'yuv420p'] : [];
  await run('ffmpeg', ['-nostdin', '-v', 'error', '-f', 'lavfi', '-i', 'sine=frequency=440:sample_rate=44100',
    ...picture, ...audio, '-t', '30', file]);
  return file;
}

async function probe(name, seconds) {
  const text = await run('ffprobe', [...quick, '-read_intervals', `%+${seconds}`, '-show_packets',
    '-show_streams', '-of', 'json', world.suite.rtmp(name)]);
  return JSON.parse(text.slice(text.indexOf('{')));
}

const kinds = {
  'MP3, 44.1 kHz, stereo': { args: ['-c:a', 'libmp3lame', '-b:a', '128k', '-ac', '2', '-ar', '44100'],
    codec: 'mp3', rate: 44100, channels: 2, samples: 1152 },
  'MP3, 320 kbit/s': { args: ['-c:a', 'libmp3lame', '-b:a', '320k', '-ac', '2', '-ar', '44100'],
    codec: 'mp3', rate: 44100, channels: 2, samples: 1152 },
  'MP3, 22.05 kHz, mono': { args: ['-c:a', 'libmp3lame', '-b:a', '48k', '-ac', '1', '-ar', '22050'],
    codec: 'mp3', rate: 22050, channels: 1, samples: 576 },
  'AAC, mono': { args: ['-c:a', 'aac', '-ac', '1'], codec: 'aac', rate: 44100, channels: 1, samples: 1024 },
  'AAC, 5.1': { args: ['-c:a', 'aac', '-ac', '6'], codec: 'aac', rate: 44100, channels: 6, samples: 1024 },
  'AAC, 5.1 with side channels': { args: ['-c:a', 'aac', '-af',
    'pan=5.1(side)|FL=c0|FR=c0|FC=c0|LFE=c0|SL=c0|SR=c0'], codec: 'aac', rate: 44100, channels: 6,
  samples: 1024 },
};

for (const [sentence, kind] of Object.entries(kinds)) {
  scenario(`${sentence}: same codec, rate, channels and pace`, async () => {
    await world.suite.publish(await clip(sentence.replaceAll(/\W/g, ''), kind.args, true), 'cam');
    const { streams, packets } = await probe('cam', 5);
    const audio = streams.find((stream) => stream.codec_type === 'audio');
    assert.deepEqual([audio.codec_name, Number(audio.sample_rate), audio.channels],
      [kind.codec, kind.rate, kind.channels]);
    assert.ok(streams.some((stream) => stream.codec_name === 'h264'));
    const times = packets.filter((p) => p.codec_type === 'audio').map((p) => Number(p.pts_time));
    const pace = (times.at(-1) - times[0]) / (times.length - 1);
    assert.ok(Math.abs(pace - kind.samples / kind.rate) < 0.0005, `${times.length} packets, ${pace} s each`);
  });
}

scenario('MP3 alone, without a picture, is played', async () => {
  await world.suite.publish(await clip('alone', kinds['MP3, 44.1 kHz, stereo'].args, false), 'cam');
  const { streams } = await probe('cam', 2);
  assert.deepEqual(streams.map((stream) => stream.codec_name), ['mp3']);
});
