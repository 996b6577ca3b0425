// Garbage at the media port while 50 players watch.
import assert from 'node:assert/strict';
import { counterClip } from './support/clips.mjs';
import { assertUndisturbed, startWatching } from './support/faults.mjs';
import { runLoad } from './support/load.mjs';
import { useSuite } from './support/scenario.mjs';

const world = useSuite();
const { scenario } = world;
const rate = 100000; // datagrams per second
const seconds = 6;

scenario('50 players lose nothing while the media ports get 100,000 datagrams of garbage a second', async (context) => {
  const { suite } = world;
  await suite.publish(await counterClip(), 'cam');
  const load = await startWatching(suite, suite.http('/whep/cam'), { seconds: seconds + 2 });
  const floods = await Promise.all((await suite.mediaPorts()).map((port, _, { length }) =>
    runLoad({ flood: `127.0.0.1:${port}`, 'flood-rate': Math.round(rate / length), seconds })));
  const flooded = floods.reduce((sum, each) => sum + each.flooded, 0);
  context.diagnostic(`${flooded} datagrams in ${seconds} s`);
  assert.ok(flooded > rate * seconds * 0.9, `only ${flooded} datagrams went out`);
  assertUndisturbed(await load.result());
});
