// The Web SDK over wss, several streams in one session, stops at awkward moments, availability.
import assert from 'node:assert/strict';
import { counterClip } from './support/clips.mjs';
import { until } from './support/process.mjs';
import { useSuite } from './support/scenario.mjs';
import { WcsClient } from './support/wcs_client.mjs';

const world = useSuite({ browser: true, tls: true });
const { scenario } = world;

async function openSession(url = world.suite.ws) {
  const page = await world.browser.open('websdk.html');
  page.sent = [];
  page.on('websocket', (socket) => {
    socket.on('framesent', ({ payload }) => page.sent.push(JSON.parse(payload)));
  });
  await page.evaluate((gateway) => {
    window.player = new SdkPlayer();
    return window.player.connect(gateway);
  }, url);
  return page;
}

async function play(page, name) {
  await page.evaluate((stream) => { player.statuses = []; player.play(stream); }, name);
  return page.evaluate(() => player.reached(STREAM_STATUS.PLAYING));
}

const playersOf = async (name) =>
  (await world.suite.streams({ name, published: false })).length;

scenario('over wss a page plays like over ws, and knows the size of the picture', async () => {
  await world.suite.publish(await counterClip(), 'cam');
  const page = await openSession(world.suite.wss);
  assert.deepEqual(await play(page, 'cam'), ['PENDING', 'PLAYING']);
  assert.deepEqual(await page.evaluate(() => player.stream.videoResolution()),
    { width: 640, height: 360 });
  await page.evaluate(() => player.measure().frame());
});

scenario('available() is answered: there, not there, and there again', async () => {
  const page = await openSession();
  const ask = () => page.evaluate(async () => {
    const stream = player.session.createStream({ name: 'cam', display: document.body });
    return stream.available().then(() => 'available', () => stream.getInfo());
  });
  assert.equal(await ask(), 'Stream not found');
  await world.suite.publish(await counterClip(), 'cam');
  await until('the stream is available', async () => (await ask()) === 'available');
  await play(page, 'cam'); // the question has left no stream behind
});

scenario('two streams in one session: one is stopped, the other goes on', async () => {
  await world.suite.publish(await counterClip(), 'one');
  await world.suite.publish(await counterClip(), 'two');
  const page = await openSession();
  await play(page, 'one');
  await page.evaluate(() => { window.first = player.stream; });
  await play(page, 'two');
  await page.evaluate(() => first.stop());
  await until('the first is stopped', () => page.evaluate(() => first.status() === 'STOPPED'));
  await until('its player is gone', async () => (await playersOf('one')) === 0);
  assert.equal(await page.evaluate(() => player.stream.status()), 'PLAYING');
  await until('its player is there', async () => (await playersOf('two')) === 1);
  const decoded = () => page.evaluate(async () => [...(await peers.at(-1).getStats()).values()]
    .find(({ type, kind }) => type === 'inbound-rtp' && kind === 'video').framesDecoded);
  const before = await decoded();
  await until('its picture goes on', async () => (await decoded()) > before + 10);
});

scenario('stop() right after play() ends in STOPPED and leaves no player', async () => {
  await world.suite.publish(await counterClip(), 'cam');
  const page = await openSession();
  await page.evaluate(() => { player.play('cam'); player.stream.stop(); });
  await page.evaluate(() => player.reached(STREAM_STATUS.STOPPED));
  await until('no player is left', async () => (await playersOf('cam')) === 0);
  await play(page, 'cam');
});

scenario('a page that goes while its play is pending leaves no player', async () => {
  await world.suite.publish(await counterClip(), 'cam');
  const page = await openSession();
  await page.evaluate(() => { player.play('cam'); });
  await until('the request is out', () => page.sent.some(({ message }) => message === 'playStream'));
  await page.close();
  await until('no player is left', async () => (await playersOf('cam')) === 0);
});

// A client that says what the SDK never would. The offer is Chromium's own.
async function offerOf(page) {
  return page.evaluate(async () => {
    const peer = new RTCPeerConnection();
    peer.addTransceiver('video', { direction: 'recvonly' });
    peer.addTransceiver('audio', { direction: 'recvonly' });
    const { sdp } = await peer.createOffer();
    peer.close();
    return sdp;
  });
}

