// The unmodified npm package @flashphoner/websdk publishes, and other pages play it.
import assert from 'node:assert/strict';
import { counterClip } from './support/clips.mjs';
import { until } from './support/process.mjs';
import { useSuite } from './support/scenario.mjs';

const world = useSuite({ browser: true });

// Pages say goodbye at the end: the stream of one that is only closed would wait for it.
const scenario = (sentence, run) => world.scenario(sentence, async () => {
  try {
    await run();
  } finally {
    await Promise.all(world.browser.context.pages().map((page) =>
      page.evaluate(() => window.client?.session?.disconnect()).catch(() => {})));
  }
});

// A page with a connected session as `client`: an SdkPlayer or an SdkPublisher.
async function open(kind) {
  const page = await world.browser.open('websdk.html');
  await page.evaluate(([name, url]) => {
    window.client = name === 'SdkPlayer' ? new SdkPlayer() : new SdkPublisher();
    return client.connect(url);
  }, [kind, world.suite.ws]);
  return page;
}

async function publish(name, options, { firstCodec } = {}) {
  const page = await open('SdkPublisher');
  await page.evaluate(([stream, given, codec]) => {
    window.firstCodec = codec;
    client.publish(stream, given);
  }, [name, options, firstCodec]);
  assert.deepEqual(await page.evaluate(() => client.reached(STREAM_STATUS.PUBLISHING)),
    ['PUBLISHING']);  // the SDK does not tell PENDING here
  return page;
}

async function play(name, options) {
  const page = await open('SdkPlayer');
  await page.evaluate(([stream, given]) => client.play(stream, given), [name, options]);
  assert.deepEqual(await page.evaluate(() => client.reached(STREAM_STATUS.PLAYING)),
    ['PENDING', 'PLAYING']);
  return page;
}

// What the page decodes and hears: pictures that go on, and the tone.
async function checkMedia(page, { hertz = 440 } = {}) {
  await page.evaluate(() => { window.measure = client.measure(); return measure.frame(); });
  await page.evaluate(() => client.until(
    () => new Set(measure.frames.map(({ number }) => number)).size > 20,
    () => `only ${JSON.stringify(measure.frames)}`));
  const heard = await page.evaluate(() => measure.listen(1500));
  assert.ok(heard.loudness > 0.05, `loudness ${heard.loudness}`);
  assert.ok(Math.abs(heard.hertz - hertz) < 6, `${heard.hertz} Hz`);
}

const codecOf = (page) => page.evaluate(async () => {
  const report = [...(await peers.at(-1).getStats()).values()];
  const video = report.find(({ type, kind }) => kind === 'video' && /bound-rtp$/.test(type));
  return report.find(({ id }) => id === video.codecId)?.mimeType;
});

const protocolOf = (page) => page.evaluate(async () => {
  const report = await peers.at(-1).getStats();
  const transport = [...report.values()].find(({ type }) => type === 'transport');
  return report.get(report.get(transport.selectedCandidatePairId).localCandidateId).protocol;
});

const status = (page) => page.evaluate(() => client.stream.status());
const event = (page, type) => page.evaluate((name) => client.hears(name), type);

scenario('publish and play: statuses, picture, sound, and the REST view', async () => {
  const publisher = await publish('room one/камера');
  const player = await play('room one/камера');
  await checkMedia(player);
  const [found] = await world.suite.streams({ name: 'room one/камера', published: true });
  assert.equal(found.mediaProvider, 'WebRTC');
  assert.equal(found.hasVideo && found.hasAudio, true);
  assert.equal(await status(publisher), 'PUBLISHING');
});

scenario('H.264 first in the offer: H.264 is what is published and played', async () => {
  const publisher = await publish('h264', {}, { firstCodec: 'video/H264' });
  const player = await play('h264');
  await checkMedia(player);
  assert.equal(await codecOf(publisher), 'video/H264');
  assert.equal(await codecOf(player), 'video/H264');
});

