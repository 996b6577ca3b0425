// What all DTLS connections of a daemon share.
#pragma once

#include <memory>

#include "absl/status/statusor.h"
#include "libs/dtls/certificate.h"

typedef struct ssl_ctx_st SSL_CTX;

namespace sluice::dtls {

// Certificate, ciphers, SRTP profiles (AEAD_AES_128_GCM before AES128_CM_HMAC_SHA1_80). Any thread.
class ServerContext {
 public:
  // Internal if OpenSSL refuses.
  static absl::StatusOr<std::shared_ptr<const ServerContext>> Make(
      std::shared_ptr<const Certificate> certificate);
  ~ServerContext();

  const Certificate& certificate() const { return *certificate_; }
  SSL_CTX* ssl_ctx() const { return ssl_ctx_; }

 private:
  ServerContext() = default;

  std::shared_ptr<const Certificate> certificate_;
  SSL_CTX* ssl_ctx_ = nullptr;
};

}  // namespace sluice::dtls