scenario('stops and plays in the wrong order are answered each in its way', async () => {
  await world.suite.publish(await counterClip(), 'cam');
  const sdp = await offerOf(await world.browser.open('websdk.html'));
  const client = await WcsClient.connect(world.suite.ws);
  const ask = (message, mediaSessionId) => client.say(message, { mediaSessionId, name: 'cam', sdp });
  ask('playStream', 'a');
  ask('playStream', 'a'); // twice: a warning, and the first goes on
  const { data: [warning] } = await client.hears('fail');
  assert.equal(warning.apiMethod, 'playStream');
  assert.equal(warning.info, 'MediaSessionId is already in use');
  await client.hears('setRemoteSDP');

  const other = await WcsClient.connect(world.suite.wss);
  other.say('playStream', { mediaSessionId: 'a', name: 'cam', sdp });
  assert.equal((await other.status('a', 'FAILED')).info, 'MediaSessionId is already in use');
  other.end();

  ask('stopStream', 'a');
  assert.equal((await client.status('a', 'STOPPED')).info, 'Stopped by user');
  ask('stopStream', 'a'); // once more
  await client.until(() => client.heard.filter(({ message, data }) =>
    message === 'notifyStreamStatusEvent' && data[0].status === 'STOPPED').length === 2);
  ask('stopStream', 'never'); // unknown
  assert.equal((await client.status('never', 'STOPPED')).info, 'Stream not found');
  client.socket.cork(); // both in one segment: before the answer
  ask('playStream', 'b');
  ask('stopStream', 'b');
  client.socket.uncork();
  await client.status('b', 'STOPPED');
  await until('no player is left', async () => (await playersOf('cam')) === 0);
  assert.equal(client.heard.filter(({ message }) => message === 'setRemoteSDP').length, 1);
  client.end();
});

scenario('every reason not to play has its own words', async () => {
  await world.suite.publish(await counterClip(), 'cam');
  const sdp = await offerOf(await world.browser.open('websdk.html'));
  const early = await WcsClient.open(world.suite.ws);
  early.say('playStream', { mediaSessionId: 'a', name: 'cam', sdp });
  assert.equal((await early.status('a', 'FAILED')).info, 'Session not ready');
  early.end();

  const client = await WcsClient.connect(world.suite.ws);
  const failure = async (id, request) => {
    client.say('playStream', { mediaSessionId: id, name: 'cam', sdp, ...request });
    return (await client.status(id, 'FAILED')).info;
  };
  assert.equal(await failure('b', { name: 'nobody' }), 'Stream not found');
  assert.equal(await failure('c', { name: '' }), 'Stream not found');
  assert.equal(await failure('d', { name: 'rtsp://10.0.0.1/cam' }), 'Stream not found');
  const vp9 = sdp.replace(/^a=rtpmap:(\d+) (H264|VP8).*$/gm, 'a=rtpmap:$1 VP9/90000')
    .replace(/^a=rtpmap:(\d+) (opus|PCM[AU]|G722|telephone-event).*$/gim, 'a=rtpmap:$1 unheard-of/8000');
  assert.equal(await failure('e', { sdp: vp9 }), 'No common codecs');
  assert.match(await failure('f', { sdp: sdp.replace(/^a=fingerprint:.*\r\n/gm, '') }), /fingerprint/);
  assert.match(await failure('g', { sdp: 'v=0' }), /./);
  assert.match(await failure('h', { mediaProvider: 'MSE' }), /WebRTC/);
  client.say('playStream', { name: 'cam', sdp });
  const { data: [warning] } = await client.hears('fail');
  assert.equal(warning.info, 'MediaSessionId is null');
  assert.equal(client.closed, null);
  client.end();
});

scenario('a connection message comes back with what the page said, and the SDK hands it out', async () => {
  const client = await WcsClient.connect(world.suite.wss, { custom: { login: 'anna', more: [1] } });
  assert.deepEqual(client.user.custom, { login: 'anna', more: [1] });
  assert.equal(client.user.appKey, 'defaultApp');
  assert.match(client.user.authToken, /^[0-9a-f]{32}$/);
  client.end();
  const page = await world.browser.open('websdk.html');
  const seen = await page.evaluate(async (url) => {
    await Flashphoner.init({});
    return new Promise((resolve, reject) => {
      const session = Flashphoner.createSession({ urlServer: url, custom: { login: 'anna' },
        authToken: 'of an earlier session', keepAlive: true });
      session.on(SESSION_STATUS.ESTABLISHED, (established) =>
        resolve({ ...established.getInfo?.(), status: established.status() }));
      session.on(SESSION_STATUS.FAILED, reject);
    });
  }, world.suite.ws);
  assert.equal(seen.status, 'ESTABLISHED');
});
