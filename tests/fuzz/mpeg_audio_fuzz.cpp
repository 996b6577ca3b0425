// Any bytes as MP3 frames, one after another: what has a header is packetized and comes out again.
#include "libs/media/mpeg_audio_header.h"
#include "libs/rtp/payload/mpeg_audio/depacketizer.h"
#include "libs/rtp/payload/mpeg_audio/packetizer.h"

extern "C" int LLVMFuzzerTestOneInput(const uint8_t* data, size_t size) {
  using namespace sluice;
  namespace payload = rtp::payload::mpeg_audio;
  ByteView rest(data, size);
  payload::Depacketizer depacketizer;
  std::vector<rtp::Packet> packets;
  uint16_t number = 0;
  std::vector<payload::Frame> frames;
  while (auto header = media::ParseMpegAudioHeader(rest)) {
    if (header->size > media::kMaxMpegAudioFrame) __builtin_trap();
    if (header->size > rest.size()) break;
    ByteView frame = rest.first(header->size);
    rest = rest.subspan(header->size);
    packets.clear();
    frames.clear();
    if (!payload::Packetizer(100).Packetize({.frame = frame}, packets)) __builtin_trap();
    for (rtp::Packet& packet : packets) {
      packet.sequence_number = number++;
      depacketizer.Push(packet, frames);
    }
    if (frames.size() != 1 || frames[0].bytes != ToBytes(frame)) __builtin_trap();
  }
  return 0;
}
