// SRTCP in both directions (RFC 3711 §3.4, RFC 7714 §9).
#pragma once

#include <memory>
#include <optional>
#include <span>
#include <vector>

#include "absl/status/statusor.h"
#include "libs/base/bytes.h"
#include "libs/srtp/key_derivation.h"
#include "libs/srtp/replay_window.h"

namespace sluice::srtp {

class RtcpCipher;

// Protects the compound packets of one session. One index counter serves all SSRCs: each index is
// used once. One thread.
class SrtcpProtector {
 public:
  static absl::StatusOr<std::unique_ptr<SrtcpProtector>> Make(const SessionKeys& keys);
  ~SrtcpProtector();

  // rtcp: a compound packet, at least 8 bytes. out: room for kMaxRtcpOverhead more; may be the
  // same memory as `rtcp`. Returns the protected size; 0 if it does not fit, or when 2^31 packets
  // have been sent (RFC 3711 §9.2 asks for new keys then).
  size_t Protect(ByteView rtcp, std::span<uint8_t> out);

 private:
  explicit SrtcpProtector(std::unique_ptr<RtcpCipher> cipher);

  std::unique_ptr<RtcpCipher> cipher_;
  uint32_t next_index_ = 0;
};

// Opens the compound packets of one session's peer. One thread.
class SrtcpUnprotector {
 public:
  enum class Refusal { kNone, kMalformed, kNotAuthentic, kReplayed, kTooManySsrcs };
  // Sending SSRCs of one peer that are told apart, each with its own replay window.
  static constexpr size_t kMaxSsrcs = 32;

  static absl::StatusOr<std::unique_ptr<SrtcpUnprotector>> Make(const SessionKeys& keys);
  ~SrtcpUnprotector();

  // Opens `packet` in place. The result is its first part; nullopt if it is refused, and `packet`
  // is then to be dropped (last_refusal() says why).
  std::optional<ByteView> Unprotect(std::span<uint8_t> packet);
  Refusal last_refusal() const { return last_refusal_; }

 private:
  struct Sender {
    uint32_t ssrc;
    ReplayWindow window;
  };

  explicit SrtcpUnprotector(std::unique_ptr<RtcpCipher> cipher);
  Sender* FindSender(uint32_t ssrc);

  std::unique_ptr<RtcpCipher> cipher_;
  std::vector<Sender> senders_;  // at most kMaxSsrcs
  Refusal last_refusal_ = Refusal::kNone;
};

}  // namespace sluice::srtp
