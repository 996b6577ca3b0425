// RFC 8839 §5.1:
//   candidate:<foundation> <component> <transport> <priority> <address> <port> typ <type> ...
#include "libs/sdp/candidate.h"

#include <algorithm>

#include "libs/base/text.h"
#include "libs/sdp/tokens.h"

namespace sluice::sdp {

std::optional<Candidate> ParseCandidate(std::string_view value) {
  Candidate candidate;
  candidate.foundation = TakeWord(value);
  const auto component = ParseNumber<uint16_t>(TakeWord(value));
  candidate.transport = TakeWord(value);
  std::transform(candidate.transport.begin(), candidate.transport.end(),
                 candidate.transport.begin(),
                 [](unsigned char c) { return c >= 'A' && c <= 'Z' ? c + 32 : c; });
  const auto priority = ParseNumber<uint32_t>(TakeWord(value));
  candidate.address = TakeWord(value);
  const auto port = ParseNumber<uint16_t>(TakeWord(value));
  const bool has_type = TakeWord(value) == "typ";
  candidate.type = TakeWord(value);
  candidate.extensions = value;
  if (!component || !priority || !port || !has_type || candidate.type.empty()) return std::nullopt;
  candidate.component = *component;
  candidate.priority = *priority;
  candidate.port = *port;
  return candidate;
}

std::string Serialize(const Candidate& candidate) {
  std::string text = StrCat(candidate.foundation, " ", candidate.component, " ",
                            candidate.transport, " ", candidate.priority, " ", candidate.address,
                            " ", candidate.port, " typ ", candidate.type);
  if (!candidate.extensions.empty()) text += " " + candidate.extensions;
  return text;
}

std::string_view TcpTypeOf(const Candidate& candidate) {
  std::string_view rest = candidate.extensions;
  while (!rest.empty()) {
    const std::string_view name = TakeWord(rest);
    const std::string_view value = TakeWord(rest);
    if (name == "tcptype") return value;
  }
  return {};
}

namespace {

uint32_t Priority(uint32_t type_preference, uint32_t local_preference) {
  constexpr uint32_t kComponent = 1;
  return type_preference << 24 | local_preference << 8 | (256 - kComponent);
}

}  // namespace

uint32_t HostPriority(uint16_t local_preference) {
  constexpr uint32_t kHost = 126;
  return Priority(kHost, local_preference);
}

// RFC 6544 §4.2: local preference = direction preference (passive: 4) << 13 | other preference. The
// type preference is below that of UDP candidates behind a NAT (100), which are better still.
uint32_t PassiveTcpPriority(uint16_t other_preference) {
  constexpr uint32_t kTcpHost = 90;
  constexpr uint32_t kPassive = 4;
  return Priority(kTcpHost, kPassive << 13 | (other_preference & 0x1fffu));
}

}  // namespace sluice::sdp
