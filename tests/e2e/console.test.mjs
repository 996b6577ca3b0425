// The console: what a user sees in a browser at the gateway's root.
import assert from 'node:assert/strict';
import { counterClip, height, width } from './support/clips.mjs';
import { useSuite } from './support/scenario.mjs';

const world = useSuite({ browser: true });
const { scenario } = world;

scenario('when nothing is live it says how to publish', async () => {
  const page = await world.browser.open(world.suite.http('/'));
  const text = page.locator('body');
  await text.getByText(/ffmpeg/).first().waitFor();
  await text.getByText(/OBS/).first().waitFor();
  assert.match(await text.innerText(), new RegExp(`rtmp://[^\\s]+:${world.suite.ports.rtmp}/live`));
  assert.deepEqual(page.messages.filter((message) => message.startsWith('error')), []);
});

scenario('a live stream is listed with codecs and size, and one click plays it', async () => {
  const page = await world.browser.open(world.suite.http('/'));
  await world.suite.publish(await counterClip(), 'cam');
  const body = page.locator('body');
  await body.getByText('cam', { exact: true }).first().waitFor();
  await body.getByText(/H\.?264/).first().waitFor();
  await body.getByText(/AAC/).first().waitFor();
  await body.getByText(new RegExp(`${width}\\s*[x×]\\s*${height}`)).first().waitFor();
  await page.getByText('cam', { exact: true }).first().click();
  await page.waitForFunction(() => {
    const video = document.querySelector('video');
    return video && video.videoWidth > 0 && video.currentTime > 1 && !video.muted;
  }, null, { timeout: 15000 });
});

scenario('a stream that ends leaves the list', async () => {
  const page = await world.browser.open(world.suite.http('/'));
  const publisher = await world.suite.publish(await counterClip(), 'short-lived');
  const entry = page.getByText('short-lived', { exact: true }).first();
  await entry.waitFor();
  await publisher.stop();
  await entry.waitFor({ state: 'detached', timeout: 15000 });
});

scenario('the page loads nothing from elsewhere', async () => {
  const page = await world.browser.open('whep.html');
  const hosts = new Set();
  page.on('request', (request) => hosts.add(new URL(request.url()).host));
  await page.goto(world.suite.http('/'), { waitUntil: 'load' });
  assert.deepEqual([...hosts], [new URL(world.suite.http('/')).host]);
});
