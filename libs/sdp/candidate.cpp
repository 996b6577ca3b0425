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

uint32_t HostPriority(uint16_t local_preference) {
  constexpr uint32_t kHostTypePreference = 126;
  constexpr uint32_t kComponent = 1;
  return kHostTypePreference << 24 | static_cast<uint32_t>(local_preference) << 8 |
         (256 - kComponent);
}

}  // namespace sluice::sdp
