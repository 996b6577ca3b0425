// Many idle sessions at once: each is pinged and answered, and a newcomer is served as ever. (What
// they cost is measured by tools/idle-web-sockets.)
import assert from 'node:assert/strict';
import { connectIdle } from './support/idle_clients.mjs';
import { until } from './support/process.mjs';
import { useSuite } from './support/scenario.mjs';
import { WcsClient } from './support/wcs_client.mjs';

const world = useSuite({ tls: true, extra: { 'signalling-gateway': { ping_period: '1s' } } });
const { scenario } = world;

async function allAnswered(url, count) {
  const clients = await connectIdle(url, count);
  const sessions = () => world.suite.metric('sluice_signalling_gateway_sessions');
  assert.equal(await sessions(), count);
  const pinged = clients.map(({ pings }) => pings);
  await until('every one is pinged again',
    () => clients.every(({ pings }, i) => pings > pinged[i] + 1));
  const newcomer = await WcsClient.connect(url);
  newcomer.say('availableStream', { mediaSessionId: 'q', name: 'nobody' });
  await newcomer.hears('availableStream');
  for (const client of clients) client.say('availableStream', { mediaSessionId: 'q', name: 'nobody' });
  await Promise.all(clients.map((client) => client.hears('availableStream')));
  assert.ok(clients.every(({ closed }) => closed === null));
  clients.push(newcomer);
  clients.forEach((client) => client.end());
  await until('all are gone', async () => (await sessions()) === 0);
}

scenario('1,000 idle sessions over ws', () => allAnswered(world.suite.ws, 1000));
scenario('300 idle sessions over wss', () => allAnswered(world.suite.wss, 300));
