// What travels, in order, from a publication to those who receive it.
#pragma once

#include <memory>
#include <string>
#include <string_view>
#include <variant>

#include "libs/media/track.h"
#include "libs/rtp/packet.h"
#include "libs/rtp/sender_report.h"

namespace sluice::fanout {

enum class EndCause : uint8_t {
  kPublisherStopped,  // it said so
  kPublisherLost,     // its connection broke or went silent
  kNameLost,          // the directory gave the name to an older claim
  kNodeDrained,
  kUpstreamLost,  // a relay's connection to the publication broke
  kFailed,        // the daemon could not go on; see the detail
};
// "publisher-stopped", ...: in logs and on the fan-out socket.
std::string_view EndCauseName(EndCause cause);
// kFailed if no cause has this name.
EndCause EndCauseFromName(std::string_view name);

struct StreamEnd {
  EndCause cause = EndCause::kPublisherStopped;
  std::string detail;  // for people

  friend bool operator==(const StreamEnd&, const StreamEnd&) = default;
};

// Immutable; a change is a new description with a higher epoch.
using DescriptionPtr = std::shared_ptr<const media::StreamDescription>;

// What a publisher tells its players beside the media, in order with it.
struct StreamEvent {
  static constexpr size_t kMaxType = 64;           // bytes
  static constexpr size_t kMaxPayload = 48 << 10;  // bytes

  std::string type;     // "data", "audioMuted", "onMetaData", ...
  std::string payload;  // JSON; empty = none

  friend bool operator==(const StreamEvent&, const StreamEvent&) = default;
};
// Immutable.
using StreamEventPtr = std::shared_ptr<const StreamEvent>;

using Item =
    std::variant<rtp::PacketPtr, rtp::ClockReport, DescriptionPtr, StreamEventPtr, StreamEnd>;

}  // namespace sluice::fanout
