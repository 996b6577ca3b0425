#include "libs/rtmp/handshake_digest.h"

#include <openssl/hmac.h>

#include <algorithm>
#include <string_view>

namespace sluice::rtmp {
namespace {

// | time 4 | version 4 | half 764 | half 764 |, and in the half with the digest:
// | where 4 | random | digest 32 | random |. "Where" is the sum of its bytes.
constexpr size_t kFirstHalf = 8;
constexpr size_t kSecondHalf = 772;
constexpr size_t kWhereBytes = 4;
constexpr size_t kRandomBytes = 764 - kWhereBytes - kDigestBytes;

// Texts that every implementation has, each followed by the same 32 bytes.
constexpr std::string_view kClientKey = "Genuine Adobe Flash Player 001";
constexpr std::string_view kServerKey = "Genuine Adobe Flash Media Server 001";
constexpr std::array<uint8_t, 32> kKeyTail = {
    0xf0, 0xee, 0xc2, 0x4a, 0x80, 0x68, 0xbe, 0xe8, 0x2e, 0x00, 0xd0, 0xd1, 0x02, 0x9e, 0x7e, 0x57,
    0x6e, 0xec, 0x5d, 0x2d, 0x29, 0x80, 0x6f, 0xab, 0x93, 0xb8, 0xe6, 0x36, 0xcf, 0xeb, 0x31, 0xae};

Bytes WithTail(std::string_view key) {
  Bytes whole(key.begin(), key.end());
  whole.insert(whole.end(), kKeyTail.begin(), kKeyTail.end());
  return whole;
}

Digest Hmac(ByteView key, ByteView data) {
  Digest digest;
  unsigned int size = 0;
  // Fails only without memory: a digest of zeros, which the client refuses.
  HMAC(EVP_sha256(), key.data(), static_cast<int>(key.size()), data.data(), data.size(),
       digest.data(), &size);
  return digest;
}

size_t PositionOf(ByteView block, DigestScheme scheme) {
  size_t half = scheme == DigestScheme::kFirstHalf ? kFirstHalf : kSecondHalf;
  size_t where = 0;
  for (size_t i = 0; i < kWhereBytes; ++i) where += block[half + i];
  return half + kWhereBytes + where % kRandomBytes;
}

// Over everything but the digest's own place.
Digest DigestOf(ByteView block, size_t position, std::string_view key) {
  Bytes others = ToBytes(block.first(position));
  ByteView behind = block.subspan(position + kDigestBytes);
  others.insert(others.end(), behind.begin(), behind.end());
  return Hmac(AsBytes(key), others);
}

bool IsSigned(ByteView block, DigestScheme scheme, std::string_view key) {
  size_t position = PositionOf(block, scheme);
  Digest right = DigestOf(block, position, key);
  return std::equal(right.begin(), right.end(), block.begin() + static_cast<ptrdiff_t>(position));
}

void Sign(std::span<uint8_t> block, DigestScheme scheme, std::string_view key) {
  size_t position = PositionOf(block, scheme);
  Digest digest = DigestOf(block, position, key);
  std::copy(digest.begin(), digest.end(), block.begin() + static_cast<ptrdiff_t>(position));
}

Digest AnswerOf(ByteView block, const Digest& client_digest) {
  Digest key = Hmac(WithTail(kServerKey), client_digest);
  return Hmac(key, block.first(kHandshakeBlock - kDigestBytes));
}

}  // namespace

std::optional<ClientDigest> FindClientDigest(ByteView block) {
  for (DigestScheme scheme : {DigestScheme::kFirstHalf, DigestScheme::kSecondHalf}) {
    if (!IsSigned(block, scheme, kClientKey)) continue;
    ClientDigest found{scheme, {}};
    ByteView digest = block.subspan(PositionOf(block, scheme), kDigestBytes);
    std::copy(digest.begin(), digest.end(), found.digest.begin());
    return found;
  }
  return std::nullopt;
}

void SignServerBlock(std::span<uint8_t> block, DigestScheme scheme) {
  Sign(block, scheme, kServerKey);
}

void SignServerAnswer(std::span<uint8_t> block, const Digest& client_digest) {
  Digest answer = AnswerOf(block, client_digest);
  std::copy(answer.begin(), answer.end(), block.end() - static_cast<ptrdiff_t>(kDigestBytes));
}

void SignClientBlock(std::span<uint8_t> block, DigestScheme scheme) {
  Sign(block, scheme, kClientKey);
}

bool IsServerBlockSigned(ByteView block, DigestScheme scheme) {
  return IsSigned(block, scheme, kServerKey);
}

bool IsServerAnswerRight(ByteView block, const Digest& client_digest) {
  Digest right = AnswerOf(block, client_digest);
  return std::equal(right.begin(), right.end(), block.end() - static_cast<ptrdiff_t>(kDigestBytes));
}

}  // namespace sluice::rtmp
