// Whatever H.264 an encoder publishes by RTMP, browsers play it: at once, at its full rate, and never
// with a broken picture. Prints for each source what its player got and how long that took.
import assert from 'node:assert/strict';
import { join } from 'node:path';
import { frameRate } from './support/clips.mjs';
import { until } from './support/process.mjs';
import { useSuite } from './support/scenario.mjs';
import { sourceClip } from './support/sources.mjs';
import { root } from './support/suite.mjs';
import { listenTo, openWhepPage } from './support/whep_page.mjs';

const world = useSuite({ browser: true });
const { scenario } = world;

async function remarkOf(name) {
  const { players = [] } = await (await fetch(world.suite.http('/api/v1/players'))).json();
  return players.find(({ key }) => key.name === name)?.remark ?? '';
}

async function remarkOfStream(name) {
  const { streams = [] } = await (await fetch(world.suite.http('/api/v1/streams'))).json();
  return streams.find(({ key }) => key.name === name && !key.rendition)?.remark ?? '';
}

// Publishes `clip` as `name` and opens, once `after` frames have been sent, a page that plays it;
// `measure` is a global of the page. pictures: wait for the first one.
async function play(clip, name, { pictures = true, after = 0 } = {}) {
  const publisher = await world.suite.publish(clip, name);
  if (after > 0) await until(`frame ${after} is sent`, () => publisher.frames > after);
  const page = await openWhepPage(world, name);
  const shown = pictures && await page.evaluate(async () => {
    await measure.frame();
    return measure.frames[0].wall - performance.timeOrigin - measure.began;
  });
  return { publisher, page, name, shown };
}

// How many pictures back the player has gone at most, from one shown picture to the next. The two fields
// of an interlaced picture can carry two numbers: what cannot be read for sure does not count.
const largestStepBack = ({ page }) => page.evaluate(() => measure.frames.filter(({ clean }) => clean)
  .reduce((most, frame, i, frames) => Math.max(most, i === 0 ? 0 : frames[i - 1].number - frame.number), 0));

// Resolves with the ms from the POST until the picture was taken from the rendition.
async function onRendition({ page, name }) {
  await until(`${name} is on the rendition`, async () =>
    (await remarkOf(name)).includes('picture: h264 rendition'));
  return page.evaluate(() => performance.now() - measure.began);
}

const say = ({ name, shown }, words) =>
  console.log(`# ${name.padEnd(14)} first frame ${shown ? shown.toFixed(0) : '-'} ms; ${words}`);

// Two seconds of pictures in order, clean, live and at full rate.
async function watchFullRate(playing, { rate = frameRate, settle = 600, clean = true } = {}) {
  const { page, publisher } = playing;
  await page.evaluate((ms) => measure.pass(ms), settle);
  const seen = await page.evaluate(() => measure.watch(2000));
  const decoded = seen.framesDecoded / seen.seconds;
  assert.ok(Math.abs(decoded - rate) < rate * 0.12, `decodes ${decoded} frames/s`);
  assert.equal(seen.freezes, 0);
  assert.ok(seen.longestGap < 400, `nothing was shown for ${seen.longestGap} ms`);
  checkPictures(seen.shown, publisher, { clean });
  return decoded;
}

function checkPictures(shown, publisher, { clean = true, behind = 1000 } = {}) {
  assert.ok(shown.length > 0, 'nothing was shown');
  const readable = clean ? shown : shown.filter((frame) => frame.clean);
  assert.ok(readable.length > shown.length / 4, `${readable.length} of ${shown.length} pictures can be read`);
  const numbers = readable.map(({ number }) => number);
  assert.ok(numbers.every((number, i) => i === 0 || number >= numbers[i - 1]), `goes back: ${numbers}`);
  if (clean) assert.deepEqual(shown.filter((frame) => !frame.clean).map(({ number }) => number), []);
  const late = Math.max(...readable.map(({ wall, number }) => wall - publisher.publishTime(number)));
  assert.ok(late < behind, `${late} ms behind what the publisher sent`);
}

async function checkSound(page, hertz = 440) {
  const heard = await listenTo(page, 700);
  assert.ok(heard.loudness > 0.01, `loudness ${heard.loudness}`);
  assert.ok(!hertz || Math.abs(heard.hertz - hertz) < 8, `${heard.hertz} Hz`);
}

const x264 = (...options) => ['-c:v', 'libx264', '-preset', 'veryfast', '-b:v', '1M', ...options];
const params = (text) => ['-x264-params', text];
const withoutPyramid = x264('-bf', '2', '-g', '60', ...params('b-pyramid=none'));

// Sources that play as they are.
for (const [name, video] of [
  ['high', x264('-bf', '0', '-g', '60')],
  ['zerolatency', x264('-tune', 'zerolatency', '-g', '60')],
  ['video-only', x264('-bf', '0', '-g', '60')],
]) {
  scenario(`${name} is sent as it is`, async () => {
    const audio = name === 'video-only' ? null : undefined;
    const playing = await play(await sourceClip(name, { video, audio }), name);
    const rate = await watchFullRate(playing);
    assert.ok(!(await remarkOf(name)).includes('picture'));
    say(playing, `${rate.toFixed(1)} frames/s, untouched`);
  });
}

