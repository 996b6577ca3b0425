// Two streams at once, each with its own picture and its own tone.
import assert from 'node:assert/strict';
import { counterClip } from './support/clips.mjs';
import { useSuite } from './support/scenario.mjs';

const world = useSuite({ browser: true });
const { scenario } = world;

scenario('each player gets its own stream and nothing of the other', async () => {
  await world.suite.publish(await counterClip({ hertz: 440, id: 0 }), 'one');
  await world.suite.publish(await counterClip({ hertz: 1200, id: 1 }), 'two');
  for (const [name, id, tone] of [['one', 0, 440], ['two', 1, 1200]]) {
    const page = await world.browser.open('whep.html');
    await page.evaluate(async (url) => {
      window.player = new WhepPlayer(document.getElementById('video'));
      await player.play(url);
      await player.measure.frame();
    }, world.suite.http(`/whep/${name}`));
    const { shown } = await page.evaluate(() => player.measure.watch(4000));
    assert.ok(shown.length > 90, `${shown.length} frames of ${name}`);
    assert.ok(shown.every((frame) => frame.id === id), `${name} shows pictures of the other`);
    const { loudness, hertz } = await page.evaluate(() => player.measure.listen(1500));
    assert.ok(loudness > 0.05, `${name}: loudness ${loudness}`);
    assert.ok(Math.abs(hertz - tone) < 6, `${name}: ${hertz} Hz`);
  }
});
