// Another host: a network namespace behind a veth pair. Needs root.
import { run } from './process.mjs';

let made = 0;

export class Namespace {
  // mtu: of both ends. v4, v6: our end's and theirs ({ours: '10.99.1.1/24', theirs: '10.99.1.2/24'});
  // without one the namespace has no such family. Everything else goes through our end.
  static async open({ mtu = 1500, v4, v6 }) {
    const space = new Namespace();
    space.name = `sluice-${process.pid}-${++made}`;
    space.link = `sl${process.pid % 100000}x${made}`;
    await run('ip', ['netns', 'add', space.name]);
    try {
      await space.#connect(mtu, v4, v6);
    } catch (error) {
      await space.close();
      throw error;
    }
    return space;
  }

  async #connect(mtu, v4, v6) {
    const theirs = `${this.link}p`;
    await run('ip', ['link', 'add', this.link, 'mtu', mtu, 'type', 'veth', 'peer', 'name', theirs,
      'mtu', mtu, 'netns', this.name]);
    await run('ip', ['link', 'set', this.link, 'up']);
    await this.run('ip', 'link', 'set', 'lo', 'up');
    await this.run('ip', 'link', 'set', theirs, 'up');
    for (const [family, pair] of [['-4', v4], ['-6', v6]]) {
      if (!pair) continue;
      const nodad = family === '-6' ? ['nodad'] : []; // the address is there at once
      await run('ip', ['addr', 'add', pair.ours, 'dev', this.link, ...nodad]);
      await this.run('ip', 'addr', 'add', pair.theirs, 'dev', theirs, ...nodad);
      await this.run('ip', family, 'route', 'add', 'default', 'via', pair.ours.split('/')[0]);
    }
  }

  // The command line of a program that runs there.
  command(...words) { return ['ip', 'netns', 'exec', this.name, ...words.map(String)]; }
  run(...words) {
    const [program, ...args] = this.command(...words);
    return run(program, args);
  }

  async close() {
    await run('ip', ['link', 'del', this.link]).catch(() => {}); // may not be there yet
    await run('ip', ['netns', 'del', this.name]);
  }
}