// Sources that need the rendition.
for (const [name, video, { why, ...rest }] of [
  ['x264-default', x264(), { why: 'B-frames' }],
  ['b-frames', withoutPyramid, { why: 'B-frames' }],
  ['open-gop', x264('-g', '60', ...params('open-gop=1')), { why: 'open GOP', after: 5 * frameRate }],
  ['gop-10s', x264('-g', '300', '-keyint_min', '300', '-sc_threshold', '0'),
    { why: 'B-frames', after: 4 * frameRate }],
  ['interlaced', x264('-flags', '+ildct+ilme', '-g', '60'), { why: 'interlaced', clean: false }],
  ['high-4-2-2', x264('-pix_fmt', 'yuv422p', '-g', '60'), { why: 'chroma' }],
  ['high-10', x264('-pix_fmt', 'yuv420p10le', '-g', '60'), { why: 'more than 8 bits' }],
]) {
  scenario(`${name} is played from the h264 rendition`, async () => {
    const playing = await play(await sourceClip(name, { video }), name, rest);
    assert.match(await remarkOfStream(name), new RegExp(`${why}.*browsers get the h264 rendition`));
    const switched = await onRendition(playing);
    const rate = await watchFullRate(playing, rest);
    assert.ok((await remarkOf(name)).includes(`picture: h264 rendition (${why}`));
    const back = await largestStepBack(playing);
    assert.ok(back <= 15, `went back by ${back} pictures`);
    say(playing, `rendition seen after ${switched.toFixed(0)} ms, at most ${back} pictures back, ` +
      `${rate.toFixed(1)} frames/s (${why})`);
  });
}

scenario('a resolution that changes in mid-stream is followed', async () => {
  const name = 'sps-change';
  const playing = await play(await sourceClip(name, { video: x264('-bf', '0', '-g', '60'), seconds: 6,
    then: { size: '426x240' } }), name);
  await playing.page.evaluate(() => measure.frame(() => measure.video.videoWidth === 426));
  const rate = await watchFullRate(playing, { clean: false });
  say(playing, `${rate.toFixed(1)} frames/s after the change`);
});

scenario('B-frames that begin in mid-stream take the players to the rendition', async () => {
  const name = 'late-b-frames';
  const playing = await play(await sourceClip(name, { video: x264('-bf', '0', '-g', '60'), seconds: 5,
    then: { video: withoutPyramid } }), name);
  assert.ok(!(await remarkOf(name)).includes('picture'));
  const switched = await onRendition(playing);
  const rate = await watchFullRate(playing);
  say(playing, `rendition after ${switched.toFixed(0)} ms, ${rate.toFixed(1)} frames/s`);
});

const heAac = (version) => ({ file: join(root, `tests/support/he_aac/he_aac_v${version}.aac`) });

for (const [name, audio, hertz] of [
  ['mono', ['-c:a', 'aac', '-ac', '1']],
  ['5.1', ['-c:a', 'aac', '-ac', '6']],
  ['he-aac', heAac(1), 0],
  ['he-aac-v2', heAac(2), 0],
  ['mp3', ['-c:a', 'libmp3lame', '-ar', '44100']],
]) {
  scenario(`sound is heard: ${name}`, async () => {
    const video = x264('-bf', '0', '-g', '60');
    const playing = await play(await sourceClip(name, { video, audio }), name);
    await checkSound(playing.page, hertz);
    say(playing, `heard (${await remarkOf(name)})`);
  });
}

scenario('a stream of sound alone is heard', async () => {
  const playing = await play(await sourceClip('audio-only', { video: null }), 'audio-only',
    { pictures: false });
  await checkSound(playing.page);
  say(playing, 'heard');
});

scenario('without a transcoder the picture is still right, and full again when there is one', async () => {
  const { suite } = world;
  await suite.daemons.get('transcoder').stop();
  const thinned = await sourceClip('b-frames', { video: withoutPyramid });
  const playing = await play(thinned, 'no-transcoder');
  await playing.page.evaluate(() => measure.pass(500));
  const seen = await playing.page.evaluate(() => measure.watch(2000));
  checkPictures(seen.shown, playing.publisher);
  assert.ok(seen.framesDecoded >= 15, `only ${seen.framesDecoded} pictures in 2 s`);
  assert.match(await remarkOf('no-transcoder'), /until there is the h264 rendition.*no transcoder/);
  say(playing, `${(seen.framesDecoded / seen.seconds).toFixed(1)} frames/s without a transcoder`);
  suite.startDaemon('transcoder');
  await suite.ready('transcoder');
  const switched = await onRendition(playing);
  const rate = await watchFullRate(playing);
  say(playing, `rendition after ${switched.toFixed(0)} ms, ${rate.toFixed(1)} frames/s`);
  // And back, when it is killed.
  await suite.daemons.get('transcoder').stop('SIGKILL');
  await until('the picture is the original again', async () =>
    (await remarkOf('no-transcoder')).includes('what can be shown of the original'));
  const fallen = await playing.page.evaluate(async () => {
    await measure.pass(1000);
    return measure.watch(1500);
  });
  checkPictures(fallen.shown, playing.publisher);
  assert.ok(fallen.framesDecoded >= 10, `only ${fallen.framesDecoded} pictures in 1.5 s`);
  suite.startDaemon('transcoder');
  await suite.ready('transcoder');
});

scenario('without a transcoder, of B-frames that others refer to only right pictures are shown', async () => {
  const { suite } = world;
  await suite.daemons.get('transcoder').stop();
  const playing = await play(await sourceClip('x264-default-2s', { video: x264('-g', '60') }), 'pyramid');
  const seen = await playing.page.evaluate(() => measure.watch(5000));
  checkPictures(seen.shown, playing.publisher, { behind: 3000 });
  say(playing, `${(seen.framesDecoded / seen.seconds).toFixed(1)} frames/s without a transcoder`);
  suite.startDaemon('transcoder');
  await suite.ready('transcoder');
});
