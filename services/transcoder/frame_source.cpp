#include "services/transcoder/frame_source.h"

#include <utility>

namespace sluice::transcoder {

FrameSource::FrameSource(media::Track track, Delegate delegate)
    : PictureSource(track, std::move(delegate)), depacketizer_(track.codec) {}

void FrameSource::OnPacket(const rtp::Packet& packet) {
  const auto missing =
      last_sequence_number_
          ? static_cast<uint16_t>(packet.sequence_number - *last_sequence_number_ - 1)
          : uint16_t{0};
  last_sequence_number_ = packet.sequence_number;
  counters_.lost_packets += missing;
  if (missing != 0 && packet.role.starts_access_unit) {
    // Upstream left pictures out up to this one, which is whole.
    depacketizer_.Reset();
    waiting_ = true;
  }
  depacketizer_.Push(packet, frames_);
  for (rtp::payload::CodedFrame& frame : frames_) Take(std::move(frame));
  frames_.clear();
}

void FrameSource::Take(rtp::payload::CodedFrame frame) {
  waiting_ = (waiting_ && !frame.role.key_frame) || !frame.complete;
  if (waiting_) return LeaveOut();
  CodedPicture picture;
  picture.bytes = std::move(frame.bytes);
  picture.rtp_timestamp = frame.rtp_timestamp;
  picture.cts = frame.role.cts;
  picture.arrival = frame.arrival;
  picture.key_frame = frame.role.key_frame;
  picture.discardable = frame.role.discardable;
  Give(std::move(picture));
}

}  // namespace sluice::transcoder
