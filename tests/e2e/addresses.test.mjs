// Players on other hosts: small MTUs, several interfaces, IPv6 alone, one-to-one NAT. The other hosts
// are network namespaces; lo, with its MTU of 65,536, shows none of this.
import assert from 'node:assert/strict';
import { after, test } from 'node:test';
import { counterClip } from './support/clips.mjs';
import { assertUndisturbed } from './support/faults.mjs';
import { runLoad } from './support/load.mjs';
import { Namespace } from './support/namespace.mjs';
import { Suite } from './support/suite.mjs';

const v4 = { ours: '10.99.1.1/24', theirs: '10.99.1.2/24' };
const v6 = { ours: 'fd99:1::1/64', theirs: 'fd99:1::2/64' };
const opened = [];
after(() => Promise.all(opened.map((each) => each.close())));

async function openHost(how) {
  const host = await Namespace.open(how);
  opened.push(host);
  return host;
}

// A suite of its own for each scenario, since they differ in what it advertises.
function scenario(sentence, advertise, play) {
  test(sentence, { timeout: 90000 }, async () => {
    const suite = await Suite.start({ extra: { common: { advertise } } });
    try {
      await suite.publish(await counterClip(), 'cam');
      await play(suite);
    } catch (error) {
      console.log(suite.logs());
      throw error;
    } finally {
      await suite.stop();
      await Promise.all(opened.splice(0).map((each) => each.close()));
    }
  });
}

// `players` in `host` get every packet of cam, authentic.
async function assertPlays(suite, host, address, how = {}) {
  const load = await runLoad({ url: `http://${address}:${suite.ports.http}/whep/cam`, players: 10,
    decrypt: 10, rate: 50, settle: 0, seconds: 2, ...how }, { from: host });
  assertUndisturbed(load);
  assert.equal(load.authenticated, load.packets);
}

const unsegmented = (suite) => suite.metric('sluice_webrtc_media_unsegmented_messages_total');

for (const mtu of [1500, 1280]) {
  scenario(`every packet arrives over an MTU of ${mtu}, in bursts, by UDP and by TCP`, ['10.99.1.1'],
    async (suite) => {
      const host = await openHost({ mtu, v4 });
      for (const how of [{}, { 'no-gro': true }, { tcp: true }]) {
        await assertPlays(suite, host, '10.99.1.1', how);
      }
      assert.equal(await unsegmented(suite), 0);
    });
}

scenario('over an MTU below ours bursts are given up, and every packet still arrives', ['10.99.1.1'],
  async (suite) => {
    const host = await openHost({ mtu: 1000, v4 });
    await assertPlays(suite, host, '10.99.1.1');
    assert.ok(await unsegmented(suite) > 0, 'no burst was refused');
  });

scenario('hosts on two interfaces play from the address that they ask', [], async (suite) => {
  const hosts = [await openHost({ v4 }), await openHost({ v4: { ours: '10.99.2.1/24',
    theirs: '10.99.2.2/24' }, mtu: 1280 })];
  // They ask the first address of the answer, which is neither's own interface.
  await Promise.all(hosts.map((host, i) => assertPlays(suite, host, `10.99.${i + 1}.1`)));
});

scenario('a host that has IPv6 alone plays, by UDP and by TCP', ['fd99:1::1'], async (suite) => {
  const host = await openHost({ mtu: 1280, v6 });
  await assertPlays(suite, host, '[fd99:1::1]');
  await assertPlays(suite, host, '[fd99:1::1]', { tcp: true });
});

scenario('behind one-to-one NAT the public address works, by UDP and by TCP',
  ['203.0.113.5=10.99.1.1'], async (suite) => {
    const host = await openHost({ v4 });
    const nft = (...words) => host.run('nft', ...words);
    await nft('add', 'table', 'ip', 'nat');
    await nft('add', 'chain', 'ip', 'nat', 'output', '{ type nat hook output priority -100; }');
    await nft('add', 'rule', 'ip', 'nat', 'output', 'ip', 'daddr', '203.0.113.5', 'dnat', 'to', '10.99.1.1');
    await assertPlays(suite, host, '10.99.1.1');
    await assertPlays(suite, host, '10.99.1.1', { tcp: true });
  });
