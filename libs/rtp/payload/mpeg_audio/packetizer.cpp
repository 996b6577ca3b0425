#include "libs/rtp/payload/mpeg_audio/packetizer.h"

#include <algorithm>
#include <utility>

#include "libs/base/byte_writer.h"
#include "libs/media/mpeg_audio_header.h"

namespace sluice::rtp::payload::mpeg_audio {

bool Packetizer::Packetize(const FrameView& from, std::vector<Packet>& out) const {
  std::optional<media::MpegAudioHeader> header = media::ParseMpegAudioHeader(from.frame);
  if (!header.has_value() || header->size != from.frame.size()) return false;
  size_t room = max_payload_ - kHeaderBytes;
  size_t count = (from.frame.size() + room - 1) / room;
  size_t each = (from.frame.size() + count - 1) / count;
  for (size_t offset = 0; offset < from.frame.size(); offset += each) {
    Packet packet;
    packet.rtp_timestamp = from.rtp_timestamp;
    packet.arrival = from.arrival;
    packet.role.starts_access_unit = true;
    ByteWriter writer(packet.payload);
    writer.WriteU16(0);
    writer.WriteU16(static_cast<uint16_t>(offset));
    writer.WriteBytes(from.frame.subspan(offset, std::min(each, from.frame.size() - offset)));
    out.push_back(std::move(packet));
  }
  return true;
}

}  // namespace sluice::rtp::payload::mpeg_audio
