// The fan-out socket's frames, sans-I/O. The format is docs/fanout.md.
#pragma once

#include <string>
#include <variant>
#include <vector>

#include "absl/status/statusor.h"
#include "libs/base/bytes.h"
#include "libs/fanout/wanted_layers.h"
#include "libs/rtp/rfc4571.h"
#include "libs/rtp/rtcp/app.h"

namespace sluice::fanout {

inline constexpr size_t kTokenBytes = 16;

// Appends the frame of one item, publication to subscriber.
void AppendFrame(const Item& item, Bytes& out);
// Appends the subscriber's first frame.
void AppendToken(std::string_view token, Bytes& out);

// What a subscriber sends after its token.
struct KeyFrameRequest {
  uint32_t ssrc = 0;
};
using Upstream = std::variant<KeyFrameRequest, WantedLayers>;
void AppendFrame(const KeyFrameRequest& request, Bytes& out);
void AppendFrame(const WantedLayers& wanted, Bytes& out);

// Bytes from a publication's daemon to items. Keeps what is not a whole frame yet: at most 65,537
// bytes.
class DownstreamReader {
 public:
  // Appends the items of all whole frames. InvalidArgument: not this format, or media of a track
  // that was never described; the connection is of no use any more.
  absl::Status Read(ByteView bytes, std::vector<Item>& items);

 private:
  absl::Status ReadFrame(ByteView frame, std::vector<Item>& items);
  absl::Status ReadMedia(ByteView frame, std::vector<Item>& items);
  absl::Status ReadControl(ByteView frame, std::vector<Item>& items);
  absl::Status ReadApp(const rtp::rtcp::AppView& app, std::vector<Item>& items);
  absl::Status ReadEvent(const rtp::rtcp::AppView& app, std::vector<Item>& items);
  absl::Status ReadDescription(const rtp::rtcp::AppView& app, std::vector<Item>& items);
  const media::Track* FindBySsrc(uint32_t ssrc) const;

  rtp::Rfc4571Reader frames_;
  DescriptionPtr description_;
};

// Bytes from a subscriber.
class UpstreamReader {
 public:
  // Appends to `messages`, and fills `token()` from the first frame. InvalidArgument as above.
  absl::Status Read(ByteView bytes, std::vector<Upstream>& messages);
  // Empty until it has come.
  const std::string& token() const { return token_; }

 private:
  absl::Status ReadFrame(ByteView frame, std::vector<Upstream>& messages);

  rtp::Rfc4571Reader frames_;
  std::string token_;
};

}  // namespace sluice::fanout
