#include "libs/dtls/certificate.h"

#include <openssl/evp.h>
#include <openssl/rand.h>
#include <openssl/x509.h>

#include <cctype>

#include "libs/dtls/openssl_error.h"

namespace sluice::dtls {
namespace {

constexpr absl::Duration kClockTolerance = absl::Hours(24);
constexpr absl::Duration kLifetime = absl::Hours(30 * 24);

bool FillIn(X509* x509, EVP_PKEY* key, absl::Time now) {
  uint64_t serial = 0;
  if (RAND_bytes(reinterpret_cast<unsigned char*>(&serial), sizeof(serial)) != 1) return false;
  X509_NAME* name = X509_get_subject_name(x509);
  const auto* common_name = reinterpret_cast<const unsigned char*>("sluice");
  return X509_set_version(x509, X509_VERSION_3) == 1 &&
         ASN1_INTEGER_set_uint64(X509_get_serialNumber(x509), serial >> 1) == 1 &&
         ASN1_TIME_set(X509_getm_notBefore(x509), absl::ToTimeT(now - kClockTolerance)) &&
         ASN1_TIME_set(X509_getm_notAfter(x509), absl::ToTimeT(now + kLifetime)) &&
         X509_NAME_add_entry_by_txt(name, "CN", MBSTRING_ASC, common_name, -1, -1, 0) == 1 &&
         X509_set_issuer_name(x509, name) == 1 && X509_set_pubkey(x509, key) == 1 &&
         X509_sign(x509, key, EVP_sha256()) != 0;
}

int HexDigit(char c) {
  if (c >= '0' && c <= '9') return c - '0';
  const int lower = std::tolower(static_cast<unsigned char>(c));
  return lower >= 'a' && lower <= 'f' ? lower - 'a' + 10 : -1;
}

bool StartsWithIgnoringCase(std::string_view text, std::string_view prefix) {
  if (text.size() < prefix.size()) return false;
  for (size_t i = 0; i < prefix.size(); ++i) {
    if (std::tolower(static_cast<unsigned char>(text[i])) != prefix[i]) return false;
  }
  return true;
}

}  // namespace

std::string Fingerprint::ToString() const {
  constexpr std::string_view kDigits = "0123456789ABCDEF";
  std::string text;
  for (uint8_t byte : sha256) {
    if (!text.empty()) text += ':';
    text += kDigits[byte >> 4];
    text += kDigits[byte & 15];
  }
  return text;
}

std::optional<Fingerprint> Fingerprint::Parse(std::string_view attribute) {
  constexpr std::string_view kHashName = "sha-256 ";
  Fingerprint fingerprint;
  const size_t text_length = fingerprint.sha256.size() * 3 - 1;
  if (!StartsWithIgnoringCase(attribute, kHashName)) return std::nullopt;
  attribute.remove_prefix(kHashName.size());
  if (attribute.size() != text_length) return std::nullopt;
  for (size_t i = 0; i < fingerprint.sha256.size(); ++i) {
    const int high = HexDigit(attribute[3 * i]);
    const int low = HexDigit(attribute[3 * i + 1]);
    const bool separated = 3 * i + 2 == text_length || attribute[3 * i + 2] == ':';
    if (high < 0 || low < 0 || !separated) return std::nullopt;
    fingerprint.sha256[i] = static_cast<uint8_t>(high << 4 | low);
  }
  return fingerprint;
}

absl::StatusOr<std::shared_ptr<const Certificate>> Certificate::MakeSelfSigned(absl::Time now) {
  std::shared_ptr<Certificate> certificate(new Certificate());
  certificate->key_ = EVP_EC_gen("P-256");
  certificate->x509_ = X509_new();
  unsigned int length = 0;
  if (certificate->key_ == nullptr || certificate->x509_ == nullptr ||
      !FillIn(certificate->x509_, certificate->key_, now) ||
      X509_digest(certificate->x509_, EVP_sha256(), certificate->fingerprint_.sha256.data(),
                  &length) != 1) {
    return OpensslError("making the DTLS certificate");
  }
  return certificate;
}

Certificate::~Certificate() {
  X509_free(x509_);
  EVP_PKEY_free(key_);
}

}  // namespace sluice::dtls
