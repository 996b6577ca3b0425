// SRTP on the way in, by libsrtp2: a judge of its own, not the code under test.
#pragma once

#include <span>
#include <string>

#include "libs/base/bytes.h"

typedef struct srtp_ctx_t_ srtp_ctx_t;

namespace sluice::load {

class SrtpReceiver {
 public:
  enum class Verdict { kGood, kNotAuthentic, kRepeated, kOther };

  // profile: OpenSSL's name. key, salt: the sender's master key. Aborts if libsrtp2 refuses them.
  SrtpReceiver(const std::string& profile, ByteView key, ByteView salt);
  ~SrtpReceiver();
  SrtpReceiver(const SrtpReceiver&) = delete;
  SrtpReceiver& operator=(const SrtpReceiver&) = delete;

  // Decrypts in place; `packet` becomes the clear part if the verdict is kGood.
  Verdict Open(std::span<uint8_t>& packet);

 private:
  srtp_ctx_t* session_ = nullptr;
};

}  // namespace sluice::load
