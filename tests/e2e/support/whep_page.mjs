// A page of Chromium that plays by WHEP.
import assert from 'node:assert/strict';

// Plays `name` of the suite; `player` and `measure` are globals of the page. Nothing is shown yet.
// options: those of WhepPlayer.play().
export async function openWhepPage({ suite, browser }, name, options = {}) {
  const page = await browser.open('whep.html');
  const status = await page.evaluate(([url, how]) => {
    window.player = new WhepPlayer(document.getElementById('video'));
    window.measure = window.player.measure;
    return window.player.play(url, how);
  }, [suite.http(`/whep/${name}`), options]);
  assert.equal(status, 201);
  return page;
}

// {loudness, hertz} of `ms` of its sound, once there is some.
export const listenTo = (page, ms) => page.evaluate(async (length) => {
  const deadline = performance.now() + 8000;
  while (!(await measure.inbound('audio'))?.totalAudioEnergy && performance.now() < deadline) {
    await measure.pass(50);
  }
  return measure.listen(length);
}, ms);
