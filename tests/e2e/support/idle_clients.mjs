// Many clients that connect and then say nothing but pong, from several loopback addresses.
import { readFileSync } from 'node:fs';
import { WcsClient } from './wcs_client.mjs';

const perAddress = 2000; // far below the ephemeral ports of one address
const atOnce = 64;       // handshakes under way

// `count` sessions of the client protocol at `url`, in order; throws when one of them fails.
export async function connectIdle(url, count) {
  const clients = [];
  let started = 0;
  const worker = async () => {
    while (started < count) {
      const index = started++;
      clients.push(await WcsClient.connect(url, { from: `127.0.1.${1 + Math.floor(index / perAddress)}` }));
    }
  };
  await Promise.all(Array.from({ length: atOnce }, worker));
  return clients;
}

// Resident memory of a process in bytes.
export function residentBytes(pid) {
  return Number(readFileSync(`/proc/${pid}/status`, 'utf8').match(/VmRSS:\s+(\d+)/)[1]) * 1024;
}

// Processor time of a process in seconds.
export function cpuSeconds(pid) {
  const fields = readFileSync(`/proc/${pid}/stat`, 'utf8').split(') ')[1].split(' ');
  return (Number(fields[11]) + Number(fields[12])) / 100;
}
