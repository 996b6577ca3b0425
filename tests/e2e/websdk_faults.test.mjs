// What a page of the Web SDK hears when a part of the suite dies, or when it does something we cannot do.
import assert from 'node:assert/strict';
import { counterClip } from './support/clips.mjs';
import { until } from './support/process.mjs';
import { useSuite } from './support/scenario.mjs';

const world = useSuite({ browser: true });
const { scenario } = world;

async function openSession() {
  const page = await world.browser.open('websdk.html');
  await page.evaluate((url) => {
    window.player = new SdkPlayer();
    return window.player.connect(url);
  }, world.suite.ws);
  return page;
}

async function play(page, name) {
  await page.evaluate((stream) => { player.statuses = []; player.play(stream); }, name);
  return page.evaluate(() => player.reached(STREAM_STATUS.PLAYING));
}

scenario('a media node that dies: FAILED with the reason; later plays work again', async () => {
  await world.suite.publish(await counterClip(), 'cam');
  const page = await openSession();
  await play(page, 'cam');
  await world.suite.daemons.get('webrtc-media').stop('SIGKILL');
  await page.evaluate(() => player.reached(STREAM_STATUS.FAILED));
  assert.equal(await page.evaluate(() => player.stream.getInfo()), 'Stream failed');
  world.suite.startDaemon('webrtc-media');
  await world.suite.ready('webrtc-media');
  await until('the stream plays again', () => play(page, 'cam').then(() => true, () => false));
});

scenario('a gateway that dies: the session is lost, a new one plays; nothing is left over', async () => {
  await world.suite.publish(await counterClip(), 'cam');
  const page = await openSession();
  await play(page, 'cam');
  await world.suite.daemons.get('signalling-gateway').stop('SIGKILL');
  await page.evaluate(() => player.reached(STREAM_STATUS.FAILED));
  world.suite.startDaemon('signalling-gateway');
  await world.suite.ready('signalling-gateway');
  await until('the old player has gone', async () =>
    (await world.suite.streams()).every(({ published }) => published));
  const again = await openSession();
  await play(again, 'cam');
});

scenario('a publish that cannot be, calls and data are refused in words, never silently', async () => {
  const page = await openSession();
  const answers = await page.evaluate((url) => new Promise((resolve) => {
    const heard = [];
    const socket = new WebSocket(url);
    const say = (message, argument) => socket.send(JSON.stringify({ message, data: [argument] }));
    socket.onopen = () => {
      say('connection', { appKey: 'defaultApp' });
      say('publishStream', { mediaSessionId: 'p', name: 'me', sdp: 'v=0' });
      say('call', { callId: 'c' });
      say('sendData', { operationId: 'o' });
      say('somethingElse', {});
    };
    socket.onmessage = ({ data }) => {
      heard.push(JSON.parse(data));
      if (heard.length === 5) resolve(heard);
    };
  }), world.suite.ws);
  const named = Object.fromEntries(answers.map(({ message, data }) => [message, data[0]]));
  assert.equal(named.notifyStreamStatusEvent.status, 'FAILED');
  assert.equal(named.finish.status, 'FAILED');
  assert.equal(named.DataStatusEvent.status, 'FAILED');
  assert.equal(named.fail.apiMethod, 'somethingElse');
  assert.equal(typeof named.getUserData.authToken, 'string');
});
