// A session of the Web SDK with one stream at a time, as pages use it.
const { SESSION_STATUS, STREAM_STATUS, STREAM_EVENT, CONNECTION_QUALITY } = Flashphoner.constants;

// Callbacks of these names come beside the states.
const besideStates = ['RESIZE', 'NOT_ENOUGH_BANDWIDTH', 'SNAPSHOT_COMPLETE'];

class SdkClient {
  statuses = []; // of the stream
  events = [];   // {type, payload}, and {type: a name of besideStates}
  qualities = []; // {quality, client, server}

  async connect(url) {
    await Flashphoner.init({});
    return new Promise((resolve, reject) => {
      this.session = Flashphoner.createSession({ urlServer: url });
      this.session.on(SESSION_STATUS.ESTABLISHED, () => resolve('ESTABLISHED'));
      this.session.on(SESSION_STATUS.FAILED, () => reject(new Error('session FAILED')));
      this.session.on(SESSION_STATUS.DISCONNECTED, () => { this.disconnected = true; });
    });
  }

  make(options) {
    this.stream = this.session.createStream({ display: document.getElementById('display'), ...options });
    for (const status of Object.values(STREAM_STATUS)) {
      this.stream.on(status, () => {
        if (besideStates.includes(status)) this.events.push({ type: status });
        else this.statuses.push(status);
      });
    }
    this.stream.on(STREAM_EVENT, ({ type, payload }) => this.events.push({ type, payload }));
    this.stream.on(CONNECTION_QUALITY.UPDATE, (quality, client, server) =>
      this.qualities.push({ quality, client, server }));
  }

  // Resolves with all statuses so far when `status` is among them.
  async reached(status, timeout = 15000) {
    await this.until(() => this.statuses.includes(status),
      () => `no ${status}, only ${this.statuses} ${this.stream.getInfo()}`, timeout);
    return this.statuses;
  }

  // Resolves with the first event of this type for which `fits` says yes.
  async hears(type, fits = () => true, timeout = 15000) {
    const find = () => this.events.find((event) => event.type === type && fits(event.payload));
    await this.until(find, () => `no ${type}, only ${JSON.stringify(this.events)}`, timeout);
    return find();
  }

  async until(probe, why, timeout = 15000) {
    const deadline = performance.now() + timeout;
    while (!probe()) {
      if (performance.now() > deadline) throw new Error(why());
      await new Promise((resolve) => { setTimeout(resolve, 20); });
    }
  }
}

class SdkPlayer extends SdkClient {
  play(name, options) {
    this.make({ name, ...options });
    this.stream.play();
  }

  measure() {
    return new Measure(document.querySelector('#display video'), window.peers.at(-1));
  }
}

class SdkPublisher extends SdkClient {
  // source: {width, height, hertz} of CanvasSource; options: of createStream().
  publish(name, { source, ...options } = {}) {
    this.source ??= new CanvasSource(source);
    this.make({ name, constraints: { customStream: this.source.stream }, ...options });
    this.stream.publish();
  }
}
