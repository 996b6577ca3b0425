// Prints as JSON what idle sessions of the client protocol cost the signalling gateway, and whether a
// newcomer is still served beside them. Started by tools/idle-web-sockets.
import { Browser } from './support/browser.mjs';
import { counterClip } from './support/clips.mjs';
import { connectIdle, cpuSeconds, residentBytes } from './support/idle_clients.mjs';
import { until } from './support/process.mjs';
import { Suite } from './support/suite.mjs';

const sockets = Number(process.env.SLUICE_SOCKETS || 10000);
const secure = process.env.SLUICE_SECURE === '1';
const idleSeconds = Number(process.env.SLUICE_IDLE_SECONDS || 15);
const play = process.env.SLUICE_PLAY !== '0';
const warmUp = Math.min(200, sockets / 4); // the first ones also pay for what the daemon makes once

const pass = (seconds) => new Promise((resolve) => { setTimeout(resolve, seconds * 1000); });

// A page of the SDK beside them: ms from connect to ESTABLISHED, and from play() to PLAYING.
async function playBeside(suite, url) {
  await suite.publish(await counterClip(), 'cam');
  const browser = await Browser.open();
  try {
    const page = await browser.open('websdk.html');
    return await page.evaluate(async (gateway) => {
      const player = new SdkPlayer();
      const began = performance.now();
      await player.connect(gateway);
      const established = performance.now();
      player.play('cam');
      await player.reached(STREAM_STATUS.PLAYING);
      return { establishedMs: Math.round(established - began),
        playingMs: Math.round(performance.now() - established) };
    }, url);
  } finally {
    await browser.close();
  }
}

async function measure(suite) {
  const url = secure ? suite.wss : suite.ws;
  const { pid } = suite.daemons.get('signalling-gateway');
  const clients = await connectIdle(url, warmUp);
  const before = residentBytes(pid);
  const began = performance.now();
  const cpuBefore = cpuSeconds(pid);
  clients.push(...await connectIdle(url, sockets - warmUp));
  const seconds = (performance.now() - began) / 1000;
  const after = residentBytes(pid);
  const cpuIdle = cpuSeconds(pid);
  const pinged = clients.map(({ pings }) => pings);
  await pass(idleSeconds);
  const idle = residentBytes(pid);
  const cpuAfter = cpuSeconds(pid);
  await until('every client is pinged again', () => clients.every(({ pings }, i) => pings > pinged[i]));
  const played = play ? await playBeside(suite, url) : undefined;
  const open = clients.filter(({ closed }) => !closed).length;
  const grown = sockets - warmUp;
  const result = {
    sockets, secure, open,
    kbPerSocket: Number(((Math.max(after, idle) - before) / grown / 1000).toFixed(2)),
    rssMb: { before: before / 1e6, connected: after / 1e6, idle: idle / 1e6 },
    connectsPerSecond: Math.round(grown / seconds),
    cpuUsPerConnect: Math.round(((cpuIdle - cpuBefore) * 1e6) / grown),
    idleCpuPercent: Number((((cpuAfter - cpuIdle) * 100) / idleSeconds).toFixed(1)),
    played,
  };
  clients.forEach((client) => client.end());
  return result;
}

const suite = await Suite.start({ tls: secure,
  extra: { 'signalling-gateway': { max_clients: sockets + 100 } } });
try {
  console.log(JSON.stringify(await measure(suite), null, 2));
} finally {
  await suite.stop();
}
