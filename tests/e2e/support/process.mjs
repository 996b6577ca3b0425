// Child processes that are never left behind: started with their output kept, stopped by their id.
import { spawn } from 'node:child_process';
import { once } from 'node:events';

const keptBytes = 256 * 1024; // of each process's output: the newest

// Whatever ends this process takes its children along.
const running = new Set();
process.on('exit', () => running.forEach((child) => child.kill('SIGKILL')));
for (const signal of ['SIGINT', 'SIGTERM', 'SIGHUP']) process.on(signal, () => process.exit(1));

export class Child {
  #dropped = 0; // bytes of output that were too old to keep

  constructor(name, command, args, options = {}) {
    this.name = name;
    this.output = '';
    this.process = spawn(command, args, { stdio: ['ignore', 'pipe', 'pipe'], ...options });
    this.process.stdout.on('data', (data) => this.#keep(data));
    this.process.stderr.on('data', (data) => this.#keep(data));
    this.exited = once(this.process, 'exit').then(([code, signal]) => signal ?? code,
      (error) => { this.output += `${error}\n`; return error.code; });
    running.add(this.process);
    this.exited.then(() => running.delete(this.process));
  }

  get pid() { return this.process.pid; }
  get running() {
    return this.pid !== undefined && this.process.exitCode === null && this.process.signalCode === null;
  }

  // Ends it: `signal`, and after `patience` ms SIGKILL. Returns how it ended: exit code or signal.
  async stop(signal = 'SIGTERM', patience = 15000) {
    if (!this.running) return this.exited;
    this.process.kill(signal);
    const killer = setTimeout(() => this.process.kill('SIGKILL'), patience);
    const end = await this.exited;
    clearTimeout(killer);
    return end;
  }

  // Bytes written so far; outputSince() gives what came after.
  get written() { return this.#dropped + this.output.length; }
  outputSince(mark) { return this.output.slice(Math.max(0, mark - this.#dropped)); }

  #keep(data) {
    const all = this.output + data;
    this.#dropped += Math.max(0, all.length - keptBytes);
    this.output = all.slice(-keptBytes);
  }
}

// Runs to the end and returns its output; throws with the output if it fails or takes too long.
export async function run(command, args, { timeout = 120000, ...options } = {}) {
  const child = new Child(command, command, args, options);
  const killer = setTimeout(() => child.process.kill('SIGKILL'), timeout);
  const end = await child.exited;
  clearTimeout(killer);
  if (end !== 0) throw new Error(`${command} ${args.join(' ')} ended with ${end}:\n${child.output}`);
  return child.output;
}

// Waits until `probe` (may be async; throwing counts as no) gives something true; returns that.
export async function until(what, probe, { timeout = 15000, every = 50 } = {}) {
  const deadline = Date.now() + timeout;
  let last;
  while (Date.now() < deadline) {
    try {
      last = await probe();
      if (last) return last;
    } catch (error) {
      last = error;
    }
    await new Promise((resolve) => setTimeout(resolve, every));
  }
  throw new Error(`not within ${timeout} ms: ${what} (last: ${last?.message ?? JSON.stringify(last)})`);
}
