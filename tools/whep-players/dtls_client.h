// A DTLS-SRTP client without a socket (RFC 5764): enough to make a server send media. Keys are not
// taken out, and the server's certificate is not checked: this is a load, not a player.
#pragma once

#include <memory>
#include <vector>

#include "libs/base/bytes.h"
#include "libs/dtls/certificate.h"

typedef struct ssl_st SSL;
typedef struct ssl_ctx_st SSL_CTX;

namespace sluice::whep_players {

// Shared by all players of the process.
class DtlsClientContext {
 public:
  // nullptr if OpenSSL fails.
  static std::unique_ptr<DtlsClientContext> Make(const dtls::Certificate& certificate);
  ~DtlsClientContext();
  SSL_CTX* get() const { return context_; }

 private:
  SSL_CTX* context_ = nullptr;
};

class DtlsClient {
 public:
  explicit DtlsClient(const DtlsClientContext& context);
  ~DtlsClient();
  DtlsClient(const DtlsClient&) = delete;
  DtlsClient& operator=(const DtlsClient&) = delete;

  // Each returns the datagrams to send now.
  std::vector<Bytes> Start() { return Handshake(); }
  std::vector<Bytes> OnDatagram(ByteView datagram);
  // Call some times a second: sends a lost flight again.
  std::vector<Bytes> OnTimer();

  bool connected() const { return connected_; }

 private:
  std::vector<Bytes> Handshake();
  std::vector<Bytes> TakeRecords();

  SSL* ssl_ = nullptr;
  bool connected_ = false;
};

}  // namespace sluice::whep_players
