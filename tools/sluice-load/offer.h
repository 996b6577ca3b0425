// The offers of players and publishers, as a browser makes them, and what an answer settles.
#pragma once

#include <array>
#include <optional>
#include <string>

#include "absl/status/statusor.h"
#include "libs/net/socket_address.h"

namespace sluice::load {

// Of one bundled transport. fingerprint: "sha-256 AB:...".
struct OfferTransport {
  std::string ufrag;
  std::string password;
  std::string fingerprint;
};

// Receives H.264 (high, 42e01f, 42001f, mode 1, with rtx) and Opus.
// feedback: with the extension for transport-wide feedback.
std::string PlayerOffer(const OfferTransport& transport, bool audio, bool feedback);

struct PublisherSsrcs {
  uint32_t audio = 0;
  uint32_t video = 0;
  uint32_t video_rtx = 0;
};
// Sends H.264 of that profile (mode 1, with rtx) and Opus. profile_level_id: "42e01f".
std::string PublisherOffer(const OfferTransport& transport, const PublisherSsrcs& ssrcs, bool audio,
                           const std::string& profile_level_id);

struct AnswerFacts {
  std::string remote_ufrag;
  std::string remote_password;
  bool dtls_active = true;  // we begin the handshake
  net::SocketAddress server;

  // What a payload type of the answer carries.
  enum class Carries : uint8_t { kNothing, kMedia, kH264, kRepair };
  struct PayloadType {
    Carries carries = Carries::kNothing;
    uint32_t clock_rate = 0;
    bool nack = false;
  };
  std::array<PayloadType, 128> payload_types{};
  // 0 = not there. The answer's first ones.
  uint8_t opus = 0;
  uint8_t h264 = 0;
  uint8_t h264_rtx = 0;
  uint8_t transport_sequence_id = 0;  // of the header extension, 1..14
  uint8_t mid_id = 0;
};
// tcp: the server's passive TCP candidate is wanted, else a UDP one.
// InvalidArgument: not a session description, or without m-lines. FailedPrecondition: no such
// candidate, or the server tells no credentials.
absl::StatusOr<AnswerFacts> ReadAnswer(std::string_view sdp, bool tcp = false);

}  // namespace sluice::load
