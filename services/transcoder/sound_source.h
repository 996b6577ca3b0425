// A source's AAC or MP3 track as access units.
#pragma once

#include <functional>
#include <variant>
#include <vector>

#include "libs/rtp/payload/aac/depacketizer.h"
#include "libs/rtp/payload/mpeg_audio/depacketizer.h"
#include "services/transcoder/sound_format.h"
#include "services/transcoder/track_source.h"

namespace sluice::transcoder {

// One raw AAC frame, or one MP3 frame with its header.
struct CodedSound {
  Bytes bytes;
  uint32_t rtp_timestamp = 0;
  Instant arrival{};
};

// Ends when its configuration changes.
class SoundSource final : public TrackSource {
 public:
  struct Delegate {
    std::function<void(CodedSound sound)> on_sound;
    OnClock on_clock;
    OnEnd on_end;
  };

  // format: of the track.
  SoundSource(media::Track track, const SoundFormat& format, Delegate delegate);

  uint64_t malformed_packets() const;
  uint64_t lost_packets() const;

 private:
  // Each with the access units of one packet.
  struct Aac {
    rtp::payload::aac::Depacketizer depacketizer;
    std::vector<rtp::payload::aac::AccessUnit> units;
  };
  struct Mp3 {
    rtp::payload::mpeg_audio::Depacketizer depacketizer;
    std::vector<rtp::payload::mpeg_audio::Frame> units;
  };

  void OnPacket(const rtp::Packet& packet) override;
  bool GoesOnAs(const media::Track& now) override {
    return now.codec_config == track_.codec_config;
  }

  std::function<void(CodedSound)> on_sound_;
  std::variant<Aac, Mp3> format_;
};

}  // namespace sluice::transcoder
