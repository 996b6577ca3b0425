#include "libs/stun/hmac_sha1.h"

// OpenSSL 3 deprecates the plain SHA-1 functions in favour of EVP, which allocates for every
// message.
#define OPENSSL_SUPPRESS_DEPRECATED
#include <openssl/crypto.h>
#include <openssl/sha.h>

#include <algorithm>

namespace sluice::stun {
namespace {

constexpr size_t kBlock = SHA_CBLOCK;
using Block = std::array<uint8_t, kBlock>;

Block PaddedKey(std::string_view key) {
  Block block{};
  if (key.size() > kBlock) {
    SHA1(reinterpret_cast<const uint8_t*>(key.data()), key.size(), block.data());
  } else {
    std::copy(key.begin(), key.end(), block.begin());
  }
  return block;
}

Sha1Digest Hash(const Block& key, uint8_t pad, std::span<const ByteView> parts) {
  Block padded;
  for (size_t i = 0; i < kBlock; ++i) padded[i] = key[i] ^ pad;
  SHA_CTX context;
  SHA1_Init(&context);
  SHA1_Update(&context, padded.data(), padded.size());
  for (ByteView part : parts) SHA1_Update(&context, part.data(), part.size());
  Sha1Digest digest;
  SHA1_Final(digest.data(), &context);
  return digest;
}

}  // namespace

Sha1Digest HmacSha1(std::string_view key, std::span<const ByteView> parts) {
  const Block padded = PaddedKey(key);
  const Sha1Digest inner = Hash(padded, 0x36, parts);
  const ByteView inner_part(inner);
  return Hash(padded, 0x5c, {&inner_part, 1});
}

bool AreEqual(const Sha1Digest& a, ByteView b) {
  return b.size() == a.size() && CRYPTO_memcmp(a.data(), b.data(), a.size()) == 0;
}

}  // namespace sluice::stun
