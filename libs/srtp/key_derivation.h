// Session keys from a master key (RFC 3711 §4.3, RFC 7714 §11).
#pragma once

#include "absl/status/statusor.h"
#include "libs/srtp/profile.h"

namespace sluice::srtp {

// What encrypts one kind of packet in one direction.
struct CipherKeys {
  std::array<uint8_t, kKeyLength> key{};
  std::array<uint8_t, kMaxSaltLength> salt{};      // the first SaltLength(profile) bytes count
  std::array<uint8_t, kAuthKeyLength> auth_key{};  // kAes128CmSha1_80 only
};

struct SessionKeys {
  Profile profile = Profile::kAeadAes128Gcm;
  CipherKeys rtp;
  CipherKeys rtcp;
};

// AES-CM with a key derivation rate of zero. Internal only if OpenSSL cannot be used.
absl::StatusOr<SessionKeys> DeriveSessionKeys(const MasterKey& master);

}  // namespace sluice::srtp
