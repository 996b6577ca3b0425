// What RTMP clients send that they should not: each is told so or closed, and others notice nothing.
import assert from 'node:assert/strict';
import { counterClip } from './support/clips.mjs';
import { run, until } from './support/process.mjs';
import { RtmpClient, amf0, chunks } from './support/rtmp_client.mjs';
import { useSuite } from './support/scenario.mjs';

const world = useSuite({ extra: { ingest: { max_silent: 100, handshake_timeout: '3s',
  publisher_timeout: '2s' } } });
const { scenario } = world;

const opened = () => RtmpClient.open(world.suite.ports.rtmp);
const connected = async () => (await opened()).handshake().connect();
const metrics = async () => (await fetch(`http://127.0.0.1:${world.suite.ports.metrics}/metrics`)).text();
// The sum over the label values that `pattern` matches.
const metric = async (pattern) => [...(await metrics()).matchAll(new RegExp(`^${pattern} (\\d+)`, 'gm'))]
  .reduce((sum, [, value]) => sum + Number(value), 0);
const errors = () => metric('sluice_ingest_connections_total\\{[^}]*outcome="protocol_error"[^}]*\\}');

// Says what it should not: is told, closed and counted.
async function refused(say, told) {
  const before = await errors();
  const client = await say();
  if (told) await client.hears(told);
  await client.isClosed();
  await until('the error is counted', async () => await errors() > before);
}

scenario('garbage instead of a handshake is closed', async () => {
  await refused(async () => (await opened()).send('GET / HTTP/1.1\r\nHost: x\r\n\r\n'));
});

for (const size of [0, 0x80000000]) {
  scenario(`a chunk size of ${size} ends the connection`, async () => {
    const client = await connected();
    await client.hears('NetConnection.Connect.Success');
    const payload = Buffer.alloc(4);
    payload.writeUInt32BE(size);
    const before = await errors();
    client.message({ type: 1, chunkStream: 2, payload });
    await client.hears('NetConnection.Connect.Closed');
    await client.isClosed();
    assert.ok(await errors() > before);
  });
}

scenario('a message of 16 MB is refused before its bytes come', async () => {
  const client = await connected();
  client.publish('big');
  await client.hears('NetStream.Publish.Start');
  client.message({ type: 9, stream: 1, chunkStream: 6, payload: Buffer.alloc(100), length: 0xffffff });
  await client.hears('NetConnection.Connect.Closed');
  await client.isClosed();
});

scenario('AMF0 and AMF3 that are nested without end are refused', async () => {
  const nested = (bytes) => Buffer.concat(Array(10000).fill(Buffer.from(bytes)));
  const name = Buffer.concat([amf0('x'), amf0(0)]);
  const messages = [
    { type: 20, payload: Buffer.concat([name, nested([3, 0, 1, 97])]) },
    { type: 17, payload: Buffer.concat([Buffer.from([0]), name, Buffer.from([17]), nested([9, 3, 1])]) },
  ];
  for (const message of messages) {
    const client = await connected();
    await client.hears('NetConnection.Connect.Success');
    client.message(message);
    await client.hears('NetConnection.Connect.Closed');
    await client.isClosed();
  }
});

scenario('publish without connect, and connect twice, are told', async () => {
  await refused(async () => (await opened()).handshake().publish('hasty'),
    'NetConnection.Connect.Rejected');
  await refused(async () => (await connected()).connect(), 'NetConnection.Connect.Closed');
});

scenario('an abort in mid-message and unknown message types harm nothing', async () => {
  const client = await connected();
  client.publish('cut');
  await client.hears('NetStream.Publish.Start');
  // One whole chunk of a longer message.
  client.message({ type: 9, stream: 1, chunkStream: 6, payload: Buffer.alloc(128), length: 1000 });
  const six = Buffer.from([0, 0, 0, 6]);
  client.message({ type: 2, chunkStream: 2, payload: six });
  client.message({ type: 99, stream: 1, payload: six }).message({ type: 19, payload: six });
  client.command('publish', 5, [null, 'cut2', 'live'], 1);
  await client.hears('cut2 is now published');
  client.end();
});

scenario('a publisher that stalls is closed, though it answers', async () => {
  const client = await connected();
  client.publish('stalled');
  await client.hears('NetStream.Publish.Start');
  await client.hears('NetStream.Failed', { timeout: 10000 });
  await client.isClosed();
});

scenario('1,000 connections that say nothing are bounded, and a publisher comes through', async () => {
  const silent = await Promise.all(Array.from({ length: 1000 }, opened));
  const publisher = await world.suite.publish(await counterClip(), 'cam');
  assert.ok(publisher.child.running);
  const open = await metric('sluice_ingest_sessions(?:\\{[^}]*\\})?');
  assert.ok(open <= 101, `${open} connections are open`);
  const left = silent.filter((client) => !client.closed);
  await until('all are closed', () => left.every((client) => client.closed), { timeout: 15000 });
  assert.ok(await world.suite.isLive('cam'));
});

// Pictures of no content: what matters is when they are said to be.
const header = Buffer.from('17000000000142c01effe100196742c01eda0280bfe5c044000003000400000300f03c58' +
  'ba8001000468ce0fc8', 'hex');
const picture = (key) => Buffer.concat([Buffer.from(key ? '1701000000' : '2701000000', 'hex'),
  Buffer.from([0, 0, 0, 20, key ? 0x65 : 0x41]), Buffer.alloc(19, 0x55)]);

scenario('timestamps that jump by hours and go back hold no player up', async () => {
  const publisher = await connected();
  publisher.publish('jumps');
  await publisher.hears('NetStream.Publish.Start');
  publisher.message({ type: 9, stream: 1, chunkStream: 6, payload: header });
  let sent = 0;
  let base = 0;
  const timer = setInterval(() => {
    if (sent % 25 === 24) base += [7200000, -3600000, -3000, 14400000][Math.floor(sent / 25) % 4];
    publisher.message({ type: 9, stream: 1, chunkStream: 6, time: (base + sent * 40) >>> 0,
      payload: picture(sent % 10 === 0) });
    sent += 1;
  }, 40);
  try {
    await until('it is live', () => world.suite.isLive('jumps'));
    const text = await run('ffprobe', ['-v', 'quiet', '-probesize', '200000', '-analyzeduration',
      '1000000', '-rtmp_live', 'live', '-read_intervals', '%+6', '-show_packets', '-show_entries',
      'packet=dts_time', '-of', 'json', world.suite.rtmp('jumps')]);
    const times = JSON.parse(text.slice(text.indexOf('{'))).packets.map((p) => Number(p.dts_time));
    const steps = times.slice(1).map((time, i) => time - times[i]);
    assert.ok(times.length > 100, `${times.length} packets`);
    assert.ok(steps.every((step) => step > 0 && step < 1), `steps ${steps.filter((s) => !(s > 0 && s < 1))}`);
  } finally {
    clearInterval(timer);
    publisher.end();
  }
});

scenario('chunks of one byte and of every size between are read', async () => {
  const client = await opened();
  const payload = Buffer.concat(['connect', 1, { app: 'live' }].map(amf0));
  const bytes = Buffer.concat([Buffer.from([3]), Buffer.alloc(3072), chunks({ type: 20, payload })]);
  for (let at = 0; at < bytes.length; at += 97) client.send(bytes.subarray(at, at + 97));
  await client.hears('NetConnection.Connect.Success');
  client.end();
});
