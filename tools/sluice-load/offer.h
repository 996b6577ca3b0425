// The offer of a player, as a browser makes it, and what its answer settles.
#pragma once

#include <optional>
#include <string>

#include "absl/status/statusor.h"
#include "libs/net/socket_address.h"

namespace sluice::load {

// Receives H.264 (high, 42e01f, 42001f, mode 1, with rtx) and Opus over one bundled transport.
// fingerprint: "sha-256 AB:...".
std::string PlayerOffer(const std::string& ufrag, const std::string& password,
                        const std::string& fingerprint);

struct AnswerFacts {
  std::string remote_ufrag;
  std::string remote_password;
  bool dtls_active = true;  // we begin the handshake
  net::SocketAddress server;

  // What a payload type of the answer carries.
  enum class Carries { kNothing, kMedia, kH264, kRepair };
  Carries carries[128] = {};
};
// InvalidArgument: not a session description, or without m-lines. FailedPrecondition: no UDP
// candidate, or the server tells no credentials.
absl::StatusOr<AnswerFacts> ReadAnswer(std::string_view sdp);

}  // namespace sluice::load
