// The offer of a player and what it needs of the answer.
#pragma once

#include <cstdint>
#include <optional>
#include <string>

namespace sluice::whep_players {

struct LocalDescription {
  std::string ufrag;
  std::string password;
  std::string fingerprint;  // "AB:CD:..." of SHA-256
};

struct RemoteDescription {
  std::string ufrag;
  std::string password;
  std::string address;  // IPv4
  uint16_t port = 0;
};

// Audio (Opus) and video (H.264 constrained baseline with RTX), receive only, as browsers write it.
std::string MakeOffer(const LocalDescription& local);

// nullopt if a field is missing. Takes the first IPv4 UDP candidate.
std::optional<RemoteDescription> ReadAnswer(const std::string& sdp);

}  // namespace sluice::whep_players
