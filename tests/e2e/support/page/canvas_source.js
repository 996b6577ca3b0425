// A picture at 30 frames/s with its number burned in, as Measure reads it, and a tone.
class CanvasSource {
  constructor({ width = 640, height = 360, hertz = 440 } = {}) {
    this.canvas = document.createElement('canvas');
    this.resize(width, height);
    this.context = this.canvas.getContext('2d');
    this.stream = this.canvas.captureStream(30);
    this.#addTone(hertz);
    this.number = 0;
    this.timer = setInterval(() => this.#draw(), 1000 / 30);
  }

  resize(width, height) { Object.assign(this.canvas, { width, height }); }

  #addTone(hertz) {
    this.audio = new AudioContext();
    const oscillator = new OscillatorNode(this.audio, { frequency: hertz });
    const output = this.audio.createMediaStreamDestination();
    oscillator.connect(new GainNode(this.audio, { gain: 0.3 })).connect(output);
    oscillator.start();
    this.stream.addTrack(output.stream.getAudioTracks()[0]);
  }

  // Blocks of the lowest bit first, and below them something that moves, so that there is work to do.
  #draw() {
    const { canvas: { width, height }, context } = this;
    const block = width / 16;
    this.number = (this.number + 1) % 2 ** 14;
    context.fillStyle = '#335577';
    context.fillRect(0, 0, width, height);
    for (let bit = 0; bit < 16; ++bit) {
      context.fillStyle = this.number & (1 << bit) ? 'white' : 'black';
      context.fillRect(bit * block, 0, block, (height * 40) / 360);
    }
    for (let ball = 0; ball < 8; ++ball) {
      context.fillStyle = `hsl(${(ball * 45 + this.number) % 360} 80% 50%)`;
      const x = ((Math.sin(this.number / 20 + ball) + 1) / 2) * width;
      context.fillRect(x, (height * (ball + 2)) / 11, block, block);
    }
  }
}
