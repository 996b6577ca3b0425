// The initialization vectors of the two profiles.
#pragma once

#include "libs/srtp/evp.h"
#include "libs/srtp/key_derivation.h"

namespace sluice::srtp {

inline void XorBigEndian(uint64_t value, int width, uint8_t* at) {
  for (int i = width - 1; i >= 0; --i, value >>= 8) at[i] ^= static_cast<uint8_t>(value);
}

// RFC 3711 §4.1.1 (AES-CM) and RFC 7714 §8.1, §9.1 (GCM). index: 48 bits of SRTP or 31 of SRTCP.
//
//   AES-CM   0       4       8           14
//            |   -   | SSRC  |   index   | 0 |     XOR 14 bytes of salt
//   GCM        0   2       6           12
//              | - | SSRC  |   index   |           XOR 12 bytes of salt
inline Iv MakeIv(Profile profile, const CipherKeys& keys, uint32_t ssrc, uint64_t index) {
  Iv iv{};
  const size_t salt_length = SaltLength(profile);
  for (size_t i = 0; i < salt_length; ++i) iv[i] = keys.salt[i];
  const size_t ssrc_at = profile == Profile::kAeadAes128Gcm ? 2 : 4;
  XorBigEndian(ssrc, 4, &iv[ssrc_at]);
  XorBigEndian(index, 6, &iv[ssrc_at + 4]);
  return iv;
}

}  // namespace sluice::srtp
