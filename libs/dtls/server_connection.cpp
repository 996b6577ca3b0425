// OpenSSL's own retransmission timer reads the system's clock, so it is set to never expire and
// the last flight is repeated from here. A repeated record has its old sequence number: a peer
// that has seen it drops it as a replay, a peer that has not takes it (RFC 6347 §4.1.2.6).
#include "libs/dtls/server_connection.h"

#include <openssl/srtp.h>
#include <openssl/ssl.h>
#include <openssl/x509.h>

#include <algorithm>
#include <array>

#include "libs/dtls/openssl_error.h"

namespace sluice::dtls {

// The callbacks through which OpenSSL sees a ServerConnection.
struct ConnectionIo {
  static ServerConnection& Of(BIO* bio) {
    return *static_cast<ServerConnection*>(BIO_get_data(bio));
  }

  // OpenSSL fills its buffer of one datagram (dtls1_do_write) before it writes: one write, one
  // datagram.
  static int Write(BIO* bio, const char* bytes, int size) {
    ServerConnection& connection = Of(bio);
    const auto* begin = reinterpret_cast<const uint8_t*>(bytes);
    connection.output_.emplace_back(begin, begin + size);
    return size;
  }

  static int Read(BIO* bio, char* out, int size) {
    BIO_clear_retry_flags(bio);
    ByteView& input = Of(bio).input_;
    if (input.empty()) {
      BIO_set_retry_read(bio);
      return -1;
    }
    const size_t count = std::min(input.size(), static_cast<size_t>(size));
    std::copy_n(input.begin(), count, reinterpret_cast<uint8_t*>(out));
    input = {};  // as a socket does: what does not fit is gone
    return static_cast<int>(count);
  }

  static long Control(BIO*, int command, long, void*) { return command == BIO_CTRL_FLUSH ? 1 : 0; }

  static BIO_METHOD* Method() {
    static BIO_METHOD* const method = [] {
      BIO_METHOD* made = BIO_meth_new(BIO_get_new_index() | BIO_TYPE_SOURCE_SINK, "datagrams");
      BIO_meth_set_write(made, &Write);
      BIO_meth_set_read(made, &Read);
      BIO_meth_set_ctrl(made, &Control);
      return made;
    }();
    return method;
  }

  // The certificate is self-signed; what proves it is the fingerprint in the SDP (RFC 8122 §6.2).
  static int VerifyPeer(X509_STORE_CTX* store, void*) {
    auto* ssl =
        static_cast<SSL*>(X509_STORE_CTX_get_ex_data(store, SSL_get_ex_data_X509_STORE_CTX_idx()));
    auto& connection = *static_cast<ServerConnection*>(SSL_get_app_data(ssl));
    Fingerprint seen;
    unsigned int length = 0;
    if (X509_digest(X509_STORE_CTX_get0_cert(store), EVP_sha256(), seen.sha256.data(), &length) ==
            1 &&
        seen == connection.peer_) {
      return 1;
    }
    connection.state_ = ServerConnection::State::kFingerprintMismatch;
    X509_STORE_CTX_set_error(store, X509_V_ERR_CERT_REJECTED);
    return 0;
  }

