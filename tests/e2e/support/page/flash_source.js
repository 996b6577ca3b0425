// A stream that flashes and beeps at the same time, for 100 ms at the beginning of each second.
async function flashAndBeep() {
  const canvas = Object.assign(document.createElement('canvas'), { width: 640, height: 360 });
  const draw = canvas.getContext('2d');
  const audio = new AudioContext();
  await audio.resume();
  const gain = new GainNode(audio, { gain: 0 });
  const oscillator = new OscillatorNode(audio, { frequency: 1000 });
  const output = audio.createMediaStreamDestination();
  oscillator.connect(gain).connect(output);
  oscillator.start();
  let on = null;
  setInterval(() => {
    const next = performance.now() % 1000 < 100;
    if (next !== on) gain.gain.value = next ? 0.5 : 0;
    on = next;
    draw.fillStyle = on ? 'white' : 'black';
    draw.fillRect(0, 0, 640, 360);
  }, 33);
  return new MediaStream([...canvas.captureStream(30).getTracks(), ...output.stream.getTracks()]);
}
