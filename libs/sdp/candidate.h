// An ICE candidate: the value behind "a=candidate:" (RFC 8839 §5.1, TCP: RFC 6544 §4.5).
#pragma once

#include <cstdint>
#include <optional>
#include <string>
#include <string_view>

namespace sluice::sdp {

struct Candidate {
  std::string foundation = "1";
  uint16_t component = 1;
  std::string transport = "udp";  // "udp" or "tcp", lower case
  uint32_t priority = 0;
  std::string address;  // numeric, or a name that ends in ".local"
  uint16_t port = 0;
  std::string type = "host";
  std::string extensions;  // what follows the type, "tcptype passive"; may be empty

  friend bool operator==(const Candidate&, const Candidate&) = default;
};

// value: without "candidate:". nullopt if a field is missing or not a number where one must stand.
std::optional<Candidate> ParseCandidate(std::string_view value);
std::string Serialize(const Candidate& candidate);

// "tcptype" of a TCP candidate (RFC 6544 §4.5): "active", "passive", "so"; empty if it has none.
std::string_view TcpTypeOf(const Candidate& candidate);

// RFC 8445 §5.1.2.1 for a host candidate of component 1; local_preference tells candidates of one
// agent apart: higher = preferred.
uint32_t HostPriority(uint16_t local_preference);
// The same for a passive TCP host candidate (RFC 6544 §4.2): always below HostPriority().
// other_preference: 0 to 8191.
uint32_t PassiveTcpPriority(uint16_t other_preference);

}  // namespace sluice::sdp
