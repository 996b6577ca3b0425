// The WCS paths of the REST API that exist: /stream/find, /stream/find_all; health and readiness.
import assert from 'node:assert/strict';
import { counterClip, height, width } from './support/clips.mjs';
import { useSuite } from './support/scenario.mjs';

const world = useSuite();
const { scenario } = world;
const rest = (path, body) => fetch(world.suite.http(`/rest-api${path}`), { method: 'POST',
  headers: { 'content-type': 'application/json' }, body: body && JSON.stringify(body) });

scenario('find gives the stream with its name, status, codecs and size', async () => {
  await world.suite.publish(await counterClip(), 'cam');
  const response = await rest('/stream/find', { name: 'cam', published: true });
  assert.equal(response.status, 200);
  const [stream, ...others] = await response.json();
  assert.deepEqual(others, []);
  assert.equal(stream.name, 'cam');
  assert.equal(stream.status, 'PUBLISHING');
  assert.equal(stream.published, true);
  assert.equal(stream.videoCodec, 'H264');
  assert.equal(stream.audioCodec, 'mpeg4-generic');
  assert.equal(stream.width, width);
  assert.equal(stream.height, height);
  assert.match(stream.mediaSessionId, /^[0-9a-f-]{36}$/);
});

scenario('find_all gives all, by GET and by POST', async () => {
  await world.suite.publish(await counterClip(), 'one');
  await world.suite.publish(await counterClip(), 'two');
  for (const method of ['GET', 'POST']) {
    const response = await fetch(world.suite.http('/rest-api/stream/find_all'), { method });
    assert.equal(response.status, 200);
    const names = (await response.json()).map((stream) => stream.name).sort();
    assert.deepEqual(names, ['one', 'two']);
  }
});

scenario('nothing found: 404', async () => {
  assert.equal((await rest('/stream/find_all')).status, 404);
  assert.equal((await rest('/stream/find', { name: 'nobody' })).status, 404);
});

scenario('a body that is not JSON: 400', async () => {
  const response = await fetch(world.suite.http('/rest-api/stream/find'), { method: 'POST',
    headers: { 'content-type': 'application/json' }, body: '{' });
  assert.equal(response.status, 400);
});

scenario('/health and /ready say 200', async () => {
  for (const path of ['/health', '/ready']) {
    assert.equal((await fetch(world.suite.http(path))).status, 200, path);
  }
});
