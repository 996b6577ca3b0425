// The whole suite on free ports, in a temporary folder: one etcd and every daemon, started as
// programs, ready when they say so, stopped by their process ids, and nothing left behind.
import { existsSync, mkdirSync, mkdtempSync, readFileSync, readdirSync, rmSync, chownSync,
  writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { dirname, join, resolve } from 'node:path';
import { fileURLToPath } from 'node:url';
import { Child, run, until } from './process.mjs';
import { Publisher } from './publisher.mjs';
import { freePorts } from './ports.mjs';

export const root = resolve(dirname(fileURLToPath(import.meta.url)), '../../..');
export const bin = process.env.SLUICE_BIN || join(root, 'build/release/bin');
export const services = ['ingest', 'webrtc-media', 'transcoder', 'signalling-gateway',
  'http-gateway', 'admin'];

const logLines = 60; // of each daemon, shown when a scenario fails

async function choosePorts() {
  const block = await freePorts(16);
  return { etcd: block, etcdPeers: block + 1, rtmp: block + 2, ws: block + 3, http: block + 4,
    metrics: block + 5, wss: block + 6, https: block + 7, media: block + 8 };
}

function configuration(folder, ports) {
  return {
    common: {
      directory: [`127.0.0.1:${ports.etcd}`], run_dir: join(folder, 'run'),
      node_name: `e2e-${process.pid}`, admin_password_file: join(folder, 'admin-password'),
      drain_timeout: '2s',
    },
    ingest: { rtmp_port: ports.rtmp },
    'webrtc-media': { first_port: ports.media },
    'signalling-gateway': { ws_port: ports.ws, wss_port: ports.wss },
    'http-gateway': { http_port: ports.http, https_port: ports.https },
    admin: { merged_metrics_port: ports.metrics },
  };
}

// What we write is a subset of YAML that JSON.stringify covers.
const yaml = (sections) => Object.entries(sections).map(([name, keys]) => `${name}:\n` +
  Object.entries(keys).map(([key, value]) => `  ${key}: ${JSON.stringify(value)}\n`).join('')).join('');

// A self-signed certificate, as tools/up makes one.
async function makeCertificate(folder) {
  const files = { tls_certificate: join(folder, 'certificate.pem'),
    tls_private_key: join(folder, 'private-key.pem') };
  await run('openssl', ['req', '-x509', '-newkey', 'ec', '-pkeyopt', 'ec_paramgen_curve:prime256v1',
    '-nodes', '-days', '2', '-subj', '/CN=localhost', '-keyout', files.tls_private_key,
    '-out', files.tls_certificate]);
  return files;
}

export class Suite {
  daemons = new Map(); // service -> Child
  publishers = [];

  // user: {uid, gid} to run as; tls: listen with TLS, too; extra: {section: {key: value}} on top of
  // the test's configuration.
  static async start({ user, tls = false, extra = {} } = {}) {
    const suite = new Suite();
    suite.user = user;
    suite.password = 'e2e-password';
    suite.folder = mkdtempSync(join(tmpdir(), 'sluice-e2e-'));
    suite.ports = await choosePorts();
    const sections = configuration(suite.folder, suite.ports);
    if (tls) Object.assign(sections.common, await makeCertificate(suite.folder));
    for (const [section, keys] of Object.entries(extra)) Object.assign(sections[section], keys);
    suite.config = join(suite.folder, 'sluice.yaml');
    writeFileSync(suite.config, yaml(sections));
    writeFileSync(join(suite.folder, 'admin-password'), `${suite.password}\n`, { mode: 0o600 });
    mkdirSync(join(suite.folder, 'etcd'), { mode: 0o700 });
    if (user) suite.#giveTo(user);
    try {
      await suite.#startAll();
    } catch (error) {
      error.message += `\n${suite.logs()}`;
      await suite.stop().catch(() => {});
      throw error;
    }
    return suite;
  }

  #giveTo({ uid, gid }) {
    for (const path of ['', 'etcd', 'admin-password', 'sluice.yaml']) {
      chownSync(join(this.folder, path), uid, gid);
    }
  }

  // Also after it was killed: on the same data, or on none.
  startEtcd({ empty = false } = {}) {
    if (empty) rmSync(join(this.folder, 'etcd'), { recursive: true });
    const clients = `http://127.0.0.1:${this.ports.etcd}`;
    const peers = `http://127.0.0.1:${this.ports.etcdPeers}`;
    this.etcd = new Child('etcd', 'etcd', ['--name', 'e2e', '--data-dir', join(this.folder, 'etcd'),
      '--listen-client-urls', clients, '--advertise-client-urls', clients,
      '--listen-peer-urls', peers, '--initial-advertise-peer-urls', peers,
      '--initial-cluster', `e2e=${peers}`, '--logger', 'zap', '--log-level', 'warn'], this.#options());
  }

  async #startAll() {
    this.startEtcd();
    for (const service of services) this.startDaemon(service);
    for (const service of services) await this.ready(service);
    await until('the gateway answers', async () => (await fetch(this.http('/ready'))).ok);
  }

  #options() {
    return { cwd: this.folder, ...this.user, env: { ...process.env, GST_REGISTRY_FORK: 'no',
      XDG_CACHE_HOME: join(this.folder, 'cache') } };
  }

  startDaemon(service) {
    this.daemons.set(service, new Child(service, join(bin, `sluice-${service}`),
      ['--config', this.config], this.#options()));
  }

  // Waits for the ready file of the running process; returns what it says.
  ready(service) {
    const child = this.daemons.get(service);
    const file = join(this.folder, 'run', `${service}.ready`);
    const saysSo = until(`${service} is ready`, () => {
      const said = existsSync(file) && JSON.parse(readFileSync(file, 'utf8'));
      return said && said.pid === child.pid && said;
    });
    const ended = child.exited.then((end) => { throw new Error(`${service} ended with ${end}`); });
    return Promise.race([saysSo, ended]);
  }

  // The UDP ports of webrtc-media's workers.
  async mediaPorts() {
    const { listen } = await this.ready('webrtc-media');
    return [...new Set(listen.map((each) => Number(each.split(':').at(-1))))];
  }

  http(path = '/') { return `http://127.0.0.1:${this.ports.http}${path}`; }
  https(path = '/') { return `https://127.0.0.1:${this.ports.https}${path}`; }
  rtmp(name) { return `rtmp://127.0.0.1:${this.ports.rtmp}/live/${name}`; }
  get ws() { return `ws://127.0.0.1:${this.ports.ws}`; }
  get wss() { return `wss://127.0.0.1:${this.ports.wss}`; }

  // Sum of all daemons' samples of this metric that have these labels.
  async metric(name, labels = {}) {
    const text = await (await fetch(`http://127.0.0.1:${this.ports.metrics}/metrics`)).text();
    const wanted = Object.entries(labels).map(([key, value]) => `${key}="${value}"`);
    return text.split('\n').filter((line) => line.startsWith(`${name}{`) || line.startsWith(`${name} `))
      .filter((line) => wanted.every((label) => line.includes(label)))
      .reduce((sum, line) => sum + Number(line.slice(line.lastIndexOf(' ') + 1)), 0);
  }

  // The REST view of what is live; [] when nothing is.
  async streams(filter) {
    const response = await fetch(this.http(`/rest-api/stream/${filter ? 'find' : 'find_all'}`), {
      method: 'POST', headers: { 'content-type': 'application/json' },
      body: filter && JSON.stringify(filter) });
    if (response.status === 404) return [];
    if (!response.ok) throw new Error(`find answers ${response.status} ${await response.text()}`);
    return response.json();
  }

  isLive(name) {
    return this.streams({ name, published: true }).then((found) => found.length > 0);
  }

  // Publishes the clip as stream `name`; returns when all daemons can know it.
  async publish(clip, name, options) {
    const publisher = new Publisher(clip, this.rtmp(name), options);
    this.publishers.push(publisher);
    await until(`${name} is live`, async () => {
      if (!publisher.child.running) throw new Error(`ffmpeg has ended:\n${publisher.output}`);
      return this.isLive(name);
    });
    return publisher;
  }

  // Ends what the scenario published, and waits until it is gone everywhere.
  async unpublishAll() {
    await Promise.all(this.publishers.splice(0).map((publisher) => publisher.stop()));
    await until('no stream is live', async () => (await this.streams()).length === 0);
  }

  // Everything ends within its time and by itself, or this throws.
  async stop() {
    await Promise.all(this.publishers.map((publisher) => publisher.stop()));
    const ends = await Promise.all([...this.daemons].map(async ([service, child]) =>
      [service, await child.stop()]));
    await this.etcd?.stop();
    const left = this.processesLeft();
    const logs = this.logs();
    rmSync(this.folder, { recursive: true, force: true });
    const wrong = ends.filter(([, end]) => end !== 0);
    if (wrong.length) throw new Error(`ended with: ${JSON.stringify(wrong)}\n${logs}`);
    if (left.length) throw new Error(`processes are left: ${left.join(', ')}`);
  }

  // Command lines of processes that still work in our folder.
  processesLeft() {
    return readdirSync('/proc').filter((name) => /^\d+$/.test(name)).flatMap((pid) => {
      try {
        const command = readFileSync(`/proc/${pid}/cmdline`, 'utf8').replaceAll('\0', ' ');
        return command.includes(this.folder) ? [`${pid} ${command}`] : [];
      } catch {
        return [];
      }
    });
  }

  // The newest lines of every process's output since mark() (without one: since the start).
  logs(marks = new Map()) {
    return this.#children().map((child) => [child.name, child.outputSince(marks.get(child) ?? 0)
      .split('\n').filter((line) => line && !/^\w+=/.test(line)).slice(-logLines)])
      .filter(([, lines]) => lines.length > 0)
      .map(([name, lines]) => `--- ${name}\n${lines.join('\n')}`).join('\n');
  }

  mark() { return new Map(this.#children().map((child) => [child, child.written])); }

  #children() {
    return [this.etcd, ...this.daemons.values(), ...this.publishers.map((p) => p.child)]
      .filter(Boolean);
  }
}
