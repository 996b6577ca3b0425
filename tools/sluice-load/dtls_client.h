// The active side of a DTLS 1.2 handshake with use_srtp, over memory BIOs.
#pragma once

#include <string>
#include <vector>

#include "libs/base/bytes.h"

typedef struct ssl_st SSL;
typedef struct ssl_ctx_st SSL_CTX;
typedef struct bio_st BIO;

namespace sluice::load {

// One certificate for all players of the process. Aborts if OpenSSL cannot make one.
class DtlsClientContext {
 public:
  DtlsClientContext();
  ~DtlsClientContext();
  SSL_CTX* ssl_ctx() const { return ssl_ctx_; }
  // "sha-256 AB:CD:..."
  const std::string& fingerprint() const { return fingerprint_; }

 private:
  SSL_CTX* ssl_ctx_ = nullptr;
  std::string fingerprint_;
};

class DtlsClient {
 public:
  explicit DtlsClient(const DtlsClientContext& context);
  ~DtlsClient();
  DtlsClient(const DtlsClient&) = delete;
  DtlsClient& operator=(const DtlsClient&) = delete;

  // Each returns the datagrams to send.
  std::vector<Bytes> Start();
  std::vector<Bytes> OnDatagram(ByteView datagram);
  // Repeats a lost flight when OpenSSL's timer says so; call every 100 ms or so.
  std::vector<Bytes> OnTick();
  bool connected() const { return connected_; }
  // The server has sent close_notify, or the handshake failed.
  bool closed() const { return closed_; }
  // "SRTP_AEAD_AES_128_GCM", ...; empty before connected().
  std::string srtp_profile() const;

 private:
  std::vector<Bytes> Step();

  SSL* ssl_ = nullptr;
  BIO* output_ = nullptr;
  bool connected_ = false;
  bool closed_ = false;
};

}  // namespace sluice::load