  static unsigned int NeverExpires(SSL*, unsigned int) { return 3'600'000'000; }  // us: an hour
};

void ServerConnection::PrepareContext(SSL_CTX* ctx) {
  SSL_CTX_set_verify(ctx, SSL_VERIFY_PEER | SSL_VERIFY_FAIL_IF_NO_PEER_CERT, nullptr);
  SSL_CTX_set_cert_verify_callback(ctx, &ConnectionIo::VerifyPeer, nullptr);
}

absl::StatusOr<std::unique_ptr<ServerConnection>> ServerConnection::Make(
    std::shared_ptr<const ServerContext> context, const Fingerprint& peer, Instant now) {
  std::unique_ptr<ServerConnection> connection(new ServerConnection());
  connection->peer_ = peer;
  connection->handshake_deadline_ = now + kHandshakeTimeout;
  connection->ssl_ = SSL_new(context->ssl_ctx());
  connection->context_ = std::move(context);
  BIO* bio = BIO_new(ConnectionIo::Method());
  if (connection->ssl_ == nullptr || bio == nullptr) {
    BIO_free(bio);
    return OpensslError("making a DTLS connection");
  }
  BIO_set_data(bio, connection.get());
  BIO_set_init(bio, 1);
  SSL* ssl = connection->ssl_;
  SSL_set_bio(ssl, bio, bio);
  SSL_set_app_data(ssl, connection.get());
  SSL_set_accept_state(ssl);
  SSL_set_mtu(ssl, kMaxDatagram);
  DTLS_set_timer_cb(ssl, &ConnectionIo::NeverExpires);
  return connection;
}

ServerConnection::~ServerConnection() { SSL_free(ssl_); }

void ServerConnection::OnDatagram(ByteView datagram, Instant now) {
  if (state_ != State::kHandshaking && state_ != State::kConnected) return;
  if (finished_) return OnFinishedAssociation(datagram);
  const size_t before = output_.size();
  input_ = datagram;
  ERR_clear_error();
  SSL_alloc_buffers(ssl_);
  if (state_ == State::kHandshaking) Handshake();
  if (state_ == State::kConnected) ReadRecords();
  input_ = {};
  KeepFlight(before, now);
  if (state_ != State::kHandshaking) LeaveOpenssl();
}

// After the handshake, as soon as nothing is left for OpenSSL to do.
void ServerConnection::LeaveOpenssl() {
  if (state_ == State::kConnected) finished_ = FinishedAssociation::From(ssl_);
  if (state_ == State::kConnected && !finished_) {
    flight_ = {};  // it repeats its last flight itself
    return ReleaseBuffers();
  }
  SSL_free(ssl_);
  ssl_ = nullptr;
}

void ServerConnection::OnFinishedAssociation(ByteView datagram) {
  switch (finished_->OnDatagram(datagram)) {
    case FinishedAssociation::Said::kNothing:
      return;
    case FinishedAssociation::Said::kFinishedAgain:  // RFC 6347 §4.2.4
      output_.insert(output_.end(), flight_.begin(), flight_.end());
      return;
    case FinishedAssociation::Said::kClosed:
      return Close();
    case FinishedAssociation::Said::kFatalAlert:
      return Fail("the peer sent a fatal alert");
  }
}

// OpenSSL's two record buffers are 33 kB, and SSL_MODE_RELEASE_BUFFERS is not for DTLS. Whatever
// calls OpenSSL afterwards asks for them again: its writing half takes them for granted.
void ServerConnection::ReleaseBuffers() { SSL_free_buffers(ssl_); }

void ServerConnection::Handshake() {
  const int result = SSL_do_handshake(ssl_);
  if (result == 1) {
    FinishHandshake();
  } else if (state_ == State::kHandshaking && SSL_get_error(ssl_, result) != SSL_ERROR_WANT_READ) {
    Fail(TakeOpensslReason());
  }
  ERR_clear_error();
}

void ServerConnection::FinishHandshake() {
  const SRTP_PROTECTION_PROFILE* profile = SSL_get_selected_srtp_profile(ssl_);
  if (profile == nullptr) return Fail("no common SRTP profile");
  const auto id = static_cast<srtp::Profile>(profile->id);
  const size_t salt_length = srtp::SaltLength(id);
  // RFC 5764 §4.2: client key, server key, client salt, server salt.
  constexpr std::string_view kLabel = "EXTRACTOR-dtls_srtp";
  Bytes material(2 * (srtp::kKeyLength + salt_length));
  if (SSL_export_keying_material(ssl_, material.data(), material.size(), kLabel.data(),
                                 kLabel.size(), nullptr, 0, 0) != 1) {
    return Fail("no keying material: " + TakeOpensslReason());
  }
  auto from = material.cbegin();
  auto take = [&](auto& to, size_t count) {
    std::copy_n(from, count, to.begin());
    from += static_cast<long>(count);
  };
  srtp_keys_.send.profile = srtp_keys_.receive.profile = id;
  take(srtp_keys_.receive.key, srtp::kKeyLength);
  take(srtp_keys_.send.key, srtp::kKeyLength);
  take(srtp_keys_.receive.salt, salt_length);
  take(srtp_keys_.send.salt, salt_length);
  state_ = State::kConnected;
}

// Application data is not part of our profile and is dropped. A repeated Finished of the peer makes
// OpenSSL repeat our last flight (RFC 6347 §4.2.4).
void ServerConnection::ReadRecords() {
  std::array<uint8_t, 1024> unused;
  int result = 0;
  do {
    result = SSL_read(ssl_, unused.data(), static_cast<int>(unused.size()));
  } while (result > 0);
  const int error = SSL_get_error(ssl_, result);
  if (error == SSL_ERROR_ZERO_RETURN) {
    Close();
  } else if (error != SSL_ERROR_WANT_READ) {
    Fail(TakeOpensslReason());
  }
  ERR_clear_error();
}

void ServerConnection::KeepFlight(size_t first_datagram, Instant now) {
  if (first_datagram == output_.size()) return;
  flight_.assign(output_.begin() + static_cast<long>(first_datagram), output_.end());
  retransmit_after_ = kFirstRetransmission;
  retransmit_at_ = now + retransmit_after_;
}

std::optional<Instant> ServerConnection::next_timeout() const {
  if (state_ != State::kHandshaking) return std::nullopt;
  return flight_.empty() ? handshake_deadline_ : std::min(retransmit_at_, handshake_deadline_);
}

void ServerConnection::OnTimeout(Instant now) {
  if (state_ != State::kHandshaking) return;
  if (now >= handshake_deadline_) return Fail("the handshake took too long");
  if (flight_.empty() || now < retransmit_at_) return;
  output_.insert(output_.end(), flight_.begin(), flight_.end());
  retransmit_after_ = std::min(2 * retransmit_after_, kMaxRetransmission);
  retransmit_at_ = now + retransmit_after_;
}

void ServerConnection::Close() {
  if (state_ == State::kConnected && finished_) {
    output_.push_back(finished_->MakeCloseNotify());
  } else if (state_ == State::kConnected) {
    SSL_alloc_buffers(ssl_);
    SSL_shutdown(ssl_);
    ReleaseBuffers();
  }
  if (state_ == State::kConnected || state_ == State::kHandshaking) state_ = State::kClosed;
}

void ServerConnection::Fail(std::string failure) {
  state_ = State::kFailed;
  failure_ = std::move(failure);
}

std::vector<Bytes> ServerConnection::TakeDatagrams() { return std::exchange(output_, {}); }

}  // namespace sluice::dtls
