// OpenSSL as a DTLS 1.2 client in memory, the other end of our server.
#pragma once

#include <openssl/ssl.h>

#include <memory>
#include <string>
#include <vector>

#include "libs/base/bytes.h"
#include "libs/dtls/certificate.h"

namespace sluice::dtls {

class OpensslClient {
 public:
  struct Settings {
    std::string srtp_profiles = "SRTP_AES128_CM_SHA1_80:SRTP_AEAD_AES_128_GCM";
    int mtu = 1200;
    bool show_certificate = true;
    std::string ciphers = "DEFAULT";
  };
  OpensslClient() : OpensslClient(Settings()) {}
  explicit OpensslClient(Settings settings);
  ~OpensslClient();

  const Fingerprint& fingerprint() const { return certificate_->fingerprint(); }
  // Starts, or goes on with, the handshake, and returns what it sends.
  std::vector<Bytes> Handshake();
  // Takes one datagram and returns what it sends.
  std::vector<Bytes> OnDatagram(ByteView datagram);
  // The next flight is sent twice, as if its timer had run out.
  void RepeatNextFlight() { repeat_next_flight_ = true; }
  std::vector<Bytes> Close();

  bool connected() const { return SSL_is_init_finished(ssl_) == 1; }
  bool failed() const { return failed_; }
  bool closed_by_peer() const { return (SSL_get_shutdown(ssl_) & SSL_RECEIVED_SHUTDOWN) != 0; }
  Fingerprint PeerFingerprint() const;
  uint16_t srtp_profile() const;
  // RFC 5764 §4.2's block for a profile with this salt.
  Bytes KeyingMaterial(size_t salt_length) const;
  std::string version() const { return SSL_get_version(ssl_); }

 private:
  struct Io;

  std::shared_ptr<const Certificate> certificate_;
  SSL_CTX* ctx_ = nullptr;
  SSL* ssl_ = nullptr;
  ByteView input_;
  std::vector<Bytes> output_;
  bool failed_ = false;
  bool repeat_next_flight_ = false;
};

}  // namespace sluice::dtls
