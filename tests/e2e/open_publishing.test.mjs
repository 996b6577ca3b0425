// open_publishing: true takes publishers from everywhere.
import assert from 'node:assert/strict';
import { networkInterfaces } from 'node:os';
import { counterClip } from './support/clips.mjs';
import { until } from './support/process.mjs';
import { Publisher } from './support/publisher.mjs';
import { useSuite } from './support/scenario.mjs';

const world = useSuite({ extra: { common: { open_publishing: true } } });

world.scenario('a publisher at another address of this host is taken', async (context) => {
  const address = Object.values(networkInterfaces()).flat()
    .find(({ family, internal }) => family === 'IPv4' && !internal)?.address;
  if (!address) return context.skip('this host has no other address');
  const url = world.suite.rtmp('cam').replace('127.0.0.1', address);
  world.suite.publishers.push(new Publisher(await counterClip(), url));
  await until('cam is live', () => world.suite.isLive('cam'));
  assert.equal(await world.suite.isLive('cam'), true);
  return undefined;
});
