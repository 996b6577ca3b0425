// Whom the server turned away, and why: one counter and one piece of news each.
#pragma once

#include <array>
#include <cstddef>
#include <cstdint>
#include <functional>
#include <string>
#include <string_view>

namespace sluice::http {

enum class Refusal : uint8_t {
  kConnection,      // ServerOptions::max_connections was reached; closed
  kMalformed,       // no request of HTTP/1.x, or one that makes no sense: 400, 405, 505
  kHeaderTooLarge,  // 431, or closed
  kSlowHeader,      // no whole header within request_timeout; closed
  kBodyLength,      // 400, 411
  kBodyTooLarge,    // 413
  kSlowBody,        // 408
  kAnswer,          // a route answered with 4xx, but for 404
  kLongMessage,     // WebSocket, 1009
  kBinaryMessage,   // WebSocket, 1003
  kSendQueueFull,   // WebSocket, 1008: the client reads too slowly
};
inline constexpr size_t kRefusalKinds = 11;

// Label of the metric: "body_too_large".
std::string_view RefusalName(Refusal refusal);

struct Refused {
  Refusal reason;
  int status = 0;    // of the answer, or code of the close frame; 0 = closed without a word
  std::string peer;  // address; may be empty
  std::string what;  // "POST /whep/cam" as far as it was read, at most 200 bytes
};

using OnRefused = std::function<void(const Refused&)>;
using RefusalCounters = std::array<uint64_t, kRefusalKinds>;

}  // namespace sluice::http
