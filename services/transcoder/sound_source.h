// A source's sound as access units.
#pragma once

#include <functional>
#include <optional>
#include <variant>
#include <vector>

#include "libs/rtp/payload/aac/depacketizer.h"
#include "libs/rtp/payload/mpeg_audio/depacketizer.h"
#include "services/transcoder/sound_format.h"
#include "services/transcoder/track_source.h"

namespace sluice::transcoder {

// One raw AAC frame, one MP3 frame with its header, or a packet of PCMU, PCMA or G.722.
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

  // A payload of PCMU, PCMA or G.722 needs no depacketizer.
  struct Sampled {
    uint64_t lost_packets = 0;
    std::optional<uint16_t> last_sequence_number;
  };

  void OnPacket(const rtp::Packet& packet) override;
  template <typename Format>
  void Take(Format& format, const rtp::Packet& packet);
  void Take(Sampled& format, const rtp::Packet& packet);
  bool GoesOnAs(const media::Track& now) override {
    return now.codec_config == track_.codec_config;
  }

  std::function<void(CodedSound)> on_sound_;
  std::variant<Aac, Mp3, Sampled> format_;
};

}  // namespace sluice::transcoder
