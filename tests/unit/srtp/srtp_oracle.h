// libsrtp2 as the other end of our SRTP.
#pragma once

#include <srtp2/srtp.h>

#include <optional>

#include "libs/base/bytes.h"
#include "libs/srtp/key_derivation.h"

namespace sluice::srtp {

// A master key that differs in every byte.
MasterKey TestMasterKey(Profile profile);
SessionKeys TestSessionKeys(Profile profile);

// An RTP packet: two CSRCs, a one-byte header extension and the payload.
Bytes TestRtp(uint16_t sequence_number, ByteView payload, uint32_t ssrc = 0xdecafbad);

// One direction of a libsrtp2 session, for any SSRC.
class SrtpOracle {
 public:
  enum class Direction { kProtect, kUnprotect };
  SrtpOracle(const MasterKey& master, Direction direction);
  SrtpOracle(Profile profile, Direction direction)
      : SrtpOracle(TestMasterKey(profile), direction) {}
  ~SrtpOracle();

  // nullopt if libsrtp2 refuses. It guesses the index from the sequence numbers, as a receiver
  // does.
  std::optional<Bytes> ProtectRtp(Bytes packet);
  std::optional<Bytes> UnprotectRtp(Bytes packet);
  std::optional<Bytes> ProtectRtcp(Bytes packet);
  std::optional<Bytes> UnprotectRtcp(Bytes packet);

 private:
  std::optional<Bytes> Run(srtp_err_status_t (*function)(srtp_t, void*, int*), Bytes packet);

  srtp_t session_ = nullptr;
};

}  // namespace sluice::srtp
