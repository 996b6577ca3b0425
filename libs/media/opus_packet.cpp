#include "libs/media/opus_packet.h"

#include <array>

namespace sluice::media {
namespace {

constexpr uint32_t kMaxSamples = 5760;  // 120 ms, §3.2.5

// Table 2: duration of one frame by the configuration number, the TOC byte's upper five bits.
uint32_t FrameSamples(uint8_t configuration) {
  constexpr std::array<uint32_t, 4> kSilk = {480, 960, 1920, 2880};
  constexpr std::array<uint32_t, 4> kCelt = {120, 240, 480, 960};
  if (configuration < 12) return kSilk[configuration % 4];
  if (configuration < 16) return configuration % 2 == 0 ? 480 : 960;  // hybrid
  return kCelt[configuration % 4];
}

}  // namespace

uint32_t OpusPacketSamples(ByteView packet) {
  if (packet.empty()) return 0;
  uint32_t frames = packet[0] & 3;
  if (frames == 3) {
    if (packet.size() < 2) return 0;
    frames = packet[1] & 0x3f;
  } else {
    frames = frames == 0 ? 1 : 2;
  }
  uint32_t samples = frames * FrameSamples(packet[0] >> 3);
  return samples <= kMaxSamples ? samples : 0;
}

}  // namespace sluice::media
