// The frame of every test file: one suite (and one Chromium) per file, a clean slate per scenario,
// and the daemons' logs when one fails.
import { after, before, test } from 'node:test';
import { Browser } from './browser.mjs';
import { Suite } from './suite.mjs';

// Returns an object whose `suite` and `browser` are there while scenarios run, and scenario().
export function useSuite({ browser = false, ...options } = {}) {
  const world = {};
  before(async () => {
    try {
      world.suite = await Suite.start(options);
      if (browser) world.browser = await Browser.open();
    } catch (error) {
      console.log(error); // once; the scenarios then say less
      world.broken = true;
    }
  });
  after(async () => {
    await world.browser?.close();
    await world.suite?.stop();
  });
  world.scenario = (sentence, play, { timeout = 90000 } = {}) =>
    test(sentence, { timeout }, async (context) => {
      if (world.broken) throw new Error('the suite did not start');
      const marks = world.suite.mark();
      try {
        await play(context);
      } catch (error) {
        console.log(world.suite.logs(marks));
        throw error;
      } finally {
        await closePages(world.browser);
        await world.suite.unpublishAll();
      }
    });
  return world;
}

async function closePages(browser) {
  await Promise.all((browser?.context.pages() ?? []).slice(1).map((page) => page.close()));
}
