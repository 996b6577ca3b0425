// A source's H.264 track as access units that can be decoded.
#pragma once

#include <functional>
#include <optional>
#include <vector>

#include "libs/media/avc_decoder_configuration.h"
#include "libs/rtp/payload/h264/depacketizer.h"
#include "services/transcoder/track_source.h"

namespace sluice::transcoder {

// An access unit with everything that a decoder needs.
struct CodedPicture {
  Bytes annex_b;
  uint32_t rtp_timestamp = 0;
  int32_t cts = 0;  // presentation minus decoding time, 90 kHz
  Instant arrival{};
  bool key_frame = false;  // an IDR picture, or one from which pictures recover at once
  bool discardable = false;
};

// Begins at a key frame (an IDR picture or a recovery point, as encoders of open groups make them)
// and, after a loss, goes on at one: without the pictures that lie between, and without those that
// are shown before it, whose references are missing.
class PictureSource final : public TrackSource {
 public:
  struct Delegate {
    std::function<void(CodedPicture picture)> on_picture;
    OnClock on_clock;
    OnEnd on_end;
  };
  struct Counters {
    uint64_t lost_packets = 0;  // gaps in the sequence
    uint64_t unreferable = 0;   // access units between a loss and what can be decoded again
  };

  // codec_config may be empty: the parameter sets then come with the key frames.
  PictureSource(media::Track track, Delegate delegate);

  uint64_t malformed_packets() const { return depacketizer_.counters().malformed_packets; }
  const Counters& counters() const { return counters_; }

 private:
  void OnPacket(const rtp::Packet& packet) override;
  // Another size or other parameter sets come with their key frame.
  bool GoesOnAs(const media::Track& now) override;
  void Take(const rtp::payload::h264::AccessUnit& access_unit);
  bool LeadsNowhere(const rtp::payload::h264::AccessUnit& access_unit, bool beginning);

  std::function<void(CodedPicture)> on_picture_;
  rtp::payload::h264::Depacketizer depacketizer_;
  std::vector<rtp::payload::h264::AccessUnit> access_units_;  // of one packet
  media::AvcDecoderConfiguration configuration_;              // of the track's codec_config
  std::optional<uint16_t> last_sequence_number_;
  bool begun_ = false;
  bool waiting_ = true;         // for a key frame
  bool leading_ = false;        // since then no picture that is shown after it has come
  uint32_t key_timestamp_ = 0;  // of the newest key frame after a loss
  Counters counters_;
};

}  // namespace sluice::transcoder
