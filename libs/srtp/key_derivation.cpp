#include "libs/srtp/key_derivation.h"

#include <algorithm>

#include "libs/srtp/evp.h"

namespace sluice::srtp {
namespace {

// RFC 3711 §4.3.1 and §4.3.2.
enum Label : uint8_t {
  kRtpEncryption = 0,
  kRtpAuthentication = 1,
  kRtpSalt = 2,
  kRtcpEncryption = 3,
  kRtcpAuthentication = 4,
  kRtcpSalt = 5,
};

// The key stream of AES-CM at (salt XOR label * 2^48) * 2^16.
bool Derive(AesCtr& cipher, const MasterKey& master, Label label, std::span<uint8_t> out) {
  Iv iv{};
  std::copy_n(master.salt.begin(), SaltLength(master.profile), iv.begin());
  iv[7] ^= label;
  std::fill(out.begin(), out.end(), uint8_t{0});
  return cipher.Apply(iv, out, out.data());
}

}  // namespace

absl::StatusOr<SessionKeys> DeriveSessionKeys(const MasterKey& master) {
  AesCtr cipher(master.key);
  SessionKeys keys{.profile = master.profile};
  auto salt = [&](CipherKeys& of) { return std::span(of.salt).first(SaltLength(master.profile)); };
  if (!cipher.ok() || !Derive(cipher, master, kRtpEncryption, keys.rtp.key) ||
      !Derive(cipher, master, kRtpAuthentication, keys.rtp.auth_key) ||
      !Derive(cipher, master, kRtpSalt, salt(keys.rtp)) ||
      !Derive(cipher, master, kRtcpEncryption, keys.rtcp.key) ||
      !Derive(cipher, master, kRtcpAuthentication, keys.rtcp.auth_key) ||
      !Derive(cipher, master, kRtcpSalt, salt(keys.rtcp))) {
    return absl::InternalError("SRTP key derivation: AES is not available");
  }
  return keys;
}

}  // namespace sluice::srtp
