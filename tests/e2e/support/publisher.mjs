// Publishes a clip by ffmpeg in real time, and knows when each of its frames went out.
import { Child } from './process.mjs';
import { frameRate } from './clips.mjs';

export class Publisher {
  frames = 0; // sent so far
  #earliest = Infinity; // ms since 1970 at which frame 0 went out, the best estimate so far

  // url: rtmp://host:port/app/name
  constructor(clip, url, { loop = false } = {}) {
    const repeat = loop ? ['-stream_loop', '-1'] : [];
    this.child = new Child(`publisher of ${url}`, 'ffmpeg', ['-hide_banner', '-loglevel', 'warning',
      '-nostdin', '-progress', 'pipe:1', '-stats_period', '0.1', '-re', ...repeat, '-i', clip,
      '-c', 'copy', '-flush_packets', '1', '-f', 'flv', url]);
    this.child.process.stdout.on('data', (data) => this.#onProgress(String(data)));
  }

  // When frame `number` of the clip was sent, in ms since 1970.
  publishTime(number) {
    if (this.#earliest === Infinity) throw new Error(`nothing sent yet:\n${this.child.output}`);
    return this.#earliest + (number * 1000) / frameRate;
  }

  get exited() { return this.child.exited; }
  get output() { return this.child.output; }

  // SIGINT: ffmpeg says goodbye (deleteStream) as an encoder does that is stopped by its user.
  stop() { return this.child.stop('SIGINT', 5000); }
  // As if its host had lost its power, but for the TCP reset.
  kill() { return this.child.stop('SIGKILL'); }

  // ffmpeg says "frame=N" some time after it sent frame N-1: never before. The smallest distance
  // seen is the best estimate.
  #onProgress(text) {
    for (const [, frame] of text.matchAll(/^frame=(\d+)$/gm)) {
      this.frames = Number(frame);
      if (frame > 0) {
        this.#earliest = Math.min(this.#earliest, Date.now() - ((frame - 1) * 1000) / frameRate);
      }
    }
  }
}
