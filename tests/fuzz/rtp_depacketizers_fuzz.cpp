// Any payloads into the H.264, AAC, MP3 and Opus depacketizers. Each packet: length, flags (marker,
// gap, new timestamp), payload.
#include <algorithm>

#include "libs/base/byte_reader.h"
#include "libs/rtp/payload/aac/depacketizer.h"
#include "libs/rtp/payload/h264/aggregate.h"
#include "libs/rtp/payload/h264/depacketizer.h"
#include "libs/rtp/payload/mpeg_audio/depacketizer.h"
#include "libs/rtp/payload/opus/payload.h"

extern "C" int LLVMFuzzerTestOneInput(const uint8_t* data, size_t size) {
  using namespace sluice;
  ByteReader reader({data, size});
  rtp::payload::h264::Depacketizer h264;
  rtp::payload::aac::Depacketizer aac;
  rtp::payload::mpeg_audio::Depacketizer mpeg_audio;
  rtp::payload::opus::Depacketizer opus;
  std::vector<rtp::payload::h264::AccessUnit> pictures;
  std::vector<rtp::payload::aac::AccessUnit> sounds;
  std::vector<rtp::payload::mpeg_audio::Frame> frames;
  rtp::Packet packet;
  while (reader.ok() && reader.remaining() > 0) {
    size_t length = reader.ReadU8();
    uint8_t flags = reader.ReadU8();
    packet.payload = ToBytes(reader.ReadBytes(std::min(length, reader.remaining())));
    packet.marker = (flags & 1) != 0;
    packet.sequence_number += (flags & 2) != 0 ? 2 : 1;
    packet.rtp_timestamp += (flags & 4) != 0 ? 3000 : 0;
    h264.Push(packet, pictures);
    rtp::payload::h264::NalUnitsOf(packet.payload);
    aac.Push(packet, sounds);
    mpeg_audio.Push(packet, frames);
    opus.Push(packet);
  }
  h264.Flush(pictures);
  size_t bytes = 0;
  for (const auto& picture : pictures) {
    for (const Bytes& nal_unit : picture.nal_units) bytes += nal_unit.size();
  }
  for (const auto& frame : frames) {
    if (frame.bytes.size() != frame.header.size) __builtin_trap();
  }
  if (bytes > size) __builtin_trap();  // nothing comes from nowhere
  return 0;
}
