// Keeps what peers can cause at will from filling the log.
#pragma once

#include <cstdint>
#include <map>
#include <optional>
#include <string>
#include <string_view>

#include "libs/base/instant.h"

namespace sluice::log {

// Counts the lines of each event in spans of 10 s. One thread at a time.
class RateLimit {
 public:
  // Returns how many lines of `event` were left out before this one, or nullopt if this one is to
  // be left out, too.
  std::optional<uint64_t> Allow(std::string_view event, Instant now);

  static constexpr int kLinesPerSpan = 10;
  static constexpr Duration kSpan = 10s;
  static constexpr size_t kMostEvents = 256;  // further events share one entry

 private:
  struct Entry {
    Instant span_start;
    int lines = 0;
    uint64_t suppressed = 0;
  };
  Entry& Find(std::string_view event, Instant now);

  std::map<std::string, Entry, std::less<>> entries_;
};

}  // namespace sluice::log
