// A client of the WCS protocol that sends exactly the frames it is told to (RFC 6455), cheap enough
// to open thousands of them.
import { once } from 'node:events';
import { connect } from 'node:net';
import { connect as connectTls } from 'node:tls';

export const opcodes = { continuation: 0, text: 1, binary: 2, close: 8, ping: 9, pong: 10 };

const handshake = (path) => `GET ${path} HTTP/1.1\r\nHost: h\r\nUpgrade: websocket\r\n` +
  'Connection: Upgrade\r\nSec-WebSocket-Key: dGhlIHNhbXBsZSBub25jZQ==\r\n' +
  'Sec-WebSocket-Version: 13\r\n\r\n';

// Masked with a zero key, which is a key as good as any.
function frame(opcode, payload, final) {
  const bytes = Buffer.from(payload);
  const extended = bytes.length < 126 ? 0 : 8;
  const head = Buffer.alloc(2 + extended + 4);
  head[0] = (final ? 0x80 : 0) | opcode;
  head[1] = 0x80 | (extended ? 127 : bytes.length);
  if (extended) head.writeBigUInt64BE(BigInt(bytes.length), 2);
  return Buffer.concat([head, bytes]);
}

// The first frame of `bytes` as {opcode, payload, size}; nothing if it is not whole yet.
function firstFrame(bytes) {
  if (bytes.length < 2) return undefined;
  const short = bytes[1] & 127;
  const head = short < 126 ? 2 : short === 126 ? 4 : 10;
  if (bytes.length < head) return undefined;
  const length = short < 126 ? short
    : short === 126 ? bytes.readUInt16BE(2) : Number(bytes.readBigUInt64BE(2));
  if (bytes.length < head + length) return undefined;
  return { opcode: bytes[0] & 15, payload: bytes.subarray(head, head + length), size: head + length };
}

export class WcsClient {
  heard = []; // {message, data}, without pings
  pings = 0; // messages of the protocol, each answered unless `silent`
  closed = null; // {code, reason} of the server's close frame, or {} when the connection ended without
  #waiting = new Set();
  #bytes = Buffer.alloc(0);

  // url: ws:// or wss:// (any certificate); from: address of ours; silent: answer no ping.
  static async open(url, { from, path = '/', silent = false } = {}) {
    const { protocol, hostname, port } = new URL(url);
    const client = new WcsClient();
    const secure = protocol === 'wss:';
    client.silent = silent;
    const target = { host: hostname, port: Number(port), localAddress: from, noDelay: true };
    client.socket = secure ? connectTls({ ...target, rejectUnauthorized: false }) : connect(target);
    client.socket.on('error', () => {});
    client.socket.on('close', () => client.#end({}));
    await once(client.socket, secure ? 'secureConnect' : 'connect');
    client.socket.on('data', (data) => client.#onData(data));
    client.socket.write(handshake(path));
    await client.until(() => client.upgraded);
    return client;
  }

  // Opens a session of the protocol on it: `connection`, answered by `getUserData`.
  static async connect(url, { custom, ...options } = {}) {
    const client = await WcsClient.open(url, options);
    client.say('connection', { appKey: 'defaultApp', mediaProviders: ['WebRTC'],
      clientVersion: '2.0', custom });
    client.user = (await client.hears('getUserData')).data[0];
    return client;
  }

  say(message, argument) { this.sendText(JSON.stringify({ message, data: [argument] })); }
  sendText(text) { this.sendFrame(opcodes.text, text); }
  sendFrame(opcode, payload, final = true) { this.socket.write(frame(opcode, payload, final)); }

  // Resolves with the first message called `message` for which `fits` says yes, heard already or later.
  async hears(message, fits = () => true) {
    const find = () => this.heard.find((said) => said.message === message && fits(said.data[0], said));
    await this.until(find);
    return find();
  }
  status(id, status) {
    return this.hears('notifyStreamStatusEvent',
      (stream) => stream.mediaSessionId === id && stream.status === status).then(({ data }) => data[0]);
  }
  async closes() { await this.until(() => this.closed); return this.closed; }

  // Waits until `probe` says yes; looks again whenever something arrives.
  until(probe, timeout = 15000) {
    if (probe()) return Promise.resolve();
    return new Promise((resolve, reject) => {
      const look = (ended) => {
        if (!probe() && !ended) return;
        clearTimeout(timer);
        this.#waiting.delete(look);
        if (probe()) resolve();
        else reject(new Error(`the connection has ended: ${JSON.stringify(this.closed)}`));
      };
      const timer = setTimeout(() => {
        this.#waiting.delete(look);
        reject(new Error(`not within ${timeout} ms; heard ${JSON.stringify(this.heard)}`));
      }, timeout);
      this.#waiting.add(look);
    });
  }

  end() { this.socket.destroy(); }

  #end(how) {
    this.closed ??= how;
    for (const look of [...this.#waiting]) look(true);
  }

  #onData(data) {
    this.#bytes = this.#bytes.length ? Buffer.concat([this.#bytes, data]) : data;
    if (!this.upgraded) {
      const end = this.#bytes.indexOf('\r\n\r\n');
      if (end < 0) return;
      this.upgraded = this.#bytes.toString('latin1', 0, end);
      this.#bytes = this.#bytes.subarray(end + 4);
    }
    for (let next = firstFrame(this.#bytes); next; next = firstFrame(this.#bytes)) {
      this.#bytes = this.#bytes.subarray(next.size);
      this.#onFrame(next);
    }
    if (!this.#bytes.length) this.#bytes = Buffer.alloc(0); // lets go of what it was a part of
    for (const look of [...this.#waiting]) look(false);
  }

  #onFrame({ opcode, payload }) {
    if (opcode === opcodes.close) {
      this.sendFrame(opcodes.close, payload);
      this.socket.end();
      this.#end(payload.length < 2 ? {}
        : { code: payload.readUInt16BE(0), reason: payload.toString('utf8', 2) });
    } else if (opcode === opcodes.ping) {
      this.sendFrame(opcodes.pong, payload);
    } else if (opcode === opcodes.text) {
      const said = JSON.parse(payload.toString('utf8'));
      if (said.message !== 'ping') {
        this.heard.push(said);
        return;
      }
      ++this.pings;
      if (!this.silent) this.say('pong', null);
    }
  }
}
