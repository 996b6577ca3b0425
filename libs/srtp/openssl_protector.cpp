// PacketProtector by OpenSSL's EVP.
#include <array>

#include "libs/srtp/initialization_vector.h"
#include "libs/srtp/packet_protector.h"

namespace sluice::srtp {
namespace {

uint32_t ReadSsrc(std::span<const uint8_t> header) {
  return uint32_t{header[8]} << 24 | uint32_t{header[9]} << 16 | uint32_t{header[10]} << 8 |
         header[11];
}

bool Fits(const ProtectJob& job, size_t overhead) {
  constexpr size_t kFixedHeader = 12;
  return job.header_size >= kFixedHeader &&
         job.out.size() >= job.header_size + job.payload.size() + overhead;
}

// RFC 7714 §8: the header is associated data, the tag follows the ciphertext.
class GcmProtector final : public PacketProtector {
 public:
  explicit GcmProtector(const CipherKeys& keys)
      : keys_(keys), cipher_(keys.key, AesGcm::Direction::kSeal) {}

  bool ok() const { return cipher_.ok(); }
  size_t overhead() const override { return TagLength(Profile::kAeadAes128Gcm); }

  size_t Protect(const ProtectJob& job) override {
    if (!Fits(job, overhead())) return 0;
    uint8_t* body = job.out.data() + job.header_size;
    const Iv iv = MakeIv(Profile::kAeadAes128Gcm, keys_, ReadSsrc(job.out), job.index);
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
    if (!Fits(job, overhead())) return 0;
    const Iv iv = MakeIv(Profile::kAes128CmSha1_80, keys_, ReadSsrc(job.out), job.index);
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

template <typename Protector>
absl::StatusOr<std::unique_ptr<PacketProtector>> Make(const CipherKeys& keys) {
  auto protector = std::make_unique<Protector>(keys);
  if (!protector->ok()) return absl::InternalError("SRTP: OpenSSL lacks the cipher");
  return protector;
}

class OpensslEngine final : public ProtectorEngine {
 public:
  absl::StatusOr<std::unique_ptr<PacketProtector>> MakeProtector(const SessionKeys& keys) override {
    return keys.profile == Profile::kAeadAes128Gcm ? Make<GcmProtector>(keys.rtp)
                                                   : Make<CmSha1Protector>(keys.rtp);
  }
  void Flush() override {}
};

}  // namespace

std::unique_ptr<ProtectorEngine> MakeOpensslEngine() { return std::make_unique<OpensslEngine>(); }

}  // namespace sluice::srtp
