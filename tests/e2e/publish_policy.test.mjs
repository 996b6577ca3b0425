// Publishing is taken from loopback and private networks only, until the configuration opens it.
import assert from 'node:assert/strict';
import { networkInterfaces } from 'node:os';
import { counterClip } from './support/clips.mjs';
import { until } from './support/process.mjs';
import { Publisher } from './support/publisher.mjs';
import { useSuite } from './support/scenario.mjs';

const privateRange = /^(10\.|127\.|169\.254\.|192\.168\.|172\.(1[6-9]|2\d|3[01])\.|100\.(6[4-9]|[7-9]\d|1[01]\d|12[0-7])\.)/;
const outside = Object.values(networkInterfaces()).flat()
  .find(({ family, address }) => family === 'IPv4' && !privateRange.test(address))?.address;

const closed = useSuite();
const skip = outside ? false : 'this host has private addresses only';

closed.scenario('from elsewhere publishing is refused, and the log says how to open it', async (context) => {
  if (skip) return context.skip(skip);
  const url = closed.suite.rtmp('cam').replace('127.0.0.1', outside);
  const publisher = new Publisher(await counterClip(), url);
  closed.suite.publishers.push(publisher);
  assert.notEqual(await publisher.exited, 0);
  assert.equal(await closed.suite.isLive('cam'), false);
  await until('the log says so', () => closed.suite.daemons.get('ingest').output.includes('open_publishing'));
  return undefined;
});

closed.scenario('from loopback publishing is taken', async () => {
  await closed.suite.publish(await counterClip(), 'cam');
  assert.equal(await closed.suite.isLive('cam'), true);
});
