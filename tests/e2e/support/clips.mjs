// Media files made by ffmpeg once and kept in a temporary folder: publishing them costs no encoding.
// 640x360, 30 frames/s, H.264 without B-frames, a key frame every 2 s; AAC 48 kHz stereo.
import { createHash } from 'node:crypto';
import { existsSync, mkdirSync, renameSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { run } from './process.mjs';

export const width = 640;
export const height = 360;
export const frameRate = 30;

// The frame number stands in the picture's top strip: blocks of 40x40 pixels, white is 1, least
// significant bit first; the last two blocks hold the clip's id.
export const counter = { block: 40, bits: 14, idBits: 2 };

const folder = join(tmpdir(), 'sluice-e2e-clips');
const video = (profile) => ['-c:v', 'libx264', '-preset', 'veryfast', '-tune', 'zerolatency',
  '-profile:v', profile, '-bf', '0', '-g', '60', '-keyint_min', '60', '-sc_threshold', '0',
  '-b:v', '1M', '-maxrate', '1M', '-bufsize', '1M', '-pix_fmt', 'yuv420p'];
const audio = ['-c:a', 'aac', '-b:a', '96k', '-ac', '2', '-ar', '48000'];

// id: of the clip; first: number of its first frame.
export function counterFilter({ id = 0, first = 0 } = {}) {
  const block = `floor(X/${counter.block})`;
  const number = `(N+${id}*pow(2,${counter.bits})${first ? `+${first}` : ''})`;
  const strip = `color=black:s=${width}x${counter.block}:r=${frameRate},format=gray,` +
    `geq=lum='255*mod(floor(${number}/pow(2,${block})),2)',format=yuv420p`;
  return `${strip}[strip];testsrc2=s=${width}x${height}:r=${frameRate}[picture];` +
    `[picture][strip]overlay=0:0:format=yuv420`;
}

// Frames numbered in the picture, and a steady tone of `hertz`.
export function counterClip({ hertz = 440, id = 0, seconds = 90, profile = 'high' } = {}) {
  return clip(`counter-${hertz}-${id}-${profile}`, [
    '-filter_complex', counterFilter({ id }),
    '-f', 'lavfi', '-i', `sine=frequency=${hertz}:sample_rate=48000:duration=${seconds}`,
    '-t', `${seconds}`, ...video(profile), ...audio]);
}

// Once a second, for 100 ms: a white picture and a beep of 1 kHz, at the very same time.
export function flashClip({ seconds = 60 } = {}) {
  const on = 'lt(mod(t,1),0.1)*gte(t,1)';
  return clip('flash', [
    '-f', 'lavfi', '-i', `color=black:s=${width}x${height}:r=${frameRate},` +
      `drawbox=c=white:t=fill:enable='${on}'`,
    '-f', 'lavfi', '-i', `aevalsrc='0.5*sin(2*PI*1000*t)*${on}':s=48000`,
    '-t', `${seconds}`, ...video('baseline'), ...audio]);
}

// As little as makes a picture: for many streams or players at once. 320x180, 15 frames/s, 150 kbit/s, no sound.
export function spareClip({ seconds = 60 } = {}) {
  return clip('spare', ['-f', 'lavfi', '-i', 'testsrc2=s=320x180:r=15', '-t', `${seconds}`, '-c:v', 'libx264',
    '-preset', 'veryfast', '-profile:v', 'baseline', '-bf', '0', '-g', '30', '-keyint_min', '30', '-sc_threshold', '0',
    '-b:v', '150k', '-maxrate', '150k', '-bufsize', '150k', '-pix_fmt', 'yuv420p']);
}

// What one viewer of a usual live stream gets, and what the figures are measured with: 1280x720,
// 30 frames/s, H.264 Main without B-frames, 2.5 Mbit/s, a key frame every 2 s; AAC 96 kbit/s.
export function viewerClip({ seconds = 60 } = {}) {
  return clip('viewer', ['-f', 'lavfi', '-i', 'testsrc2=s=1280x720:r=30',
    '-f', 'lavfi', '-i', 'sine=frequency=440:sample_rate=48000', '-t', `${seconds}`,
    '-c:v', 'libx264', '-preset', 'veryfast', '-profile:v', 'main', '-bf', '0', '-g', '60',
    '-keyint_min', '60', '-sc_threshold', '0', '-b:v', '2.5M', '-maxrate', '2.5M',
    '-bufsize', '2.5M', '-pix_fmt', 'yuv420p', ...audio]);
}

// Returns the path of the FLV file that these ffmpeg arguments make; makes it if it is not there.
async function clip(name, args) {
  const digest = createHash('sha256').update(args.join('\0')).digest('hex').slice(0, 12);
  const path = join(folder, `${name}-${digest}.flv`);
  if (existsSync(path)) return path;
  mkdirSync(folder, { recursive: true });
  const unfinished = `${path}.${process.pid}`;
  await run('ffmpeg', ['-v', 'error', '-nostdin', '-y', ...args, '-f', 'flv', unfinished]);
  renameSync(unfinished, path);
  return path;
}
