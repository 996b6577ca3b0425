// Layers of a simulcast publisher: chosen in the URL, and changed by REST.
import assert from 'node:assert/strict';
import { useSuite } from './support/scenario.mjs';
import { openWhepPage } from './support/whep_page.mjs';
import { publishByWhip } from './support/whip_page.mjs';

const world = useSuite({ browser: true });
const { scenario } = world;

// Chromium sends the quarter of 1280 x 720 within a second, the whole picture a few seconds later.
const publish = () => publishByWhip(world, 'cam',
  { codecs: { video: 'VP8' }, width: 1280, height: 720, layers: ['h', 'm', 'l'] });

const width = (page, wanted, timeout = 20000) => page.waitForFunction(
  (pixels) => document.getElementById('video').videoWidth === pixels, wanted, { timeout });

scenario('?rid= and ?max_width= choose the layer', async () => {
  await publish();
  const low = await openWhepPage(world, 'cam?rid=l');
  await width(low, 320);
  const middle = await openWhepPage(world, 'cam?max_width=640');
  await width(middle, 640);
});

scenario('PUT of limits changes the layer, without a freeze', async () => {
  await publish();
  const page = await openWhepPage(world, 'cam?rid=l');
  await width(page, 320);
  const put = (limits) => page.evaluate(async (body) => (await fetch(player.layers, { method: 'PUT',
    headers: { 'content-type': 'application/json' }, body: JSON.stringify(body) })).status, limits);
  assert.equal(await put({ rid: 'm' }), 204);
  await width(page, 640);
  assert.equal(await put({ maxHeight: 180 }), 204);
  await width(page, 320);
  const seen = await page.evaluate(() => measure.watch(2000));
  assert.equal(seen.freezes, 0);
  assert.equal(await put({ rid: 'not a rid' }), 400);
});
