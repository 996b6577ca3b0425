// Either side of a DTLS 1.2 handshake with use_srtp, over memory BIOs.
#pragma once

#include <string>
#include <vector>

#include "absl/status/statusor.h"
#include "libs/base/bytes.h"
#include "libs/srtp/profile.h"

typedef struct ssl_st SSL;
typedef struct ssl_ctx_st SSL_CTX;
typedef struct bio_st BIO;

namespace sluice::load {

enum class SrtpChoice { kAny, kGcm, kCmSha1 };

// One certificate for all players of the process. Aborts if OpenSSL cannot make one.
class DtlsContext {
 public:
  explicit DtlsContext(SrtpChoice offered);
  ~DtlsContext();
  DtlsContext(const DtlsContext&) = delete;
  DtlsContext& operator=(const DtlsContext&) = delete;
  SSL_CTX* ssl_ctx() const { return ssl_ctx_; }
  // "sha-256 AB:CD:..."
  const std::string& fingerprint() const { return fingerprint_; }

 private:
  SSL_CTX* ssl_ctx_ = nullptr;
  std::string fingerprint_;
};

// The sender's master key for what the peer sends to us.
struct SrtpKey {
  Bytes key;
  Bytes salt;
};

class DtlsEndpoint {
 public:
  explicit DtlsEndpoint(const DtlsContext& context);
  ~DtlsEndpoint();
  DtlsEndpoint(const DtlsEndpoint&) = delete;
  DtlsEndpoint& operator=(const DtlsEndpoint&) = delete;

  // Each returns the datagrams to send. active: we begin (the peer's a=setup is passive).
  std::vector<Bytes> Start(bool active);
  std::vector<Bytes> OnDatagram(ByteView datagram);
  // Repeats a lost flight when OpenSSL's timer says so; call every 100 ms or so.
  std::vector<Bytes> OnTick();
  bool connected() const { return connected_; }
  // The server has sent close_notify, or the handshake failed.
  bool closed() const { return closed_; }
  // "SRTP_AEAD_AES_128_GCM", ...; empty before connected().
  std::string srtp_profile() const;
  // RFC 5764 §4.2. Empty before connected().
  SrtpKey RemoteKey() const { return KeyOf(!active_); }
  SrtpKey LocalKey() const { return KeyOf(active_); }
  // The same for libs/srtp. FailedPrecondition: no SRTP profile was agreed on.
  absl::StatusOr<srtp::MasterKey> RemoteMaster() const { return MasterOf(RemoteKey()); }
  absl::StatusOr<srtp::MasterKey> LocalMaster() const { return MasterOf(LocalKey()); }

 private:
  std::vector<Bytes> Step();
  SrtpKey KeyOf(bool client) const;
  absl::StatusOr<srtp::MasterKey> MasterOf(const SrtpKey& key) const;

  SSL* ssl_ = nullptr;
  BIO* output_ = nullptr;
  bool active_ = true;
  bool started_ = false;
  bool connected_ = false;
  bool closed_ = false;
};

}  // namespace sluice::load
