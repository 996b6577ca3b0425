// The daemons need no privilege: as an ordinary user, on ports of his own.
import assert from 'node:assert/strict';
import { readFileSync } from 'node:fs';
import { counterClip } from './support/clips.mjs';
import { run } from './support/process.mjs';
import { useSuite } from './support/scenario.mjs';
import { services } from './support/suite.mjs';

const isRoot = process.getuid() === 0;
const nobody = { uid: 65534, gid: 65534 };
const world = useSuite({ user: isRoot ? nobody : undefined });
const { scenario } = world;

scenario('every daemon runs without root, and a stream goes through', async () => {
  for (const service of services) {
    const status = readFileSync(`/proc/${world.suite.daemons.get(service).pid}/status`, 'utf8');
    assert.doesNotMatch(status, /^Uid:\t0\t/m, service);
  }
  await world.suite.publish(await counterClip(), 'cam');
  const text = await run('ffprobe', ['-v', 'error', '-probesize', '500000', '-analyzeduration',
    '1500000', '-show_entries', 'stream=codec_name', '-select_streams', 'V', '-of', 'csv=p=0', world.suite.rtmp('cam')]);
  assert.equal(text.trim(), 'h264');
});
