#include "tools/sluice-load/dtls_endpoint.h"

#include <openssl/ec.h>
#include <openssl/err.h>
#include <openssl/ssl.h>
#include <openssl/x509.h>

#include <algorithm>
#include <cstdlib>

#include "absl/strings/str_format.h"

namespace sluice::load {
namespace {

// A record header ends a datagram: a memory BIO joins writes, so records are told apart by their
// length field.
constexpr size_t kRecordHeader = 13;
constexpr long kMtu = 1200;

X509* MakeCertificate(EVP_PKEY* key) {
  X509* x509 = X509_new();
  ASN1_INTEGER_set(X509_get_serialNumber(x509), 1);
  X509_gmtime_adj(X509_getm_notBefore(x509), -86400);
  X509_gmtime_adj(X509_getm_notAfter(x509), 86400L * 30);
  X509_set_pubkey(x509, key);
  X509_NAME* name = X509_get_subject_name(x509);
  X509_NAME_add_entry_by_txt(name, "CN", MBSTRING_ASC,
                             reinterpret_cast<const uint8_t*>("sluice-load"), -1, -1, 0);
  X509_set_issuer_name(x509, name);
  if (X509_sign(x509, key, EVP_sha256()) == 0) std::abort();
  return x509;
}

std::string FingerprintOf(const X509* x509) {
  uint8_t digest[EVP_MAX_MD_SIZE];
  unsigned size = 0;
  X509_digest(x509, EVP_sha256(), digest, &size);
  std::string text = "sha-256 ";
  for (unsigned i = 0; i < size; ++i)
    absl::StrAppendFormat(&text, i == 0 ? "%02X" : ":%02X", digest[i]);
  return text;
}

const char* ProfileNames(SrtpChoice offered) {
  switch (offered) {
    case SrtpChoice::kGcm:
      return "SRTP_AEAD_AES_128_GCM";
    case SrtpChoice::kCmSha1:
      return "SRTP_AES128_CM_SHA1_80";
    default:
      return "SRTP_AEAD_AES_128_GCM:SRTP_AES128_CM_SHA1_80";
  }
}

}  // namespace

DtlsContext::DtlsContext(SrtpChoice offered) {
  EVP_PKEY* key = EVP_EC_gen("P-256");
  X509* x509 = MakeCertificate(key);
  fingerprint_ = FingerprintOf(x509);
  ssl_ctx_ = SSL_CTX_new(DTLS_method());
  SSL_CTX_use_certificate(ssl_ctx_, x509);
  SSL_CTX_use_PrivateKey(ssl_ctx_, key);
  SSL_CTX_set_verify(ssl_ctx_, SSL_VERIFY_NONE, nullptr);  // a load generator trusts what it loads
  if (SSL_CTX_set_tlsext_use_srtp(ssl_ctx_, ProfileNames(offered)) != 0) std::abort();
  X509_free(x509);
  EVP_PKEY_free(key);
}

DtlsContext::~DtlsContext() { SSL_CTX_free(ssl_ctx_); }

DtlsEndpoint::DtlsEndpoint(const DtlsContext& context) : ssl_(SSL_new(context.ssl_ctx())) {
  BIO* input = BIO_new(BIO_s_mem());
  output_ = BIO_new(BIO_s_mem());
  BIO_set_mem_eof_return(input, -1);
  BIO_set_mem_eof_return(output_, -1);
  SSL_set_bio(ssl_, input, output_);
  SSL_set_options(ssl_, SSL_OP_NO_QUERY_MTU);
  SSL_set_mtu(ssl_, kMtu);
}

DtlsEndpoint::~DtlsEndpoint() { SSL_free(ssl_); }

std::vector<Bytes> DtlsEndpoint::Start(bool active) {
  active_ = active;
  started_ = true;
  if (active) {
    SSL_set_connect_state(ssl_);
  } else {
    SSL_set_accept_state(ssl_);
  }
  return Step();
}

std::vector<Bytes> DtlsEndpoint::OnDatagram(ByteView datagram) {
  if (!started_) return {};
  BIO_write(SSL_get_rbio(ssl_), datagram.data(), static_cast<int>(datagram.size()));
  return Step();
}

std::vector<Bytes> DtlsEndpoint::OnTick() {
  if (!started_ || connected_ || closed_) return {};
  DTLSv1_handle_timeout(ssl_);
  return Step();
}

std::vector<Bytes> DtlsEndpoint::Step() {
  ERR_clear_error();
  if (!connected_) {
    int result = SSL_do_handshake(ssl_);
    connected_ = result == 1;
    int error = SSL_get_error(ssl_, result);
    if (!connected_ && error != SSL_ERROR_WANT_READ && error != SSL_ERROR_WANT_WRITE)
      closed_ = true;
  } else {
    uint8_t ignored[1500];
    int got = SSL_read(ssl_, ignored, sizeof(ignored));
    if (got <= 0 && SSL_get_error(ssl_, got) == SSL_ERROR_ZERO_RETURN) closed_ = true;
  }
  const uint8_t* data = nullptr;
  auto size = static_cast<size_t>(BIO_get_mem_data(output_, &data));
  std::vector<Bytes> datagrams;
  for (size_t at = 0; at + kRecordHeader <= size;) {
    size_t length = kRecordHeader + (static_cast<size_t>(data[at + 11]) << 8 | data[at + 12]);
    datagrams.emplace_back(data + at, data + std::min(size, at + length));
    at += length;
  }
  BIO_reset(output_);
  return datagrams;
}

std::string DtlsEndpoint::srtp_profile() const {
  const SRTP_PROTECTION_PROFILE* profile =
      connected_ ? SSL_get_selected_srtp_profile(ssl_) : nullptr;
  return profile == nullptr ? "" : profile->name;
}

SrtpKey DtlsEndpoint::KeyOf(bool client) const {
  if (!connected_) return {};
  constexpr size_t kKey = 16;
  const size_t salt = srtp_profile() == "SRTP_AEAD_AES_128_GCM" ? 12 : 14;
  constexpr std::string_view kLabel = "EXTRACTOR-dtls_srtp";
  // client key, server key, client salt, server salt
  Bytes material(2 * (kKey + salt));
  if (SSL_export_keying_material(ssl_, material.data(), material.size(), kLabel.data(),
                                 kLabel.size(), nullptr, 0, 0) != 1) {
    return {};
  }
  const uint8_t* key = material.data() + (client ? 0 : kKey);
  const uint8_t* salts = material.data() + 2 * kKey + (client ? 0 : salt);
  return {Bytes(key, key + kKey), Bytes(salts, salts + salt)};
}

absl::StatusOr<srtp::MasterKey> DtlsEndpoint::MasterOf(const SrtpKey& key) const {
  srtp::MasterKey master{.profile = srtp_profile() == "SRTP_AEAD_AES_128_GCM"
                                        ? srtp::Profile::kAeadAes128Gcm
                                        : srtp::Profile::kAes128CmSha1_80};
  if (key.key.size() != master.key.size() || key.salt.size() > master.salt.size() ||
      srtp_profile().empty()) {
    return absl::FailedPreconditionError("no SRTP profile was agreed on");
  }
  std::copy(key.key.begin(), key.key.end(), master.key.begin());
  std::copy(key.salt.begin(), key.salt.end(), master.salt.begin());
  return master;
}

}  // namespace sluice::load