scenario('stripCodecs leaves orphans in the offer: what remains is taken', async () => {
  const publisher = await publish('stripped', { stripCodecs: 'VP8,VP9,AV1,H265' });
  assert.equal(await codecOf(publisher), 'video/H264');
  await checkMedia(await play('stripped'));
  const other = await publish('stripped too', { stripCodecs: 'H264,VP9,AV1,H265,PCMU,PCMA,G722' });
  assert.equal(await codecOf(other), 'video/VP8');
  await checkMedia(await play('stripped too'));
});

scenario('transport TCP: media goes by TCP, from the publisher and to the player', async () => {
  const publisher = await publish('wired', { transport: 'TCP' });
  const player = await play('wired', { transport: 'TCP' });
  await checkMedia(player);
  assert.equal(await protocolOf(publisher), 'tcp');
  assert.equal(await protocolOf(player), 'tcp');
  assert.equal(await protocolOf(await play('wired')), 'udp');
});

scenario('mute and data reach every player, and mute the one who comes late', async () => {
  const publisher = await publish('talk');
  const early = await play('talk');
  const state = (page) => page.evaluate(() =>
    ({ audio: client.stream.getAudioState(), video: client.stream.getVideoState() }));
  assert.deepEqual(await state(early), { audio: { muted: false }, video: { muted: false } });
  await publisher.evaluate(() => { client.stream.muteAudio(); client.stream.muteVideo(); });
  assert.deepEqual((await event(early, 'audioMuted')).payload, { streamName: 'talk' });
  await event(early, 'videoMuted');
  const late = await play('talk');
  assert.deepEqual(await state(late), { audio: { muted: true }, video: { muted: true } });
  await publisher.evaluate(() => {
    client.stream.unmuteVideo();
    for (let count = 0; count < 20; ++count) client.stream.sendData({ count, text: 'grüße' });
  });
  for (const page of [early, late]) {
    await event(page, 'videoUnmuted');
    await page.evaluate(() => client.hears('data', (payload) => payload.count === 19));
    const data = await page.evaluate(() => client.events.filter(({ type }) => type === 'data'));
    assert.deepEqual(data.map(({ payload }) => payload.count), [...Array(20).keys()]);
    assert.equal(data[0].payload.text, 'grüße');
  }
});

scenario('muted before it is published: players know', async () => {
  const publisher = await open('SdkPublisher');
  await publisher.evaluate(() => {
    client.publish('mute');
    const timer = setInterval(() => {
      if (client.stream.isAudioMuted()) return;  // also true while nothing is there
      client.stream.muteAudio();
      clearInterval(timer);
    }, 5);
  });
  await publisher.evaluate(() => client.reached(STREAM_STATUS.PUBLISHING));
  const player = await play('mute');
  await player.evaluate(() => client.until(
    () => client.stream.getAudioState().muted || client.events.some(({ type }) => type === 'audioMuted'),
    () => 'not muted'));
});

scenario('unpublish: the publisher is UNPUBLISHED, the players STOPPED within 1 s', async () => {
  const publisher = await publish('short');
  const players = [await play('short'), await play('short')];
  const begin = Date.now();
  await publisher.evaluate(() => client.stream.stop());
  for (const page of players) {
    assert.deepEqual(await page.evaluate(() => client.reached(STREAM_STATUS.STOPPED)),
      ['PENDING', 'PLAYING', 'STOPPED']);
  }
  assert.ok(Date.now() - begin < 1000, `after ${Date.now() - begin} ms`);
  assert.equal(await players[0].evaluate(() => client.stream.getInfo()), 'Stopped by publisher stop');
  assert.deepEqual(await publisher.evaluate(() => client.reached(STREAM_STATUS.UNPUBLISHED)),
    ['PUBLISHING', 'UNPUBLISHED']);
  await publish('short'); // the name is free
});

