#include "libs/srtp/rtcp_cipher.h"

#include <openssl/crypto.h>

#include <algorithm>
#include <cstring>

#include "libs/base/byte_reader.h"
#include "libs/srtp/initialization_vector.h"

namespace sluice::srtp {
namespace {

constexpr size_t kHeader = 8;  // first header and SSRC stay in the clear
constexpr uint32_t kEncrypted = 0x80000000;

uint32_t ReadU32At(ByteView bytes, size_t position) {
  return ByteReader(bytes.subspan(position)).ReadU32();
}

void WriteU32At(std::span<uint8_t> bytes, size_t position, uint32_t value) {
  for (int i = 3; i >= 0; --i, value >>= 8) bytes[position + i] = static_cast<uint8_t>(value);
}

// RFC 3711 §3.4:   header | encrypted | E, index | tag (over all before it)
class CmSha1RtcpCipher final : public RtcpCipher {
 public:
  explicit CmSha1RtcpCipher(const CipherKeys& keys)
      : keys_(keys), cipher_(keys.key), mac_(keys.auth_key) {}

  bool ok() const { return cipher_.ok() && mac_.ok(); }
  size_t overhead() const override { return kSrtcpIndexLength + kTag; }
  size_t IndexPosition(size_t size) const override { return size - overhead(); }

  bool Seal(ByteView rtcp, uint32_t index, std::span<uint8_t> out) override {
    const size_t size = rtcp.size();
    std::memmove(out.data(), rtcp.data(), size);
    WriteU32At(out, size, index | kEncrypted);
    const Iv iv = MakeIv(Profile::kAes128CmSha1_80, keys_, ReadU32At(out, 4), index);
    auto body = out.subspan(kHeader, size - kHeader);
    return cipher_.Apply(iv, body, body.data()) &&
           mac_.Compute({out.first(size + kSrtcpIndexLength)},
                        out.subspan(size + kSrtcpIndexLength, kTag));
  }

  bool Open(std::span<uint8_t> packet) override {
    const size_t size = packet.size() - overhead();
    std::array<uint8_t, kTag> tag;
    if (!mac_.Compute({packet.first(size + kSrtcpIndexLength)}, tag) ||
        CRYPTO_memcmp(tag.data(), packet.data() + size + kSrtcpIndexLength, kTag) != 0) {
      return false;
    }
    const uint32_t word = ReadU32At(packet, size);
    if ((word & kEncrypted) == 0) return true;
    const Iv iv =
        MakeIv(Profile::kAes128CmSha1_80, keys_, ReadU32At(packet, 4), word & ~kEncrypted);
    auto body = packet.subspan(kHeader, size - kHeader);
    return cipher_.Apply(iv, body, body.data());
  }

 private:
  static constexpr size_t kTag = TagLength(Profile::kAes128CmSha1_80);

  CipherKeys keys_;
  AesCtr cipher_;
  HmacSha1 mac_;
};

// RFC 7714 §9:   header | encrypted | tag | E, index   (header and E, index are associated data)
class GcmRtcpCipher final : public RtcpCipher {
 public:
  GcmRtcpCipher(const CipherKeys& keys, Direction direction)
      : keys_(keys),
        cipher_(keys.key, direction == Direction::kSeal ? AesGcm::Direction::kSeal
                                                        : AesGcm::Direction::kOpen) {}

  bool ok() const { return cipher_.ok(); }
  size_t overhead() const override { return kTag + kSrtcpIndexLength; }
  size_t IndexPosition(size_t size) const override { return size - kSrtcpIndexLength; }

  bool Seal(ByteView rtcp, uint32_t index, std::span<uint8_t> out) override {
    const size_t size = rtcp.size();
    std::memmove(out.data(), rtcp.data(), size);
    WriteU32At(out, size + kTag, index | kEncrypted);
    const Iv iv = MakeIv(Profile::kAeadAes128Gcm, keys_, ReadU32At(out, 4), index);
    auto body = out.subspan(kHeader, size - kHeader);
    return cipher_.Seal(iv, {out.first(kHeader), out.subspan(size + kTag, kSrtcpIndexLength)}, body,
                        body.data(), &out[size]);
  }

  bool Open(std::span<uint8_t> packet) override {
    const size_t size = packet.size() - overhead();
    const uint32_t word = ReadU32At(packet, size + kTag);
    // §9.3 allows unencrypted SRTCP; no browser sends it, so it is refused.
    if ((word & kEncrypted) == 0) return false;
    const Iv iv = MakeIv(Profile::kAeadAes128Gcm, keys_, ReadU32At(packet, 4), word & ~kEncrypted);
    auto body = packet.subspan(kHeader, size - kHeader);
    return cipher_.Open(iv, {packet.first(kHeader), packet.subspan(size + kTag, kSrtcpIndexLength)},
                        body, packet.subspan(size, kTag), body.data());
  }

 private:
  static constexpr size_t kTag = TagLength(Profile::kAeadAes128Gcm);

  CipherKeys keys_;
  AesGcm cipher_;
};

template <typename Cipher>
absl::StatusOr<std::unique_ptr<RtcpCipher>> Checked(std::unique_ptr<Cipher> cipher) {
  if (!cipher->ok()) return absl::InternalError("SRTCP: OpenSSL lacks the cipher");
  return cipher;
}

}  // namespace

absl::StatusOr<std::unique_ptr<RtcpCipher>> RtcpCipher::Make(const SessionKeys& keys,
                                                             Direction direction) {
  if (keys.profile == Profile::kAeadAes128Gcm) {
    return Checked(std::make_unique<GcmRtcpCipher>(keys.rtcp, direction));
  }
  return Checked(std::make_unique<CmSha1RtcpCipher>(keys.rtcp));
}

}  // namespace sluice::srtp
