// A source's H.264 track as access units that can be decoded.
#pragma once

#include <optional>
#include <vector>

#include "libs/media/avc_decoder_configuration.h"
#include "libs/rtp/payload/h264/depacketizer.h"
#include "services/transcoder/picture_source.h"

namespace sluice::transcoder {

// Begins at a key frame (an IDR picture or a recovery point, as encoders of open groups make them)
// and, after a loss, goes on at one: without the pictures that lie between, and without those that
// are shown before it, whose references are missing.
class H264Source final : public PictureSource {
 public:
  // codec_config may be empty: the parameter sets then come with the key frames.
  H264Source(media::Track track, Delegate delegate);

  uint64_t malformed_packets() const override { return depacketizer_.counters().malformed_packets; }

 private:
  void OnPacket(const rtp::Packet& packet) override;
  // Another size or other parameter sets come with their key frame.
  bool GoesOnAs(const media::Track& now) override;
  void Take(const rtp::payload::h264::AccessUnit& access_unit);
  bool LeadsNowhere(const rtp::payload::h264::AccessUnit& access_unit, bool beginning);

  rtp::payload::h264::Depacketizer depacketizer_;
  std::vector<rtp::payload::h264::AccessUnit> access_units_;  // of one packet
  media::AvcDecoderConfiguration configuration_;              // of the track's codec_config
  std::optional<uint16_t> last_sequence_number_;
  bool begun_ = false;
  bool waiting_ = true;         // for a key frame
  bool leading_ = false;        // since then no picture that is shown after it has come
  uint32_t key_timestamp_ = 0;  // of the newest key frame after a loss
};

}  // namespace sluice::transcoder
