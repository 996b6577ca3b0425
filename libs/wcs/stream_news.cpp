#include "libs/wcs/stream_news.h"

#include <array>

namespace sluice::wcs {
namespace {

struct MuteType {
  std::string_view type;
  Mute mute;
};

constexpr std::array kMuteTypes = {
    MuteType{"audioMuted", {.audio = true, .muted = true}},
    MuteType{"audioUnmuted", {.audio = true, .muted = false}},
    MuteType{"videoMuted", {.audio = false, .muted = true}},
    MuteType{"videoUnmuted", {.audio = false, .muted = false}},
};

}  // namespace

bool IsStreamEventType(std::string_view type) { return type == "data" || MuteOf(type).has_value(); }

std::optional<Mute> MuteOf(std::string_view type) {
  for (const MuteType& known : kMuteTypes) {
    if (known.type == type) return known.mute;
  }
  return std::nullopt;
}

std::string_view TypeOf(Mute mute) {
  for (const MuteType& known : kMuteTypes) {
    if (known.mute == mute) return known.type;
  }
  return {};  // all four are in the table
}

}  // namespace sluice::wcs
