// A record (RFC 6347 §4.1) of an AEAD suite (RFC 5288 §3):
//   type 1 | version 2 | epoch 2 | sequence number 6 | length 2 | nonce 8 | ciphertext | tag 16
// The cipher's nonce is salt | nonce; what is authentic beside the text is
//   epoch 2 | sequence number 6 | type 1 | version 2 | length of the text 2
#include "libs/dtls/finished_association.h"

#include <openssl/core_names.h>
#include <openssl/evp.h>
#include <openssl/kdf.h>
#include <openssl/params.h>
#include <openssl/rand.h>
#include <openssl/ssl.h>

#include <algorithm>
#include <string_view>

namespace sluice::dtls {
namespace {

constexpr size_t kHeader = 13;
constexpr size_t kNonce = 8;
constexpr size_t kTag = 16;
constexpr size_t kAdditional = 13;
constexpr uint8_t kAlert = 21;
constexpr uint8_t kHandshake = 22;
constexpr uint8_t kEpoch = 1;  // there is no renegotiation
// OpenSSL's Finished was number 0 of the epoch, and its repetitions are the same record.
constexpr uint8_t kCloseNumber = 16;

using CipherContext = std::unique_ptr<EVP_CIPHER_CTX, decltype(&EVP_CIPHER_CTX_free)>;

// RFC 5246 §6.3 with SHA-256. Empty if OpenSSL refuses.
Bytes KeyBlock(ByteView master, ByteView seed, size_t size) {
  const std::unique_ptr<EVP_KDF, decltype(&EVP_KDF_free)> kdf(
      EVP_KDF_fetch(nullptr, "TLS1-PRF", nullptr), &EVP_KDF_free);
  const std::unique_ptr<EVP_KDF_CTX, decltype(&EVP_KDF_CTX_free)> context(
      EVP_KDF_CTX_new(kdf.get()), &EVP_KDF_CTX_free);
  char digest[] = "SHA256";
  auto octets = [](const char* name, ByteView bytes) {
    return OSSL_PARAM_construct_octet_string(name, const_cast<uint8_t*>(bytes.data()),
                                             bytes.size());
  };
  const OSSL_PARAM parameters[] = {
      OSSL_PARAM_construct_utf8_string(OSSL_KDF_PARAM_DIGEST, digest, 0),
      octets(OSSL_KDF_PARAM_SECRET, master), octets(OSSL_KDF_PARAM_SEED, seed),
      OSSL_PARAM_construct_end()};
  Bytes block(size);
  if (context == nullptr ||
      EVP_KDF_derive(context.get(), block.data(), block.size(), parameters) != 1) {
    return {};
  }
  return block;
}

// "key expansion" | server random | client random.
Bytes Seed(SSL* ssl) {
  constexpr std::string_view kLabel = "key expansion";
  Bytes seed(kLabel.begin(), kLabel.end());
  seed.resize(kLabel.size() + 2 * SSL3_RANDOM_SIZE);
  SSL_get_server_random(ssl, &seed[kLabel.size()], SSL3_RANDOM_SIZE);
  SSL_get_client_random(ssl, &seed[kLabel.size() + SSL3_RANDOM_SIZE], SSL3_RANDOM_SIZE);
  return seed;
}

std::array<uint8_t, kAdditional> Additional(ByteView record, size_t text_size) {
  std::array<uint8_t, kAdditional> additional;
  std::copy_n(&record[3], 8, additional.begin());
  std::copy_n(&record[0], 3, &additional[8]);
  additional[11] = static_cast<uint8_t>(text_size >> 8);
  additional[12] = static_cast<uint8_t>(text_size);
  return additional;
}

std::array<uint8_t, 12> NonceOf(const std::array<uint8_t, 4>& salt, ByteView record) {
  std::array<uint8_t, 12> nonce;
  std::copy(salt.begin(), salt.end(), nonce.begin());
  std::copy_n(&record[kHeader], kNonce, &nonce[4]);
  return nonce;
}

}  // namespace

std::optional<FinishedAssociation> FinishedAssociation::From(SSL* ssl) {
  const SSL_CIPHER* cipher = SSL_get_current_cipher(ssl);
  if (cipher == nullptr || SSL_CIPHER_get_cipher_nid(cipher) != NID_aes_128_gcm) {
    return std::nullopt;
  }
  std::array<uint8_t, SSL_MAX_MASTER_KEY_LENGTH> master;
  const size_t master_size =
      SSL_SESSION_get_master_key(SSL_get_session(ssl), master.data(), master.size());
  FinishedAssociation association;
  constexpr size_t kBlock = 2 * (sizeof(Keys::key) + sizeof(Keys::salt));
  const Bytes block = KeyBlock(ByteView(master).first(master_size), Seed(ssl), kBlock);
  if (block.empty()) return std::nullopt;
  auto from = block.begin();
  auto take = [&](auto& to) {
    std::copy_n(from, to.size(), to.begin());
    from += static_cast<ptrdiff_t>(to.size());
  };
  take(association.peers_.key);
  take(association.ours_.key);
  take(association.peers_.salt);
  take(association.ours_.salt);
  return association;
}

FinishedAssociation::Said FinishedAssociation::OnDatagram(ByteView datagram) const {
  Said said = Said::kNothing;
  while (datagram.size() >= kHeader) {
    const size_t size = kHeader + (size_t{datagram[11]} << 8 | datagram[12]);
    if (size > datagram.size()) break;
    const ByteView record = datagram.first(size);
    datagram = datagram.subspan(size);
    if (record[0] != kAlert && record[0] != kHandshake) continue;
    const std::optional<Bytes> text = Open(record);
    if (!text) continue;
    if (record[0] == kHandshake) {
      said = Said::kFinishedAgain;
    } else if (text->size() == 2 && (*text)[1] == SSL_AD_CLOSE_NOTIFY) {
      return Said::kClosed;
    } else if (text->size() == 2 && (*text)[0] == SSL3_AL_FATAL) {
      return Said::kFatalAlert;
    }
  }
  return said;
}

std::optional<Bytes> FinishedAssociation::Open(ByteView record) const {
  if (record.size() < kHeader + kNonce + kTag || record[3] != 0 || record[4] != kEpoch) {
    return std::nullopt;
  }
  const ByteView sealed = record.subspan(kHeader + kNonce);
  const ByteView cipher_text = sealed.first(sealed.size() - kTag);
  const auto nonce = NonceOf(peers_.salt, record);
  const auto additional = Additional(record, cipher_text.size());
  Bytes tag = ToBytes(sealed.last(kTag));
  Bytes text(cipher_text.size());
  const CipherContext context(EVP_CIPHER_CTX_new(), &EVP_CIPHER_CTX_free);
  int size = 0;
  const bool authentic =
      EVP_DecryptInit_ex(context.get(), EVP_aes_128_gcm(), nullptr, peers_.key.data(),
                         nonce.data()) == 1 &&
      EVP_DecryptUpdate(context.get(), nullptr, &size, additional.data(), kAdditional) == 1 &&
      EVP_DecryptUpdate(context.get(), text.data(), &size, cipher_text.data(),
                        static_cast<int>(cipher_text.size())) == 1 &&
      EVP_CIPHER_CTX_ctrl(context.get(), EVP_CTRL_GCM_SET_TAG, kTag, tag.data()) == 1 &&
      EVP_DecryptFinal_ex(context.get(), text.data() + size, &size) == 1;
  if (!authentic) return std::nullopt;
  return text;
}

Bytes FinishedAssociation::MakeCloseNotify() const {
  constexpr std::array<uint8_t, 2> kText = {SSL3_AL_WARNING, SSL_AD_CLOSE_NOTIFY};
  constexpr size_t kSealed = kNonce + kText.size() + kTag;
  Bytes record = {kAlert, 0xfe, 0xfd, 0, kEpoch, 0, 0, 0, 0, 0, kCloseNumber, 0, kSealed};
  record.resize(kHeader + kSealed);
  // OpenSSL's nonces of this association count on from a random number, too.
  if (RAND_bytes(&record[kHeader], kNonce) != 1) return {};
  const auto nonce = NonceOf(ours_.salt, record);
  const auto additional = Additional(record, kText.size());
  uint8_t* text = &record[kHeader + kNonce];
  const CipherContext context(EVP_CIPHER_CTX_new(), &EVP_CIPHER_CTX_free);
  int size = 0;
  const bool sealed =
      EVP_EncryptInit_ex(context.get(), EVP_aes_128_gcm(), nullptr, ours_.key.data(),
                         nonce.data()) == 1 &&
      EVP_EncryptUpdate(context.get(), nullptr, &size, additional.data(), kAdditional) == 1 &&
      EVP_EncryptUpdate(context.get(), text, &size, kText.data(), kText.size()) == 1 &&
      EVP_EncryptFinal_ex(context.get(), text + size, &size) == 1 &&
      EVP_CIPHER_CTX_ctrl(context.get(), EVP_CTRL_GCM_GET_TAG, kTag, text + kText.size()) == 1;
  return sealed ? record : Bytes();
}

}  // namespace sluice::dtls
