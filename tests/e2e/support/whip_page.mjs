// A page of Chromium that publishes by WHIP.
import assert from 'node:assert/strict';
import { until } from './process.mjs';

// `publisher` is a global of the page; options: of WhipPublisher.
export async function openWhipPage({ browser }, options = {}) {
  const page = await browser.open('whip.html');
  await page.evaluate((given) => { window.publisher = new WhipPublisher(given); }, options);
  return page;
}

// Publishes as `name` until the scenario ends; returns when all daemons can know it. codecs: {audio,
// video}; query: of the URL, with its "?".
export async function publishByWhip(world, name, { codecs, query = '', ...options } = {}) {
  const page = await openWhipPage(world, options);
  const status = await page.evaluate(([url, wanted]) => publisher.publish(url, wanted),
    [world.suite.http(`/whip/${name}${query}`), codecs]);
  assert.equal(status, 201);
  const location = await page.evaluate(() => publisher.location);
  world.suite.publishers.push({ stop: () => fetch(location, { method: 'DELETE' }) });
  await until(`${name} is live`, () => world.suite.isLive(name));
  return page;
}
