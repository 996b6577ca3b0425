// sluice-load itself: what it says of a server that works, and of one that does not.
import assert from 'node:assert/strict';
import { counterClip } from './support/clips.mjs';
import { assertUndisturbed } from './support/faults.mjs';
import { runLoad } from './support/load.mjs';
import { useSuite } from './support/scenario.mjs';

const world = useSuite({ tls: true });
const { scenario } = world;
const short = { rate: 50, settle: 0, seconds: 2 };

for (const [srtp, profile] of [['gcm', 'SRTP_AEAD_AES_128_GCM'], ['cm-sha1', 'SRTP_AES128_CM_SHA1_80']]) {
  scenario(`libsrtp2 finds every ${srtp} packet of every player authentic, with GRO and without`, async () => {
    await world.suite.publish(await counterClip(), 'cam');
    for (const how of [{}, { 'no-gro': true }]) {
      const load = await runLoad({ url: world.suite.http('/whep/cam'), players: 10, decrypt: 10, srtp, ...short, ...how });
      assertUndisturbed(load);
      assert.equal(load.authenticated, load.packets);
      assert.deepEqual(load.srtp, { [profile]: 10 });
    }
  });
}

scenario('it publishes many streams, plays them over https, and knows what that cost', async () => {
  const { suite } = world;
  const load = await runLoad({ publish: suite.rtmp('cam{n}'), flv: await counterClip(), streams: 5,
    url: suite.https('/whep/cam{n}'), players: 10, token: 'any', idle: 1, ...short,
    'server-pid': [suite.daemons.get('webrtc-media').pid, suite.daemons.get('ingest').pid] });
  assertUndisturbed(load);
  assert.equal(load.published, 5);
  assert.deepEqual(load.servers.map(({ name }) => name), ['sluice-webrtc-media', 'sluice-ingest']);
  for (const { us_per_packet: us, rss_kb: rss } of load.servers) assert.ok(us.gross > 0 && rss > 1000);
  assert.ok(load.own.us_per_packet > 0);
});

scenario('players of a stream that nobody publishes get nothing, and it says why', async () => {
  const load = await runLoad({ url: world.suite.http('/whep/nobody'), players: 2, ...short }, { strict: false });
  assert.deepEqual([load.connected, load.with_media], [0, 0]);
  assert.match(load.first_failure, /^HTTP 404/);
});

scenario('a publication that is refused is told with the code of the server', async () => {
  const { suite } = world;
  const clip = await counterClip();
  await suite.publish(clip, 'cam');
  const load = await runLoad({ publish: suite.rtmp('cam'), flv: clip, seconds: 1 }, { strict: false });
  assert.equal(load.published, 0);
  assert.match(load.publish_failure, /NetStream\.Publish\.BadName/);
});