scenario('stop() right after publish() ends in UNPUBLISHED', async () => {
  const publisher = await open('SdkPublisher');
  await publisher.evaluate(() => {
    client.publish('brief');
    setTimeout(() => client.stream.stop(), 50);
  });
  await publisher.evaluate(() => client.reached(STREAM_STATUS.UNPUBLISHED));
  await until('the name is free', async () => !(await world.suite.isLive('brief')));
});

scenario('session.disconnect() of the publisher: players STOPPED within 1 s', async () => {
  const publisher = await publish('goodbye');
  const player = await play('goodbye');
  const begin = Date.now();
  await publisher.evaluate(() => client.session.disconnect());
  await player.evaluate(() => client.reached(STREAM_STATUS.STOPPED));
  assert.ok(Date.now() - begin < 1000, `after ${Date.now() - begin} ms`);
  assert.equal(await player.evaluate(() => client.stream.getInfo()), 'Stopped by publisher stop');
});

scenario('a name in use is FAILED, and its publisher goes on', async () => {
  await publish('taken');
  const player = await play('taken');
  const second = await open('SdkPublisher');
  await second.evaluate(() => client.publish('taken'));
  assert.deepEqual(await second.evaluate(() => client.reached(STREAM_STATUS.FAILED)),
    ['FAILED']);
  assert.equal(await second.evaluate(() => client.stream.getInfo()), 'Stream name is already in use');
  await checkMedia(player);
  assert.equal(await status(player), 'PLAYING');
});

scenario('a name of an RTMP publisher is in use, too, and RTMP plays as ever', async () => {
  await world.suite.publish(await counterClip({ hertz: 440 }), 'encoder');
  const second = await open('SdkPublisher');
  await second.evaluate(() => client.publish('encoder'));
  await second.evaluate(() => client.reached(STREAM_STATUS.FAILED));
  assert.equal(await second.evaluate(() => client.stream.getInfo()), 'Stream name is already in use');
  await checkMedia(await play('encoder'));
});

for (const how of ['reloads', 'is killed']) {
  scenario(`the publisher's page ${how} and comes back: the player goes on`, async () => {
    const first = await publish('again', { source: { hertz: 440 } });
    const player = await play('again');
    await checkMedia(player);
    if (how === 'reloads') {
      await first.goto('about:blank');
    } else {
      await first.goto('chrome://crash').catch(() => {});
    }
    await publish('again', { source: { hertz: 660 } });
    await player.evaluate(() => measure.frame());
    await checkMedia(player, { hertz: 660 });
    assert.deepEqual(await player.evaluate(() => client.statuses), ['PENDING', 'PLAYING']);
  });
}

scenario('connection quality is told on both sides', async () => {
  const publisher = await publish('quality');
  const player = await play('quality');
  for (const page of [publisher, player]) {
    await page.evaluate(() => client.until(() => client.qualities.length >= 4,
      () => `quality only ${JSON.stringify(client.qualities)}`));
    const [{ client: own, server }] = await page.evaluate(() => client.qualities.slice(-1));
    assert.ok(own > 10000 && server > 10000, `rates ${own} and ${server} bit/s`);
  }
});

scenario('a picture that changes its size is told in both forms', async () => {
  const publisher = await publish('growing', { source: { width: 320, height: 180 } },
    { firstCodec: 'video/VP8' });
  const player = await play('growing');
  const sizeIs = (width, height) => player.evaluate(([w, h]) => client.until(() => {
    const size = client.stream.videoResolution();
    return size.width === w && size.height === h;
  }, () => `size is ${JSON.stringify(client.stream.videoResolution())}`), [width, height]);
  await sizeIs(320, 180);
  await publisher.evaluate(() => client.source.resize(640, 360));
  await sizeIs(640, 360);
  await player.evaluate(() => client.hears('resize', (size) => size.streamerVideoWidth === 640));
  await player.evaluate(() => client.hears('RESIZE'));
  await checkMedia(player);
});

scenario('a recording that is not made is said to be missing', async () => {
  const publisher = await publish('tape', { record: true });
  assert.match(await publisher.evaluate(() => client.stream.getInfo()), /Recording is not available/);
});
