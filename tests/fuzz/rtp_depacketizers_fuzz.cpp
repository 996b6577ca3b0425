// Any payloads into the depacketizers. Each packet: length, flags (marker,
// gap, new timestamp), payload.
#include <algorithm>

#include "libs/base/byte_reader.h"
#include "libs/rtp/payload/aac/depacketizer.h"
#include "libs/rtp/payload/frame_depacketizer.h"
#include "libs/rtp/payload/h264/aggregate.h"
#include "libs/rtp/payload/h264/depacketizer.h"
#include "libs/rtp/payload/mpeg_audio/depacketizer.h"
#include "libs/rtp/payload/opus/payload.h"
#include "libs/rtp/payload/red/redundancy.h"

extern "C" int LLVMFuzzerTestOneInput(const uint8_t* data, size_t size) {
  using namespace sluice;
  ByteReader reader({data, size});
  rtp::payload::h264::Depacketizer h264;
  rtp::payload::aac::Depacketizer aac;
  rtp::payload::mpeg_audio::Depacketizer mpeg_audio;
  rtp::payload::opus::Depacketizer opus;
  rtp::payload::FrameDepacketizer vp8(media::Codec::kVp8);
  rtp::payload::FrameDepacketizer vp9(media::Codec::kVp9);
  rtp::payload::FrameDepacketizer av1(media::Codec::kAv1);
  std::vector<rtp::payload::CodedFrame> coded;
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
    for (auto* each : {&vp8, &vp9, &av1}) each->Push(packet, coded);
    if (auto unpacked = rtp::payload::red::Unpack(packet.payload)) {
      rtp::payload::red::Pack(unpacked->redundant, unpacked->primary, 1150);
    }
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
