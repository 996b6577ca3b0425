// ProtectorEngine by OpenSSL's EVP.
#include <openssl/crypto.h>

#include <array>

#include "libs/srtp/engine.h"
#include "libs/srtp/initialization_vector.h"
#include "libs/srtp/rtp_header.h"

namespace sluice::srtp {
namespace {

// RFC 7714 §8: the header is associated data, the tag follows the ciphertext.
class GcmProtector final : public PacketProtector {
 public:
  explicit GcmProtector(const CipherKeys& keys)
      : keys_(keys), cipher_(keys.key, AesGcm::Direction::kSeal) {}

  bool ok() const { return cipher_.ok(); }
  size_t overhead() const override { return TagLength(Profile::kAeadAes128Gcm); }

  size_t Protect(const ProtectJob& job) override {
    if (!HasRoom(job, overhead())) return 0;
    uint8_t* body = job.out.data() + job.header_size;
    const Iv iv = MakeIv(Profile::kAeadAes128Gcm, keys_, SsrcOf(job.out), job.index);
    if (!cipher_.Seal(iv, {job.out.first(job.header_size)}, job.payload, body,
                      body + job.payload.size())) {
      return 0;
    }
    return job.header_size + job.payload.size() + overhead();
  }

 private:
  CipherKeys keys_;
  AesGcm cipher_;
};

// RFC 3711 §4.1.1 and §4.2: the tag covers header, ciphertext and roll-over counter.
class CmSha1Protector final : public PacketProtector {
 public:
  explicit CmSha1Protector(const CipherKeys& keys)
      : keys_(keys), cipher_(keys.key), mac_(keys.auth_key) {}

  bool ok() const { return cipher_.ok() && mac_.ok(); }
  size_t overhead() const override { return TagLength(Profile::kAes128CmSha1_80); }

  size_t Protect(const ProtectJob& job) override {
    if (!HasRoom(job, overhead())) return 0;
    const Iv iv = MakeIv(Profile::kAes128CmSha1_80, keys_, SsrcOf(job.out), job.index);
    if (!cipher_.Apply(iv, job.payload, job.out.data() + job.header_size)) return 0;
    const size_t covered = job.header_size + job.payload.size();
    std::array<uint8_t, 4> roll_over_counter{};
    XorBigEndian(job.index >> 16, 4, roll_over_counter.data());
    if (!mac_.Compute({job.out.first(covered), roll_over_counter},
                      job.out.subspan(covered, overhead()))) {
      return 0;
    }
    return covered + overhead();
  }

 private:
  CipherKeys keys_;
  AesCtr cipher_;
  HmacSha1 mac_;
};

class GcmOpener final : public PacketOpener {
 public:
  explicit GcmOpener(const CipherKeys& keys)
      : keys_(keys), cipher_(keys.key, AesGcm::Direction::kOpen) {}

  bool ok() const { return cipher_.ok(); }
  size_t overhead() const override { return TagLength(Profile::kAeadAes128Gcm); }

  bool Open(std::span<uint8_t> packet, size_t header_size, uint64_t index) override {
    const Iv iv = MakeIv(Profile::kAeadAes128Gcm, keys_, SsrcOf(packet), index);
    const auto body = packet.subspan(header_size, packet.size() - header_size - overhead());
    return cipher_.Open(iv, {packet.first(header_size)}, body, packet.last(overhead()),
                        body.data());
  }

 private:
  CipherKeys keys_;
  AesGcm cipher_;
};

class CmSha1Opener final : public PacketOpener {
 public:
  explicit CmSha1Opener(const CipherKeys& keys)
      : keys_(keys), cipher_(keys.key), mac_(keys.auth_key) {}

  bool ok() const { return cipher_.ok() && mac_.ok(); }
  size_t overhead() const override { return TagLength(Profile::kAes128CmSha1_80); }

  bool Open(std::span<uint8_t> packet, size_t header_size, uint64_t index) override {
    const auto covered = packet.first(packet.size() - overhead());
    std::array<uint8_t, 4> roll_over_counter{};
    XorBigEndian(index >> 16, 4, roll_over_counter.data());
    std::array<uint8_t, TagLength(Profile::kAes128CmSha1_80)> tag;
    if (!mac_.Compute({covered, roll_over_counter}, tag) ||
        CRYPTO_memcmp(tag.data(), packet.data() + covered.size(), tag.size()) != 0) {
      return false;
    }
    const auto body = covered.subspan(header_size);
    return cipher_.Apply(MakeIv(Profile::kAes128CmSha1_80, keys_, SsrcOf(packet), index), body,
                         body.data());
  }

 private:
  CipherKeys keys_;
  AesCtr cipher_;
  HmacSha1 mac_;
};

// Role: PacketProtector or PacketOpener.
template <typename Role, typename Gcm, typename CmSha1>
absl::StatusOr<std::unique_ptr<Role>> Make(const SessionKeys& keys) {
  const auto checked = [](auto made) -> absl::StatusOr<std::unique_ptr<Role>> {
    if (!made->ok()) return absl::InternalError("SRTP: OpenSSL lacks the cipher");
    return made;
  };
  if (keys.profile == Profile::kAeadAes128Gcm) return checked(std::make_unique<Gcm>(keys.rtp));
  return checked(std::make_unique<CmSha1>(keys.rtp));
}

class OpensslEngine final : public ProtectorEngine {
 public:
  std::string_view name() const override { return "openssl"; }
  absl::StatusOr<std::unique_ptr<PacketProtector>> MakeProtector(const SessionKeys& keys) override {
    return Make<PacketProtector, GcmProtector, CmSha1Protector>(keys);
  }
  absl::StatusOr<std::unique_ptr<PacketOpener>> MakeOpener(const SessionKeys& keys) override {
    return Make<PacketOpener, GcmOpener, CmSha1Opener>(keys);
  }
  void Flush() override {}
};

}  // namespace

std::unique_ptr<ProtectorEngine> MakeOpensslEngine() { return std::make_unique<OpensslEngine>(); }

}  // namespace sluice::srtp
