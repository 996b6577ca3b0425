// An FLV file in memory (Adobe FLV 10.1 annex E), to be replayed.
#pragma once

#include <string>
#include <vector>

#include "absl/status/statusor.h"
#include "libs/base/bytes.h"
#include "libs/rtmp/message.h"

namespace sluice::load {

struct FlvTag {
  rtmp::MessageType type = rtmp::MessageType::kVideo;  // FLV and RTMP use the same numbers
  uint32_t timestamp = 0;                              // milliseconds, never going back
  Bytes payload;
};

struct FlvFile {
  std::vector<FlvTag> tags;  // not empty
  uint32_t duration = 0;     // milliseconds: one round of a replay
};

// InvalidArgument: not FLV, or without media. A tag that is cut off ends the file.
absl::StatusOr<FlvFile> ParseFlv(ByteView bytes);
// NotFound: it cannot be read; at most 1 GB.
absl::StatusOr<FlvFile> ReadFlv(const std::string& path);

}  // namespace sluice::load
