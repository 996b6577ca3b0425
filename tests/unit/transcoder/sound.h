// Sound for tests of the transcoder, and GStreamer pipelines that run to their end.
#pragma once

#include <cmath>
#include <map>
#include <numbers>
#include <string>
#include <vector>

#include "libs/base/bytes.h"

namespace sluice::transcoder::test {

// Samples of one channel on a line of time.
struct Sound {
  int rate = 48000;
  int64_t start_ns = 0;
  std::vector<float> samples;

  double TimeOf(size_t index) const {
    return static_cast<double>(start_ns) / 1e9 + static_cast<double>(index) / rate;
  }
};

// Bursts of a 1 kHz tone: 100 ms in every 500 ms, the first after 200 ms.
inline Sound ToneBursts(int rate, double seconds) {
  Sound sound{rate, 0, {}};
  auto count = static_cast<size_t>(seconds * rate);
  for (size_t i = 0; i < count; ++i) {
    double t = static_cast<double>(i) / rate;
    double phase = std::fmod(t + 0.3, 0.5);
    double tone = 0.5 * std::sin(2 * std::numbers::pi * 1000 * t);
    sound.samples.push_back(phase < 0.1 ? static_cast<float>(tone) : 0.0F);
  }
  return sound;
}

// The moments at which a burst begins: the sound has been low for 100 ms and rises over a fifth of
// its peak. Seconds.
inline std::vector<double> Onsets(const Sound& sound) {
  float peak = 0;
  for (float sample : sound.samples) peak = std::max(peak, std::fabs(sample));
  std::vector<double> onsets;
  size_t last_loud = 0;
  for (size_t i = 0; i < sound.samples.size(); ++i) {
    if (std::fabs(sound.samples[i]) < peak / 5) continue;
    if (i - last_loud > static_cast<size_t>(sound.rate) / 10) onsets.push_back(sound.TimeOf(i));
    last_loud = i;
  }
  return onsets;
}

// The strength of a frequency from `from` to `to` seconds, as the amplitude of a sine (Goertzel).
inline double Amplitude(const Sound& sound, double frequency, double from, double to) {
  double in_phase = 0;
  double in_quadrature = 0;
  size_t count = 0;
  for (size_t i = 0; i < sound.samples.size(); ++i) {
    double t = sound.TimeOf(i);
    if (t < from || t >= to) continue;
    in_phase += sound.samples[i] * std::cos(2 * std::numbers::pi * frequency * t);
    in_quadrature += sound.samples[i] * std::sin(2 * std::numbers::pi * frequency * t);
    ++count;
  }
  return count == 0 ? 0 : 2 * std::hypot(in_phase, in_quadrature) / static_cast<double>(count);
}

// GStreamer with the transcoder's plug-ins and those that only tests need. Any number of times;
// throws if one is missing.
void LoadPlugins();

struct TimedBytes {
  Bytes bytes;
  int64_t position_ns = 0;
};

// Runs `appsrc ! <elements> ! appsink` over the input until its end. caps: of the input.
std::vector<TimedBytes> Run(const std::string& caps, const std::string& elements,
                            const std::vector<TimedBytes>& input);

// Encodes into raw AAC frames, each 1024 samples, numbered from 0.
std::vector<Bytes> EncodeAac(const Sound& sound, int channels);
// In AAC frames; one channel of 5.1 has the sound: 0 left, 1 right, 2 centre.
std::vector<Bytes> EncodeAac51(const Sound& sound, int channel);
// The raw frames of an ADTS file in tests/support/he_aac.
std::vector<Bytes> ReadAdts(const std::string& name);
// In MP3 frames.
std::vector<Bytes> EncodeMp3(const Sound& sound, int channels);
// In packets of 20 ms of a codec with one byte per tick of 8 kHz.
//   encoder: mulawenc, alawenc or avenc_g722. rate: of its samples.
std::vector<Bytes> EncodeSampled(const Sound& sound, const std::string& encoder, int rate);
// What a player makes of AAC frames whose first one is at position 0 (mono, float). rate: of the
// core coder; sbr: the sound has twice of it.
Sound DecodeAac(const std::vector<Bytes>& access_units, const Bytes& audio_specific_config,
                int rate, int channels, bool sbr = false);
// What a player makes of MP3 frames whose first one is at position 0 (mono, float).
Sound DecodeMp3(const std::vector<Bytes>& frames, int rate, int channels, int samples);
// What a player makes of Opus packets (48 kHz mono, float). Gaps stay silent.
Sound DecodeOpus(const std::vector<TimedBytes>& packets, int channels);

}  // namespace sluice::transcoder::test
