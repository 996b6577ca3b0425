// What hostile and broken clients of the signalling gateway get, and that nobody else feels it.
import assert from 'node:assert/strict';
import { connect } from 'node:net';
import { connectIdle } from './support/idle_clients.mjs';
import { until } from './support/process.mjs';
import { useSuite } from './support/scenario.mjs';
import { WcsClient, opcodes } from './support/wcs_client.mjs';

const world = useSuite({ extra: { 'signalling-gateway': { max_clients: 1100, ping_period: '500ms',
  max_missed_pongs: 3, connect_timeout: '1s', handshake_timeout: '1s' } } });
const { scenario } = world;

const refused = (reason) =>
  world.suite.metric('sluice_signalling_gateway_refused_total', { reason });
const closed = (cause) =>
  world.suite.metric('sluice_signalling_gateway_closed_clients_total', { cause });

// A client that is there before, during and after; it must not notice anything.
async function withBystander(play) {
  const bystander = await WcsClient.connect(world.suite.ws);
  await play(() => WcsClient.connect(world.suite.ws));
  const { pings } = bystander;
  await bystander.until(() => bystander.pings > pings);
  bystander.say('availableStream', { mediaSessionId: 'q', name: 'nobody' });
  assert.equal((await bystander.hears('availableStream')).data[0].status, 'false');
  assert.equal(bystander.closed, null);
  bystander.end();
}

scenario('what is no message of the protocol closes the socket with words', () =>
  withBystander(async (newClient) => {
    const before = await closed('malformed');
    const bad = ['not json', '{"message":', '[]', '5', '""', '{}', '{"data":[{}]}', '{"message":7}',
      '{"message":"","data":[]}', '['.repeat(100000), '{"a":'.repeat(40) + '1' + '}'.repeat(40),
      `{"message":"playStream","data":[{"mediaSessionId":"${'x'.repeat(200)}"}]}`, '\u0000'];
    for (const text of bad) {
      const client = await newClient();
      client.sendText(text);
      await client.hears('fail');
      assert.equal((await client.closes()).code, 1008, text.slice(0, 40));
    }
    assert.equal(await closed('malformed'), before + bad.length);
  }));

scenario('a message without usable data, or of an unknown name, is answered and nothing else', () =>
  withBystander(async (newClient) => {
    const client = await newClient();
    for (const data of [undefined, null, 5, 'x', {}, [], [[]], [5], [{ mediaSessionId: {} }]]) {
      client.sendText(JSON.stringify({ message: 'playStream', data }));
    }
    await client.until(() => client.heard.filter(({ message }) => message === 'fail').length === 9);
    client.sendText('{"message":"noSuchThing","data":[{"mediaSessionId":"a"}]}');
    const { data: [answer] } = await client.hears('fail', ({ apiMethod }) => apiMethod === 'noSuchThing');
    assert.equal(answer.id, 'a');
    assert.match(answer.info, /noSuchThing is not available/);
    assert.equal(client.closed, null);
    client.end();
  }));

scenario('messages of 3 MB are closed with 1009, whole or in fragments; nothing of them is kept', () =>
  withBystander(async (newClient) => {
    const before = await refused('message_too_long');
    const whole = await newClient();
    whole.sendText('x'.repeat(3 << 20));
    assert.equal((await whole.closes()).code, 1009);
    const fragments = await newClient();
    fragments.sendFrame(opcodes.text, 'x'.repeat(100000), false);
    for (let i = 0; i < 30 && !fragments.closed; ++i) {
      fragments.sendFrame(opcodes.continuation, 'x'.repeat(100000), false);
    }
    assert.equal((await fragments.closes()).code, 1009);
    assert.equal(await refused('message_too_long'), before + 2);
  }));

