// A TCP relay on a loopback port that keeps what the server says.
import { connect, createServer } from 'node:net';
import { once } from 'node:events';

const keptBytes = 1 << 20;

// port: of the server. Returns {port, heard, close()}; heard is Latin-1 text.
export async function overhear(port) {
  const line = { heard: '' };
  const server = createServer((client) => {
    const upstream = connect(port, '127.0.0.1');
    upstream.on('data', (data) => {
      if (line.heard.length < keptBytes) line.heard += data.toString('latin1');
    });
    client.pipe(upstream).pipe(client);
    client.on('error', () => upstream.destroy());
    upstream.on('error', () => client.destroy());
  });
  server.listen(0, '127.0.0.1');
  await once(server, 'listening');
  line.port = server.address().port;
  line.close = () => new Promise((resolve) => { server.close(resolve); });
  return line;
}
