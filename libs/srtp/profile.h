// The two protection profiles that browsers offer and we take (RFC 5764 §4.1.2, RFC 7714 §14.2).
#pragma once

#include <array>
#include <cstddef>
#include <cstdint>

namespace sluice::srtp {

// The values are those of the DTLS use_srtp extension.
enum class Profile : uint16_t {
  kAes128CmSha1_80 = 0x0001,
  kAeadAes128Gcm = 0x0007,
};

inline constexpr size_t kKeyLength = 16;
inline constexpr size_t kMaxSaltLength = 14;
inline constexpr size_t kAuthKeyLength = 20;  // HMAC-SHA1
inline constexpr size_t kMaxTagLength = 16;
inline constexpr size_t kSrtcpIndexLength = 4;  // E flag and 31-bit index
// What protection adds to a packet, at most.
inline constexpr size_t kMaxRtpOverhead = kMaxTagLength;
inline constexpr size_t kMaxRtcpOverhead = kMaxTagLength + kSrtcpIndexLength;

// Of master and session salt alike, in bytes.
constexpr size_t SaltLength(Profile profile) {
  return profile == Profile::kAeadAes128Gcm ? 12 : 14;
}
constexpr size_t TagLength(Profile profile) { return profile == Profile::kAeadAes128Gcm ? 16 : 10; }

// One direction of a session, as the DTLS handshake yields it.
struct MasterKey {
  Profile profile = Profile::kAeadAes128Gcm;
  std::array<uint8_t, kKeyLength> key{};
  std::array<uint8_t, kMaxSaltLength> salt{};  // the first SaltLength(profile) bytes count
};

}  // namespace sluice::srtp