scenario('binary frames are closed with 1003; fragments and pings in between are read', () =>
  withBystander(async (newClient) => {
    const binary = await newClient();
    binary.sendFrame(opcodes.binary, '{"message":"ping","data":[]}');
    assert.equal((await binary.closes()).code, 1003);
    const pieces = await newClient();
    const text = '{"message":"availableStream","data":[{"mediaSessionId":"q","name":"nobody"}]}';
    pieces.sendFrame(opcodes.text, text.slice(0, 10), false);
    pieces.sendFrame(opcodes.ping, 'in between');
    for (let i = 10; i < text.length; ++i) {
      pieces.sendFrame(opcodes.continuation, text[i], i === text.length - 1);
    }
    await pieces.hears('availableStream');
    pieces.end();
  }));

scenario('frames that RFC 6455 forbids end the connection', () =>
  withBystander(async (newClient) => {
    for (const bytes of [[0x81, 5, ...Buffer.from('plain')], // not masked
      [0xf1, 0x80, 0, 0, 0, 0], // reserved bits
      [0x83, 0x80, 0, 0, 0, 0], // reserved opcode
      [0x89, 0xfe, 0, 200, 0, 0, 0, 0, ...Buffer.alloc(200)], // a long ping
      [0x80, 0x80, 0, 0, 0, 0]]) { // a continuation of nothing
      const client = await newClient();
      client.socket.write(Buffer.from(bytes));
      await client.closes();
    }
  }));

scenario('a thousand sockets that never say connection are closed in time', () =>
  withBystander(async (newClient) => {
    const before = await closed('no_connection');
    const silent = await Promise.all(Array.from({ length: 1000 }, () => WcsClient.open(world.suite.ws)));
    (await newClient()).end(); // others are served meanwhile
    const ends = await Promise.all(silent.map((client) => client.closes()));
    assert.ok(ends.every(({ code }) => code === 1008));
    assert.equal(await closed('no_connection'), before + 1000);
  }), { timeout: 120000 });

scenario('a thousand connections that never ask for a WebSocket are closed in time', () =>
  withBystander(async (newClient) => {
    const before = await refused('slow_header');
    const closings = Array.from({ length: 1000 }, () => new Promise((resolve, reject) => {
      const socket = connect(world.suite.ports.ws, '127.0.0.1');
      socket.setTimeout(20000, () => reject(new Error('still open')));
      socket.on('error', resolve).on('close', resolve);
      socket.resume();
    }));
    (await newClient()).end();
    await Promise.all(closings);
    await until('all are counted', async () => (await refused('slow_header')) === before + 1000);
  }), { timeout: 120000 });

scenario('beyond max_clients a client hears 1013, and is taken again when there is room', async () => {
  const clients = await connectIdle(world.suite.ws, 1100);
  const late = await WcsClient.open(world.suite.ws);
  assert.equal((await late.closes()).code, 1013);
  clients.forEach((client) => client.end());
  await until('there is room', async () => {
    const client = await WcsClient.connect(world.suite.ws);
    client.end();
    return true;
  });
}, { timeout: 120000 });

scenario('a client that does not answer pings is closed; one that does stays', () =>
  withBystander(async () => {
    const silent = await WcsClient.connect(world.suite.ws, { silent: true });
    const end = await silent.closes();
    assert.deepEqual(end, { code: 1008, reason: 'Terminated by keep-alive' });
    assert.equal(silent.pings, 3);
  }));

scenario('a client that asks much and reads nothing is cut off; the queue has a bound', () =>
  withBystander(async (newClient) => {
    const before = await refused('send_queue_full');
    const client = await newClient();
    client.socket.pause();
    const long = `{"message":"${'m'.repeat(64)}","data":[{"mediaSessionId":"${'i'.repeat(128)}"}]}`;
    await until('it is cut off', async () => {
      for (let i = 0; i < 2000; ++i) client.sendText(long);
      return (await refused('send_queue_full')) > before;
    }, { timeout: 30000 });
    client.end();
  }), { timeout: 60000 });
