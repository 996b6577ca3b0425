// DTLS 1.2 in the passive role with use_srtp (RFC 6347, RFC 5764), over OpenSSL, without I/O.
#pragma once

#include <memory>
#include <optional>
#include <string>
#include <vector>

#include "absl/status/statusor.h"
#include "libs/base/bytes.h"
#include "libs/base/instant.h"
#include "libs/dtls/certificate.h"
#include "libs/dtls/finished_association.h"
#include "libs/dtls/server_context.h"
#include "libs/srtp/profile.h"

typedef struct ssl_st SSL;

namespace sluice::dtls {

struct SrtpKeys {
  srtp::MasterKey send;
  srtp::MasterKey receive;
};

// One handshake and the association that follows. It carries no application data: only SRTP keys
// and the peer's close_notify come out of it. One thread.
class ServerConnection {
 public:
  enum class State {
    kHandshaking,
    kConnected,            // srtp_keys() are there
    kClosed,               // by the peer's close_notify, or by Close()
    kFailed,               // see failure()
    kFingerprintMismatch,  // the peer is not the one that made the offer
  };
  // No datagram we send is longer, in bytes.
  static constexpr int kMaxDatagram = 1200;
  // First retransmission timer; doubles up to kMaxRetransmission. Shorter than RFC 6347's 1 s:
  // the path has just been proved by ICE, and a lost flight delays the picture.
  static constexpr Duration kFirstRetransmission = 100ms;
  static constexpr Duration kMaxRetransmission = 1600ms;
  // A handshake that takes longer, from the first call on, has failed.
  static constexpr Duration kHandshakeTimeout = 15s;

  // `context` is kept alive. peer: what the peer's certificate must hash to. Internal if OpenSSL
  // has no memory.
  static absl::StatusOr<std::unique_ptr<ServerConnection>> Make(
      std::shared_ptr<const ServerContext> context, const Fingerprint& peer, Instant now);
  ~ServerConnection();
  ServerConnection(const ServerConnection&) = delete;
  ServerConnection& operator=(const ServerConnection&) = delete;

  // Takes one datagram, any bytes: what is not valid DTLS is dropped. Look at state() and
  // TakeDatagrams() afterwards.
  void OnDatagram(ByteView datagram, Instant now);
  // When OnTimeout() wants to be called; nullopt = not at all.
  std::optional<Instant> next_timeout() const;
  // Repeats the last flight if it is due. Calling it too early does nothing.
  void OnTimeout(Instant now);
  // Sends close_notify if connected. state() is kClosed then, unless it has failed before.
  void Close();

  // What is to be sent, one element per datagram, in order. At most one flight: about 2 kB.
  std::vector<Bytes> TakeDatagrams();

  State state() const { return state_; }
  // For the log; empty unless kFailed.
  const std::string& failure() const { return failure_; }
  // From kConnected on.
  const SrtpKeys& srtp_keys() const { return srtp_keys_; }

 private:
  friend class ServerContext;
  friend struct ConnectionIo;

  ServerConnection() = default;
  static void PrepareContext(ssl_ctx_st* ctx);

  void Handshake();
  void FinishHandshake();
  void LeaveOpenssl();
  void ReadRecords();
  void OnFinishedAssociation(ByteView datagram);
  void ReleaseBuffers();
  void KeepFlight(size_t first_datagram, Instant now);
  void Fail(std::string failure);

  std::shared_ptr<const ServerContext> context_;
  SSL* ssl_ = nullptr;  // nullptr once finished_ is there
  std::optional<FinishedAssociation> finished_;
  Fingerprint peer_;
  State state_ = State::kHandshaking;
  std::string failure_;
  SrtpKeys srtp_keys_;

  ByteView input_;             // what is left of the datagram being read
  std::vector<Bytes> output_;  // not yet taken
  std::vector<Bytes> flight_;  // repeated until the peer answers; the last one when it asks
  Instant handshake_deadline_{};
  Instant retransmit_at_{};
  Duration retransmit_after_ = kFirstRetransmission;
};

}  // namespace sluice::dtls
