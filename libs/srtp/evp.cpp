#include "libs/srtp/evp.h"

#include <openssl/core_names.h>
#include <openssl/params.h>

#include <algorithm>

namespace sluice::srtp {
namespace {

constexpr size_t kSha1Length = 20;

int Size(ByteView bytes) { return static_cast<int>(bytes.size()); }

}  // namespace

AesCtr::AesCtr(AesKey key) : context_(EVP_CIPHER_CTX_new()) {
  if (context_ &&
      EVP_EncryptInit_ex(context_.get(), EVP_aes_128_ctr(), nullptr, key.data(), nullptr) != 1) {
    context_.reset();
  }
}

bool AesCtr::Apply(const Iv& iv, ByteView in, uint8_t* out) {
  int written = 0;
  return EVP_EncryptInit_ex(context_.get(), nullptr, nullptr, nullptr, iv.data()) == 1 &&
         EVP_EncryptUpdate(context_.get(), out, &written, in.data(), Size(in)) == 1;
}

AesGcm::AesGcm(AesKey key, Direction direction) : context_(EVP_CIPHER_CTX_new()) {
  // The default IV length of GCM is the 12 bytes that RFC 7714 uses.
  if (context_ && EVP_CipherInit_ex(context_.get(), EVP_aes_128_gcm(), nullptr, key.data(), nullptr,
                                    direction == Direction::kSeal ? 1 : 0) != 1) {
    context_.reset();
  }
}

bool AesGcm::Begin(const Iv& iv, Associated associated) {
  if (EVP_CipherInit_ex(context_.get(), nullptr, nullptr, nullptr, iv.data(), -1) != 1) {
    return false;
  }
  int unused = 0;
  return std::all_of(associated.begin(), associated.end(), [&](ByteView part) {
    return EVP_CipherUpdate(context_.get(), nullptr, &unused, part.data(), Size(part)) == 1;
  });
}

bool AesGcm::Seal(const Iv& iv, Associated associated, ByteView plain, uint8_t* out, uint8_t* tag) {
  int written = 0;
  return Begin(iv, associated) &&
         EVP_CipherUpdate(context_.get(), out, &written, plain.data(), Size(plain)) == 1 &&
         EVP_CipherFinal_ex(context_.get(), out + written, &written) == 1 &&
         EVP_CIPHER_CTX_ctrl(context_.get(), EVP_CTRL_AEAD_GET_TAG, kMaxTagLength, tag) == 1;
}

bool AesGcm::Open(const Iv& iv, Associated associated, ByteView cipher, ByteView tag,
                  uint8_t* out) {
  int written = 0;
  return Begin(iv, associated) &&
         EVP_CipherUpdate(context_.get(), out, &written, cipher.data(), Size(cipher)) == 1 &&
         EVP_CIPHER_CTX_ctrl(context_.get(), EVP_CTRL_AEAD_SET_TAG, Size(tag),
                             const_cast<uint8_t*>(tag.data())) == 1 &&
         EVP_CipherFinal_ex(context_.get(), out + written, &written) == 1;
}

HmacSha1::HmacSha1(std::span<const uint8_t, kAuthKeyLength> key) {
  EVP_MAC* hmac = EVP_MAC_fetch(nullptr, "HMAC", nullptr);
  if (hmac == nullptr) return;
  context_.reset(EVP_MAC_CTX_new(hmac));
  EVP_MAC_free(hmac);
  char digest[] = "SHA1";
  const OSSL_PARAM parameters[] = {
      OSSL_PARAM_construct_utf8_string(OSSL_MAC_PARAM_DIGEST, digest, 0),
      OSSL_PARAM_construct_end()};
  if (context_ && EVP_MAC_init(context_.get(), key.data(), key.size(), parameters) != 1) {
    context_.reset();
  }
}

bool HmacSha1::Compute(std::initializer_list<ByteView> parts, std::span<uint8_t> tag) {
  // Without a key, init starts anew with the one it has.
  if (EVP_MAC_init(context_.get(), nullptr, 0, nullptr) != 1) return false;
  for (ByteView part : parts) {
    if (EVP_MAC_update(context_.get(), part.data(), part.size()) != 1) return false;
  }
  std::array<uint8_t, kSha1Length> full;
  size_t written = 0;
  if (EVP_MAC_final(context_.get(), full.data(), &written, full.size()) != 1) return false;
  std::copy_n(full.begin(), std::min(tag.size(), written), tag.begin());
  return true;
}

}  // namespace sluice::srtp
