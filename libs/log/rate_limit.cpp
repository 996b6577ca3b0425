#include "libs/log/rate_limit.h"

#include <utility>

namespace sluice::log {

RateLimit::Entry& RateLimit::Find(std::string_view event, Instant now) {
  auto found = entries_.find(event);
  if (found != entries_.end()) return found->second;
  std::string key(entries_.size() < kMostEvents ? event : std::string_view());
  return entries_.try_emplace(key, Entry{.span_start = now}).first->second;
}

std::optional<uint64_t> RateLimit::Allow(std::string_view event, Instant now) {
  Entry& entry = Find(event, now);
  if (now - entry.span_start >= kSpan) {
    entry.span_start = now;
    entry.lines = 0;
  }
  if (entry.lines >= kLinesPerSpan) {
    ++entry.suppressed;
    return std::nullopt;
  }
  ++entry.lines;
  return std::exchange(entry.suppressed, 0);
}

}  // namespace sluice::log
