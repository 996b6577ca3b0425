// The certificate a daemon shows in DTLS, and the fingerprint that SDP carries (RFC 8122 §5).
#pragma once

#include <array>
#include <memory>
#include <optional>
#include <string>
#include <string_view>

#include "absl/status/statusor.h"
#include "absl/time/time.h"

typedef struct x509_st X509;
typedef struct evp_pkey_st EVP_PKEY;

namespace sluice::dtls {

// SHA-256 of a certificate in DER.
struct Fingerprint {
  std::array<uint8_t, 32> sha256{};

  // "AB:CD:...", upper case, as in a=fingerprint:sha-256.
  std::string ToString() const;
  // The value behind "a=fingerprint:": "sha-256 AB:CD:...", hash name and digits in any case.
  // nullopt for another hash function or a wrong length.
  static std::optional<Fingerprint> Parse(std::string_view attribute);

  friend bool operator==(const Fingerprint&, const Fingerprint&) = default;
};

// An ECDSA P-256 key with a self-signed certificate. Immutable; any thread.
class Certificate {
 public:
  // Valid from a day before `now` (peers' clocks differ) for 30 days. Internal if OpenSSL fails.
  static absl::StatusOr<std::shared_ptr<const Certificate>> MakeSelfSigned(absl::Time now);
  ~Certificate();

  const Fingerprint& fingerprint() const { return fingerprint_; }
  X509* x509() const { return x509_; }
  EVP_PKEY* key() const { return key_; }

 private:
  Certificate() = default;

  X509* x509_ = nullptr;
  EVP_PKEY* key_ = nullptr;
  Fingerprint fingerprint_;
};

}  // namespace sluice::dtls
