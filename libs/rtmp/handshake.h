// The server's side of the RTMP handshake (RTMP 1.0 §5.2), in its simple and its digest form.
#pragma once

#include <cstddef>

#include "absl/status/statusor.h"
#include "libs/base/bytes.h"
#include "libs/base/random.h"
#include "libs/rtmp/handshake_digest.h"

namespace sluice::rtmp {

// Takes C0, C1 and C2; answers S0, S1 and S2: a C1 that is signed (handshake_digest.h) in kind, in
// the same scheme, any other in the simple form. C2 is not compared with S1: clients exist that do
// not echo.
class ServerHandshake {
 public:
  explicit ServerHandshake(RandomSource& random) : random_(random) {}

  // Takes bytes until the handshake is done and returns how many it took; what is left belongs to
  // the chunks. Appends the answer to `out`.
  //   InvalidArgument: the first byte is not version 3 (6 and 8 are RTMPE: not supported).
  absl::StatusOr<size_t> Receive(ByteView bytes, Bytes& out);

  bool done() const { return state_ == State::kDone; }

 private:
  enum class State : uint8_t { kVersion, kClientBlock, kEcho, kDone };
  void Answer(Bytes& out);
  void AnswerSimply(Bytes& out);
  void AnswerSigned(const ClientDigest& client, Bytes& out);

  RandomSource& random_;
  State state_ = State::kVersion;
  Bytes client_block_;  // at most kHandshakeBlock bytes
  size_t echo_bytes_ = 0;
};

}  // namespace sluice::rtmp
