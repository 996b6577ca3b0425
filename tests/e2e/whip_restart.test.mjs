// ICE restarts by PATCH (RFC 9725 section 4.3.3).
import assert from 'node:assert/strict';
import { useSuite } from './support/scenario.mjs';
import { openWhepPage } from './support/whep_page.mjs';
import { publishByWhip } from './support/whip_page.mjs';

const world = useSuite({ browser: true });
const { scenario } = world;

scenario('an ICE restart by PATCH does not interrupt the stream', async () => {
  const page = await publishByWhip(world, 'cam');
  const player = await openWhepPage(world, 'cam');
  await player.evaluate(() => measure.frame());
  await player.evaluate(() => measure.pass(1000));
  const before = await page.evaluate(async () => [publisher.etag, await publisher.usedUfrag()]);
  const watched = player.evaluate(() => measure.watch(4000));
  const restarted = await page.evaluate(() => publisher.restart());
  assert.equal(restarted.status, 200, restarted.body);
  assert.notEqual(restarted.etag, before[0]);
  const seen = await watched;
  assert.equal(seen.freezes, 0);
  assert.ok(seen.framesDecoded / seen.seconds > 15, `${seen.framesDecoded} frames decoded`);
  assert.notEqual(await page.evaluate(() => publisher.usedUfrag()), before[1]);
  // The old ETag is nobody's any more.
  assert.equal((await page.evaluate((tag) => publisher.patch('a=end-of-candidates', tag), before[0])).status, 412);
});
