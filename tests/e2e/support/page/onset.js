// Reports the wall time (ms) at which sound begins after at least half a second of silence.
registerProcessor('onset', class extends AudioWorkletProcessor {
  lastLoud = -1;

  process([input]) {
    const samples = input[0];
    if (!samples) return true;
    const at = samples.findIndex((sample) => Math.abs(sample) > 0.1);
    if (at >= 0) {
      if (currentTime - this.lastLoud > 0.5) {
        this.port.postMessage(Date.now() + (at * 1000) / sampleRate);
      }
      this.lastLoud = currentTime;
    }
    return true;
  }
});
