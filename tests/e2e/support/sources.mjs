// What people publish: files of any encoder settings, sent as they are (`ffmpeg -re -i any.mp4 -c copy`).
import { createHash } from 'node:crypto';
import { appendFileSync, existsSync, mkdirSync, readFileSync, renameSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { counterFilter, frameRate } from './clips.mjs';
import { run } from './process.mjs';

const folder = join(tmpdir(), 'sluice-e2e-clips');
const defaultAudio = ['-c:a', 'aac', '-b:a', '96k', '-ac', '2', '-ar', '48000'];

// The path of a file with frames numbered in the picture and a tone of 440 Hz.
//   video, audio: ffmpeg's encoder options; null = the file has none. audio {file}: that file's sound,
//   repeated as it is.
//   then: {video, size}: another `seconds` of these go on where the first part ends.
export async function sourceClip(name, { video, audio = defaultAudio, seconds = 20, then } = {}) {
  const wanted = JSON.stringify({ video, audio, seconds, then });
  const digest = createHash('sha256').update(wanted).digest('hex').slice(0, 12);
  const type = then ? 'ts' : 'mp4';
  const path = join(folder, `source-${name}-${digest}.${type}`);
  if (existsSync(path)) return path;
  mkdirSync(folder, { recursive: true });
  const unfinished = `${path}.${process.pid}.${type}`;
  await encode(unfinished, { video, audio, seconds });
  if (then) {
    const second = `${unfinished}.second.ts`;
    await encode(second, { video, audio, seconds, ...then, from: seconds });
    appendFileSync(unfinished, readFileSync(second));
    rmSync(second);
  }
  renameSync(unfinished, path);
  return path;
}

function encode(path, { video, audio, seconds, size, from = 0 }) {
  const picture = video && ['-filter_complex', counterFilter({ first: from * frameRate }) +
    (size ? `,scale=${size.replace('x', ':')}` : '')];
  const sound = audio?.file ? ['-stream_loop', '-1', '-i', audio.file] :
    audio && ['-f', 'lavfi', '-i', `sine=frequency=440:sample_rate=48000:duration=${seconds}`];
  const encoder = audio?.file ? ['-c:a', 'copy'] : audio;
  return run('ffmpeg', ['-v', 'error', '-nostdin', '-y', ...(picture ?? []), ...(sound ?? []),
    '-t', `${seconds}`, ...(video ? ['-pix_fmt', 'yuv420p', ...video] : []), ...(encoder ?? []),
    '-output_ts_offset', `${from}`, ...(path.endsWith('.ts') ? ['-muxdelay', '0'] : []), path]);
}
