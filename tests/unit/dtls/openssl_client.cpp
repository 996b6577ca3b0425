#include "tests/unit/dtls/openssl_client.h"

#include <openssl/err.h>
#include <openssl/srtp.h>

#include <algorithm>
#include <stdexcept>
#include <utility>

namespace sluice::dtls {

struct OpensslClient::Io {
  static OpensslClient& Of(BIO* bio) { return *static_cast<OpensslClient*>(BIO_get_data(bio)); }
  static int Write(BIO* bio, const char* bytes, int size) {
    const auto* begin = reinterpret_cast<const uint8_t*>(bytes);
    Of(bio).output_.emplace_back(begin, begin + size);
    return size;
  }
  static int Read(BIO* bio, char* out, int size) {
    BIO_clear_retry_flags(bio);
    ByteView input = std::exchange(Of(bio).input_, {});
    if (input.empty()) {
      BIO_set_retry_read(bio);
      return -1;
    }
    const size_t count = std::min(input.size(), static_cast<size_t>(size));
    std::copy_n(input.begin(), count, reinterpret_cast<uint8_t*>(out));
    return static_cast<int>(count);
  }
  static long Control(BIO*, int command, long, void*) { return command == BIO_CTRL_FLUSH ? 1 : 0; }
  static BIO_METHOD* Method() {
    static BIO_METHOD* const method = [] {
      BIO_METHOD* made = BIO_meth_new(BIO_get_new_index() | BIO_TYPE_SOURCE_SINK, "test");
      BIO_meth_set_write(made, &Write);
      BIO_meth_set_read(made, &Read);
      BIO_meth_set_ctrl(made, &Control);
      return made;
    }();
    return method;
  }
};

OpensslClient::OpensslClient(Settings settings)
    : certificate_(Certificate::MakeSelfSigned(absl::Now()).value()),
      ctx_(SSL_CTX_new(DTLS_client_method())) {
  SSL_CTX_set_options(ctx_, SSL_OP_NO_QUERY_MTU);
  if (settings.show_certificate) {
    SSL_CTX_use_certificate(ctx_, certificate_->x509());
    SSL_CTX_use_PrivateKey(ctx_, certificate_->key());
  }
  if (!settings.srtp_profiles.empty() &&
      SSL_CTX_set_tlsext_use_srtp(ctx_, settings.srtp_profiles.c_str()) != 0) {
    throw std::runtime_error("SRTP profiles");
  }
  ssl_ = SSL_new(ctx_);
  BIO* bio = BIO_new(Io::Method());
  BIO_set_data(bio, this);
  BIO_set_init(bio, 1);
  SSL_set_bio(ssl_, bio, bio);
  SSL_set_connect_state(ssl_);
  SSL_set_cipher_list(ssl_, settings.ciphers.c_str());
  SSL_set_mtu(ssl_, settings.mtu);
  // Makes the ClientHello long, as key shares do in browsers.
  const Bytes protocols(200, 1);
  SSL_set_alpn_protos(ssl_, protocols.data(), static_cast<unsigned int>(protocols.size()));
  SSL_set_app_data(ssl_, this);
  DTLS_set_timer_cb(ssl_, [](SSL* ssl, unsigned int) -> unsigned int {
    constexpr unsigned int kAtOnce = 1;  // us
    constexpr unsigned int kNever = 3'600'000'000;
    auto* client = static_cast<OpensslClient*>(SSL_get_app_data(ssl));
    return std::exchange(client->repeat_next_flight_, false) ? kAtOnce : kNever;
  });
}

OpensslClient::~OpensslClient() {
  SSL_free(ssl_);
  SSL_CTX_free(ctx_);
}

std::vector<Bytes> OpensslClient::Handshake() {
  ERR_clear_error();
  const int result = SSL_do_handshake(ssl_);
  if (result != 1 && SSL_get_error(ssl_, result) != SSL_ERROR_WANT_READ) failed_ = true;
  if (result == 1) {
    char unused[100];
    SSL_read(ssl_, unused, sizeof(unused));
  }
  return std::exchange(output_, {});
}

std::vector<Bytes> OpensslClient::OnDatagram(ByteView datagram) {
  input_ = datagram;
  return Handshake();
}

std::vector<Bytes> OpensslClient::Close() {
  SSL_shutdown(ssl_);
  return std::exchange(output_, {});
}

Fingerprint OpensslClient::PeerFingerprint() const {
  Fingerprint fingerprint;
  unsigned int length = 0;
  X509* peer = SSL_get1_peer_certificate(ssl_);
  if (peer != nullptr) X509_digest(peer, EVP_sha256(), fingerprint.sha256.data(), &length);
  X509_free(peer);
  return fingerprint;
}

uint16_t OpensslClient::srtp_profile() const {
  const SRTP_PROTECTION_PROFILE* profile = SSL_get_selected_srtp_profile(ssl_);
  return profile != nullptr ? static_cast<uint16_t>(profile->id) : uint16_t{0};
}

Bytes OpensslClient::KeyingMaterial(size_t salt_length) const {
  Bytes material(2 * (16 + salt_length));
  constexpr std::string_view kLabel = "EXTRACTOR-dtls_srtp";
  SSL_export_keying_material(ssl_, material.data(), material.size(), kLabel.data(), kLabel.size(),
                             nullptr, 0, 0);
  return material;
}

}  // namespace sluice::dtls
