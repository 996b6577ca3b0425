// Ports that are free now. Taken from below the kernel's ephemeral range, so that no outgoing
// connection of another test takes one before the daemon listens.
import { createServer } from 'node:net';
import { createSocket } from 'node:dgram';
import { once } from 'node:events';

const first = 20000;
const last = 29999;
let next = first + (process.pid * 37) % (last - first);

async function isFree(port) {
  const tcp = createServer().listen({ port, host: '::', exclusive: true });
  const udp = createSocket({ type: 'udp6' });
  try {
    await once(tcp, 'listening');
    udp.bind({ port, exclusive: true });
    await once(udp, 'listening');
    return true;
  } catch {
    return false;
  } finally {
    await new Promise((resolve) => { tcp.listening ? tcp.close(resolve) : resolve(); });
    await new Promise((resolve) => { try { udp.close(resolve); } catch { resolve(); } });
  }
}

// `count` neighbouring ports, free for TCP and UDP; returns the first.
export async function freePorts(count = 1) {
  for (let tries = 0; tries < last - first; ++tries) {
    const candidate = next;
    next = candidate + count > last ? first : candidate + count;
    let free = candidate + count <= last;
    for (let port = candidate; free && port < candidate + count; ++port) free = await isFree(port);
    if (free) return candidate;
  }
  throw new Error(`no ${count} free ports between ${first} and ${last}`);
}
