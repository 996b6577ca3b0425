// An RTMP client that says exactly what a scenario wants, also what it should not; AMF0 only.
import { connect } from 'node:net';
import { once } from 'node:events';
import { until } from './process.mjs';

const block = 1536;

// Numbers, booleans, texts, null, plain objects.
export function amf0(value) {
  if (value === null) return Buffer.from([5]);
  if (typeof value === 'boolean') return Buffer.from([1, value ? 1 : 0]);
  if (typeof value === 'number') {
    const bytes = Buffer.alloc(9);
    bytes.writeDoubleBE(value, 1);
    return bytes;
  }
  const short = (text) => {
    const bytes = Buffer.from(text);
    return Buffer.concat([Buffer.from([bytes.length >> 8, bytes.length & 255]), bytes]);
  };
  if (typeof value === 'string') return Buffer.concat([Buffer.from([2]), short(value)]);
  const properties = Object.entries(value).map(([name, one]) => Buffer.concat([short(name), amf0(one)]));
  return Buffer.concat([Buffer.from([3]), ...properties, Buffer.from([0, 0, 9])]);
}

// One message in chunks of 128 bytes, each message with a full header.
export function chunks({ type, payload, stream = 0, time = 0, chunkStream = 3, length }) {
  const header = Buffer.alloc(12);
  header[0] = chunkStream;
  const extended = time >= 0xffffff;
  header.writeUIntBE(extended ? 0xffffff : time, 1, 3);
  header.writeUIntBE(length ?? payload.length, 4, 3);
  header[7] = type;
  header.writeUInt32LE(stream, 8);
  const long = Buffer.alloc(extended ? 4 : 0);
  if (extended) long.writeUInt32BE(time >>> 0);
  const parts = [header, long];
  for (let at = 0; at < payload.length; at += 128) {
    if (at > 0) parts.push(Buffer.from([0xc0 | chunkStream]), long);
    parts.push(payload.subarray(at, at + 128));
  }
  return Buffer.concat(parts);
}

export class RtmpClient {
  heard = Buffer.alloc(0); // the newest 256 kB, the handshake first
  closed = false;

  static async open(port) {
    const client = new RtmpClient();
    client.socket = connect(port, '127.0.0.1');
    client.socket.on('data', (data) => {
      client.heard = Buffer.concat([client.heard, data]).subarray(-262144);
    });
    client.socket.on('close', () => { client.closed = true; });
    client.socket.on('error', () => {});
    await once(client.socket, 'connect');
    return client;
  }

  send(...parts) { for (const part of parts) this.socket.write(part); return this; }
  handshake() { return this.send(Buffer.from([3]), Buffer.alloc(2 * block)); }
  message(message) { return this.send(chunks(message)); }
  command(name, transaction, values, stream = 0) {
    return this.message({ type: 20, stream,
      payload: Buffer.concat([name, transaction, ...values].map(amf0)) });
  }
  connect(app = 'live') {
    return this.command('connect', 1, [{ app, tcUrl: `rtmp://127.0.0.1/${app}`, flashVer: 'test' }]);
  }
  publish(name, stream = 1) {
    return this.command('createStream', 2, [null]).command('publish', 3, [null, name, 'live'], stream);
  }
  play(name, stream = 1) {
    return this.command('createStream', 2, [null]).command('play', 4, [null, name, -2000], stream);
  }

  // Codes of status objects stand in the answers as text.
  hears(text, options) {
    return until(`the server says ${text}`, () => this.heard.includes(text), options);
  }
  isClosed(options) {
    return until('the server closes the connection', () => this.closed, options);
  }
  end() { this.socket.destroy(); }
}
