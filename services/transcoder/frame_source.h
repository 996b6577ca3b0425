// A source's VP8, VP9 or AV1 track as frames that can be decoded.
#pragma once

#include <optional>
#include <vector>

#include "libs/rtp/payload/frame_depacketizer.h"
#include "services/transcoder/picture_source.h"

namespace sluice::transcoder {

class FrameSource final : public PictureSource {
 public:
  FrameSource(media::Track track, Delegate delegate);

  uint64_t malformed_packets() const override { return depacketizer_.counters().malformed_packets; }

 private:
  void OnPacket(const rtp::Packet& packet) override;
  // Another size comes with its key frame.
  bool GoesOnAs(const media::Track&) override { return true; }
  void Take(rtp::payload::CodedFrame frame);

  rtp::payload::FrameDepacketizer depacketizer_;
  std::vector<rtp::payload::CodedFrame> frames_;  // of one packet
  std::optional<uint16_t> last_sequence_number_;
  bool waiting_ = true;  // for a key frame
};

}  // namespace sluice::transcoder
