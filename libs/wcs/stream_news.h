// What is new of a stream between its beginning and its end.
#pragma once

#include <cstddef>
#include <cstdint>
#include <optional>
#include <string>
#include <string_view>
#include <variant>

namespace sluice::wcs {

// What a player gets.
struct PlayedStream {
  bool has_video = true;
  bool has_audio = true;
  uint32_t width = 0;  // pixels; 0 = not known
  uint32_t height = 0;
  bool video_muted = false;  // by the publisher
  bool audio_muted = false;
};

// From a publisher to its players: IsStreamEventType(type).
struct StreamEvent {
  std::string type;
  std::string payload;  // JSON; empty = none
};

// Of video, in the past second: sent to a player, received from a publisher.
struct VideoRate {
  uint64_t bits_per_second = 0;
};

// A player's network does not carry the stream.
struct NotEnoughBandwidth {
  uint64_t stream_bps = 0;   // the least that the stream needs
  uint64_t network_bps = 0;  // what there is
};

using StreamNews = std::variant<PlayedStream, StreamEvent, VideoRate, NotEnoughBandwidth>;

inline constexpr size_t kMaxEventPayloadBytes = 48 * 1024;  // as the fan-out carries it

// One of audioMuted, audioUnmuted, videoMuted, videoUnmuted and data. Others are the server's own
// words: a publisher could otherwise forge them, and clients trip over what they do not hold.
bool IsStreamEventType(std::string_view type);

struct Mute {
  bool audio = false;  // else video
  bool muted = false;

  friend bool operator==(const Mute&, const Mute&) = default;
};
// What an event of this type says about mute; nullopt: nothing.
std::optional<Mute> MuteOf(std::string_view type);
// The type of the event that says so.
std::string_view TypeOf(Mute mute);

}  // namespace sluice::wcs
