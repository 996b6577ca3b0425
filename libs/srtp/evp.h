// OpenSSL's ciphers with contexts that are made once and used for every packet. For this library
// only.
#pragma once

#include <openssl/evp.h>

#include <array>
#include <initializer_list>
#include <memory>
#include <span>

#include "libs/base/bytes.h"
#include "libs/srtp/profile.h"

namespace sluice::srtp {

using Iv = std::array<uint8_t, 16>;  // AES-GCM uses the first 12 bytes
using AesKey = std::span<const uint8_t, kKeyLength>;

struct EvpDeleter {
  void operator()(EVP_CIPHER_CTX* context) const { EVP_CIPHER_CTX_free(context); }
  void operator()(EVP_MAC_CTX* context) const { EVP_MAC_CTX_free(context); }
};
using CipherContext = std::unique_ptr<EVP_CIPHER_CTX, EvpDeleter>;
using MacContext = std::unique_ptr<EVP_MAC_CTX, EvpDeleter>;

// AES-128 in counter mode; encryption and decryption are the same.
class AesCtr {
 public:
  explicit AesCtr(AesKey key);
  bool ok() const { return context_ != nullptr; }
  // out: as long as `in`, or the same memory.
  bool Apply(const Iv& iv, ByteView in, uint8_t* out);

 private:
  CipherContext context_;
};

// AES-128-GCM, in one direction.
class AesGcm {
 public:
  enum class Direction { kSeal, kOpen };
  AesGcm(AesKey key, Direction direction);
  bool ok() const { return context_ != nullptr; }

  using Associated = std::initializer_list<ByteView>;
  // out: as long as `plain`, or the same memory; the tag (16 bytes) goes to `tag`.
  bool Seal(const Iv& iv, Associated associated, ByteView plain, uint8_t* out, uint8_t* tag);
  // False if the tag is wrong; `out` is worthless then.
  bool Open(const Iv& iv, Associated associated, ByteView cipher, ByteView tag, uint8_t* out);

 private:
  bool Begin(const Iv& iv, Associated associated);

  CipherContext context_;
};

// HMAC-SHA1, cut to `tag.size()` bytes.
class HmacSha1 {
 public:
  explicit HmacSha1(std::span<const uint8_t, kAuthKeyLength> key);
  bool ok() const { return context_ != nullptr; }
  bool Compute(std::initializer_list<ByteView> parts, std::span<uint8_t> tag);

 private:
  MacContext context_;
};

}  // namespace sluice::srtp
