// The console's player follows its stream: the publisher goes and comes back, the media node dies.
import { counterClip } from './support/clips.mjs';
import { useSuite } from './support/scenario.mjs';

const world = useSuite({ browser: true });
const { scenario } = world;

const says = (page, words) => page.waitForFunction(
  (wanted) => document.getElementById('player-state').textContent.includes(wanted),
  words, { timeout: 30000 });

async function openAndPlay(name) {
  const page = await world.browser.open(world.suite.http('/'));
  await page.getByRole('button', { name: `Play ${name}` }).click();
  await says(page, 'Playing live');
  return page;
}

scenario('the publisher goes: the page says so; it is back: playing goes on', async () => {
  const publisher = await world.suite.publish(await counterClip(), 'cam');
  const page = await openAndPlay('cam');
  await publisher.stop();
  await says(page, 'publisher has stopped');
  await world.suite.publish(await counterClip(), 'cam');
  await says(page, 'Playing live');
});

scenario('the media node dies and is started again: playing goes on', async () => {
  await world.suite.publish(await counterClip(), 'cam');
  const page = await openAndPlay('cam');
  await world.suite.daemons.get('webrtc-media').stop('SIGKILL');
  await says(page, 'Trying again');
  world.suite.startDaemon('webrtc-media');
  await world.suite.ready('webrtc-media');
  await says(page, 'Playing live');
});

scenario('Stop ends the player at the server, too', async () => {
  await world.suite.publish(await counterClip(), 'cam');
  const page = await openAndPlay('cam');
  await page.getByRole('button', { name: 'Stop cam' }).click();
  await page.getByRole('button', { name: 'Play cam' }).waitFor();
  await page.waitForFunction(() => document.getElementById('summary').textContent.includes('0 players'),
    null, { timeout: 10000 });
});
