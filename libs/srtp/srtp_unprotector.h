// SRTP in the receiving direction (RFC 3711 §3.3, RFC 7714 §8).
#pragma once

#include <memory>
#include <optional>
#include <span>
#include <vector>

#include "absl/status/statusor.h"
#include "libs/srtp/packet_protector.h"
#include "libs/srtp/replay_window.h"

namespace sluice::srtp {

// The index that `sequence_number` most probably belongs to: the one nearest to `newest`, the
// highest index so far (RFC 3711 §3.3.1). It never falls below 0.
uint64_t EstimateIndex(uint64_t newest, uint16_t sequence_number);

// Opens the RTP packets of one session's peer. Packet path: allocates only for a new SSRC. One
// thread.
class SrtpUnprotector {
 public:
  enum class Refusal { kNone, kMalformed, kNotAuthentic, kReplayed, kTooManySsrcs };
  // Sending SSRCs of one peer that are told apart: tracks, layers, and their RTX.
  static constexpr size_t kMaxSsrcs = 32;
  // Packets that may come late; at 20 Mbit/s about 0.4 s.
  static constexpr uint64_t kWindow = 1024;

  // engine outlives it. Internal if the engine cannot be used.
  static absl::StatusOr<std::unique_ptr<SrtpUnprotector>> Make(ProtectorEngine& engine,
                                                               const SessionKeys& keys);

  // Opens `packet` in place. The result is its first part, an RTP packet; nullopt if it is refused,
  // and `packet` is then to be dropped (last_refusal() says why). Only an authentic packet changes
  // what is known about its SSRC.
  std::optional<std::span<uint8_t>> Unprotect(std::span<uint8_t> packet);
  Refusal last_refusal() const { return last_refusal_; }

 private:
  struct Sender {
    uint32_t ssrc;
    BasicReplayWindow<kWindow> window;
  };

  explicit SrtpUnprotector(std::unique_ptr<PacketOpener> opener) : opener_(std::move(opener)) {}
  Sender* FindSender(uint32_t ssrc);

  std::unique_ptr<PacketOpener> opener_;
  std::vector<Sender> senders_;  // at most kMaxSsrcs
  Refusal last_refusal_ = Refusal::kNone;
};

}  // namespace sluice::srtp
