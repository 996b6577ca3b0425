// A bad network between browsers and the media ports: tests/support/udp_relay.cpp as a process.
import { spawn } from 'node:child_process';
import { once } from 'node:events';
import { createInterface } from 'node:readline';
import { join } from 'node:path';
import { bin } from './suite.mjs';

export class LossyNetwork {
  #waiting = []; // {resolve, reject} of those who wait for a line

  // Without reshape() it loses nothing. Same seed, same packets: same losses.
  static async start(suite, { seed = 1 } = {}) {
    const network = new LossyNetwork();
    const media = await suite.mediaPorts();
    network.child = spawn(join(bin, 'udp_relay'),
      [String(seed), ...media.map((port) => `127.0.0.1:${port}`)], { stdio: ['pipe', 'pipe', 'inherit'] });
    createInterface({ input: network.child.stdout })
      .on('line', (line) => network.#waiting.shift()?.resolve(JSON.parse(line)));
    network.child.on('exit', () => network.#waiting.splice(0)
      .forEach(({ reject }) => reject(new Error('the relay has ended'))));
    const { ports } = await network.#answer();
    // For WhepPlayer.play({ through }) and the like.
    network.ports = Object.fromEntries(media.map((port, i) => [port, ports[i]]));
    return network;
  }

  // Takes effect at once. down, up: {rate (bit/s), queue_ms, delay_ms, jitter_ms, loss (0 to 1)}.
  // Returns what was relayed so far: {down: {relayed, lost}, up}.
  reshape(directions) {
    const answer = this.#answer();
    this.child.stdin.write(`${JSON.stringify(directions)}\n`);
    return answer;
  }

  counts() { return this.reshape({}); }

  async stop() {
    this.child.stdin.end();
    if (this.child.exitCode === null) await once(this.child, 'exit');
  }

  #answer() {
    return new Promise((resolve, reject) => { this.#waiting.push({ resolve, reject }); });
  }
}
