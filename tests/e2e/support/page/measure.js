// What one video element with its RTCPeerConnection shows and sounds like. All times are in ms;
// wall times since 1970.
class Measure {
  constructor(video, peer) {
    this.video = video;
    this.peer = peer;
    this.frames = []; // {wall, number, white}: every frame that was shown
    this.canvas = new OffscreenCanvas(640, 40);
    this.pixels = this.canvas.getContext('2d', { willReadFrequently: true });
    const onFrame = (now, { presentationTime }) => {
      this.frames.push(this.#read(performance.timeOrigin + presentationTime));
      video.requestVideoFrameCallback(onFrame);
    };
    video.requestVideoFrameCallback(onFrame);
  }

  // The number that is burned into the picture as blocks, and how bright the picture is. clean: each
  // block is black or white, as no picture with wrong references is for long.
  #read(wall) {
    const { width, height } = this.#size();
    this.pixels.drawImage(this.video, 0, 0, width, (40 * height) / 360, 0, 0, 640, 40);
    const strip = this.pixels.getImageData(0, 20, 640, 1).data;
    let number = 0;
    let clean = true;
    for (let bit = 0; bit < 16; ++bit) {
      const light = strip[(bit * 40 + 20) * 4];
      if (light > 127) number += 2 ** bit;
      clean &&= light < 75 || light > 180;
    }
    return { wall, number: number % 2 ** 14, id: number >> 14, white: strip[2 * 4] > 127, clean };
  }

  #size() { return { width: this.video.videoWidth, height: this.video.videoHeight }; }

  // Resolves when a frame satisfies `condition` (default: any); rejects after `timeout`.
  frame(condition = () => true, timeout = 15000) {
    return new Promise((resolve, reject) => {
      const timer = setTimeout(() => reject(new Error(`no such frame within ${timeout} ms; ` +
        `${this.frames.length} shown`)), timeout);
      const look = () => {
        const frame = this.frames.at(-1);
        if (frame && condition(frame)) {
          clearTimeout(timer);
          resolve(frame);
        } else {
          this.video.requestVideoFrameCallback(() => queueMicrotask(look));
        }
      };
      look();
    });
  }

  // Resolves after `duration` of the page's clock.
  pass(duration) { return new Promise((resolve) => { setTimeout(resolve, duration); }); }

  async inbound(kind) {
    const report = await this.peer.getStats();
    return [...report.values()].find((s) => s.type === 'inbound-rtp' && s.kind === kind);
  }

  // Ours, of the pair that is used: {protocol, address, port, candidateType}.
  async localCandidate() {
    const stats = [...(await this.peer.getStats()).values()];
    const { selectedCandidatePairId } = stats.find(({ type }) => type === 'transport');
    const { localCandidateId } = stats.find(({ id }) => id === selectedCandidatePairId);
    return stats.find(({ id }) => id === localCandidateId);
  }

  async transport() {
    const report = await this.peer.getStats();
    return [...report.values()].find((s) => s.type === 'transport');
  }

  // What was decoded and shown during `duration`.
  async watch(duration) {
    const before = await this.inbound('video');
    const first = this.frames.length;
    await this.pass(duration);
    const after = await this.inbound('video');
    const shown = this.frames.slice(first);
    const gaps = shown.slice(1).map((frame, i) => frame.wall - shown[i].wall);
    const delta = (name) => (after[name] ?? 0) - (before?.[name] ?? 0);
    return {
      seconds: (after.timestamp - before.timestamp) / 1000,
      framesDecoded: delta('framesDecoded'), framesDropped: delta('framesDropped'),
      freezes: delta('freezeCount'), packetsLost: delta('packetsLost'),
      plis: delta('pliCount'), nacks: delta('nackCount'),
      longestGap: Math.max(0, ...gaps), shown,
    };
  }

  // Loudness (root mean square, 0..1) and strongest frequency (Hz), heard through WebAudio.
  async listen(duration = 1000) {
    const context = new AudioContext();
    const source = context.createMediaStreamSource(this.video.srcObject);
    const analyser = new AnalyserNode(context, { fftSize: 16384, smoothingTimeConstant: 0 });
    source.connect(analyser);
    await context.resume();
    await this.pass(duration);
    const samples = new Float32Array(analyser.fftSize);
    const spectrum = new Float32Array(analyser.frequencyBinCount);
    analyser.getFloatTimeDomainData(samples);
    analyser.getFloatFrequencyData(spectrum);
    const loudest = spectrum.indexOf(Math.max(...spectrum));
    const power = samples.reduce((sum, sample) => sum + sample * sample, 0) / samples.length;
    await context.close();
    return { loudness: Math.sqrt(power), hertz: (loudest * context.sampleRate) / analyser.fftSize };
  }

  // For a clip that flashes and beeps at the same time once a second: how much later the beep is
  // heard than the flash is seen, one value per second.
  async lipSync(duration) {
    const ear = await Ear.open();
    const ownDelay = await ear.ownDelay();
    ear.listenTo(this.video.srcObject);
    const first = this.frames.length;
    await this.pass(duration);
    await ear.close();
    const shown = this.frames.slice(first);
    const flashes = shown.filter((frame, i) => i > 0 && frame.white && !shown[i - 1].white);
    return flashes.map(({ wall }) => ear.beeps.map((beep) => beep - ownDelay - wall)
      .reduce((best, offset) => (Math.abs(offset) < Math.abs(best) ? offset : best), Infinity))
      .filter((offset) => Math.abs(offset) < 500);
  }
}

// Notes when sound begins in a stream, by WebAudio.
class Ear {
  beeps = []; // wall times

  static async open() {
    const ear = new Ear();
    ear.context = new AudioContext({ latencyHint: 'interactive' });
    await ear.context.audioWorklet.addModule('onset.js');
    await ear.context.resume();
    return ear;
  }

  listenTo(stream) {
    this.source?.disconnect();
    this.beeps.length = 0;
    this.onset = new AudioWorkletNode(this.context, 'onset');
    this.onset.port.onmessage = ({ data }) => this.beeps.push(data);
    this.source = this.context.createMediaStreamSource(stream);
    this.source.connect(this.onset).connect(this.context.destination);
  }

  // How late this instrument hears: it listens to beeps of its own (about 30 ms, the buffer between
  // a stream and WebAudio). Nothing of this delay is heard by somebody before the screen.
  async ownDelay() {
    const output = this.context.createMediaStreamDestination();
    const gain = new GainNode(this.context, { gain: 0 });
    const oscillator = new OscillatorNode(this.context, { frequency: 1000 });
    oscillator.connect(gain).connect(output);
    oscillator.start();
    this.listenTo(output.stream);
    const made = [];
    for (let beep = 0; beep < 5; ++beep) {
      await new Promise((resolve) => { setTimeout(resolve, 600); });
      gain.gain.value = 0.5;
      made.push(performance.timeOrigin + performance.now());
      await new Promise((resolve) => { setTimeout(resolve, 50); });
      gain.gain.value = 0;
    }
    await new Promise((resolve) => { setTimeout(resolve, 200); });
    oscillator.stop();
    const delays = this.beeps.map((beep, i) => beep - made[i]).sort((a, b) => a - b);
    return delays[Math.floor(delays.length / 2)];
  }

  close() { return this.context.close(); }
}
