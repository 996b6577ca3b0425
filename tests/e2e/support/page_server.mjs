// Serves the test pages, and the unmodified SDK beside them, on a loopback port: a secure context
// of another origin than the suite's.
import { createServer } from 'node:http';
import { once } from 'node:events';
import { readFile } from 'node:fs/promises';
import { createRequire } from 'node:module';
import { dirname, extname, join } from 'node:path';
import { fileURLToPath } from 'node:url';

const here = dirname(fileURLToPath(import.meta.url));
const sdk = dirname(createRequire(import.meta.url).resolve('@flashphoner/websdk/package.json'));
const types = { '.html': 'text/html; charset=utf-8', '.js': 'text/javascript', '.mp4': 'video/mp4',
  '.mp3': 'audio/mpeg' };

function fileFor(path) {
  const name = path.split('/').pop();
  return path.startsWith('/websdk/') ? join(sdk, name) : join(here, 'page', name);
}

export async function servePages() {
  const server = createServer(async (request, response) => {
    const path = new URL(request.url, 'http://page').pathname;
    try {
      const body = await readFile(fileFor(path));
      response.writeHead(200, { 'content-type': types[extname(path)] ?? 'application/octet-stream' });
      response.end(body);
    } catch {
      response.writeHead(404).end();
    }
  });
  server.listen(0, '127.0.0.1');
  await once(server, 'listening');
  return {
    url: `http://127.0.0.1:${server.address().port}`,
    close: () => new Promise((resolve) => { server.close(resolve); server.closeAllConnections(); }),
  };
}
