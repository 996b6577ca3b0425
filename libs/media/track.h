// The model that every protocol maps to: streams made of tracks.
#pragma once

#include <cstdint>
#include <string>
#include <string_view>
#include <vector>

#include "libs/base/bytes.h"

namespace sluice::media {

enum class MediaKind : uint8_t { kAudio, kVideo };

enum class Codec : uint8_t {
  kUnknown,
  kH264,
  kH265,
  kVp8,
  kVp9,
  kAv1,
  kAac,
  kOpus,
  kPcmu,
  kPcma,
  kG722,
  kG729,
  kSpeex,
  kMp3,
};

// "H264", "AAC", "opus": the name in SDP, REST and the console.
std::string_view CodecName(Codec codec);
// kUnknown if no codec has this name. Case is ignored.
Codec CodecFromName(std::string_view name);

// One media of a stream.
struct Track {
  uint32_t id = 0;  // unique in its stream, never reused while the stream lives
  MediaKind kind = MediaKind::kVideo;
  Codec codec = Codec::kUnknown;
  uint32_t clock_rate = 90000;  // RTP ticks per second
  uint32_t channels = 0;        // audio
  uint32_t ssrc = 0;            // in the fan-out
  uint8_t payload_type = 0;     // in the fan-out
  Bytes codec_config;           // H.264: AVCDecoderConfigurationRecord; AAC: AudioSpecificConfig;
                                // MP3: the header of a frame (MpegAudioHeader)
  uint32_t width = 0;           // pixels; 0 = not known yet
  uint32_t height = 0;
  double frame_rate = 0;             // frames per second; 0 = not known yet
  bool has_b_frames = false;         // pictures are decoded in another order than they are shown
  bool has_recovery_points = false;  // key frames that are not IDR pictures (open GOP)
  bool muted = false;                // by its publisher, who may go on sending silence or black
  // Simulcast (RFC 8853): tracks of one mid are the same picture in several sizes, on one RTP
  // timeline; a player gets one of them at a time. Empty rid: the only one.
  std::string mid;
  std::string rid;

  friend bool operator==(const Track&, const Track&) = default;
};

struct StreamDescription {
  uint64_t epoch = 0;  // grows by one with every change of the tracks
  std::vector<Track> tracks;
  bool ready = false;  // the announced tracks have been seen, or 1 s has passed

  // nullptr if there is none. Borrowed from this description.
  const Track* FindTrack(uint32_t id) const;
  const Track* FindFirst(MediaKind kind) const;

  friend bool operator==(const StreamDescription&, const StreamDescription&) = default;
};

// A user's stream, or one of its renditions, which live outside the users' name space.
struct StreamKey {
  std::string name;       // 1..255 bytes of UTF-8
  std::string rendition;  // canonical profile ("opus"); empty = the original

  bool is_rendition() const { return !rendition.empty(); }
  // For logs and metrics: "cam" or "cam/r/opus".
  std::string ToString() const;

  friend auto operator<=>(const StreamKey&, const StreamKey&) = default;
  template <typename H>
  friend H AbslHashValue(H state, const StreamKey& key) {
    return H::combine(std::move(state), key.name, key.rendition);
  }
};

// True for 1..255 bytes of well-formed UTF-8 without control characters.
bool IsValidStreamName(std::string_view name);

}  // namespace sluice::media
