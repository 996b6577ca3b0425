// ProtectorEngine by libipsec-mb.
#include "libs/srtp/ipsec_mb_engine.h"

#include <openssl/crypto.h>

#include <algorithm>

#include "libs/srtp/rtp_header.h"

namespace sluice::srtp {
namespace {

// RFC 7714 §8: the header is associated data, the tag follows the ciphertext.
class GcmKey {
 public:
  GcmKey(IMB_MGR& manager, const CipherKeys& keys) : manager_(manager), keys_(keys) {
    IMB_AES128_GCM_PRE(&manager_, keys.key.data(), &expanded_);
  }

  // Several at a time cannot be: the context is the library's scratch memory for one message.
  void Seal(ByteView header, uint64_t index, ByteView plain, uint8_t* out) {
    const Iv iv = MakeIv(Profile::kAeadAes128Gcm, keys_, SsrcOf(header), index);
    alignas(64) gcm_context_data context;
    IMB_AES128_GCM_ENC(&manager_, &expanded_, &context, out, plain.data(), plain.size(), iv.data(),
                       header.data(), header.size(), out + plain.size(), kMaxTagLength);
  }
  bool Open(ByteView header, uint64_t index, std::span<uint8_t> body, const uint8_t* tag) {
    const Iv iv = MakeIv(Profile::kAeadAes128Gcm, keys_, SsrcOf(header), index);
    alignas(64) gcm_context_data context;
    std::array<uint8_t, kMaxTagLength> expected;
    IMB_AES128_GCM_DEC(&manager_, &expanded_, &context, body.data(), body.data(), body.size(),
                       iv.data(), header.data(), header.size(), expected.data(), expected.size());
    return CRYPTO_memcmp(expected.data(), tag, expected.size()) == 0;
  }

 private:
  IMB_MGR& manager_;
  CipherKeys keys_;
  // The library's header only aligns it where LINUX is defined, which nobody does.
  alignas(64) gcm_key_data expanded_;  // 1 kB
};

class GcmProtector final : public PacketProtector {
 public:
  GcmProtector(IMB_MGR& manager, const CipherKeys& keys) : key_(manager, keys) {}

  size_t overhead() const override { return TagLength(Profile::kAeadAes128Gcm); }

  size_t Protect(const ProtectJob& job) override {
    if (!HasRoom(job, overhead())) return 0;
    key_.Seal(job.out.first(job.header_size), job.index, job.payload,
              job.out.data() + job.header_size);
    return job.header_size + job.payload.size() + overhead();
  }

 private:
  GcmKey key_;
};

class GcmOpener final : public PacketOpener {
 public:
  GcmOpener(IMB_MGR& manager, const CipherKeys& keys) : key_(manager, keys) {}

  size_t overhead() const override { return TagLength(Profile::kAeadAes128Gcm); }

  bool Open(std::span<uint8_t> packet, size_t header_size, uint64_t index) override {
    const auto body = packet.subspan(header_size, packet.size() - header_size - overhead());
    return key_.Open(packet.first(header_size), index, body, body.data() + body.size());
  }

 private:
  GcmKey key_;
};

// RFC 3711 §4.1.1 and §4.2.
class CmSha1Protector final : public PacketProtector {
 public:
  CmSha1Protector(IMB_MGR& manager, CmSha1Burst& burst, const CipherKeys& keys)
      : burst_(burst), keys_(keys) {
    alignas(16) std::array<uint8_t, 16 * 11> decryption;  // of no use in counter mode
    IMB_AES_KEYEXP_128(&manager, keys.key.data(), expanded_.expanded.data(), decryption.data());
    expanded_.inner = HashPad(manager, 0x36);
    expanded_.outer = HashPad(manager, 0x5c);
  }
  ~CmSha1Protector() override { burst_.Flush(); }  // its jobs use its keys

  size_t overhead() const override { return TagLength(Profile::kAes128CmSha1_80); }

  size_t Protect(const ProtectJob& job) override {
    if (!HasRoom(job, overhead())) return 0;
    burst_.Add(expanded_, MakeIv(Profile::kAes128CmSha1_80, keys_, SsrcOf(job.out), job.index),
               job);
    return job.header_size + job.payload.size() + overhead();
  }

 private:
  std::array<uint8_t, 20> HashPad(IMB_MGR& manager, uint8_t pad) const {
    std::array<uint8_t, 64> block;
    block.fill(pad);
    for (size_t i = 0; i < keys_.auth_key.size(); ++i) block[i] ^= keys_.auth_key[i];
    std::array<uint8_t, 20> state;
    IMB_SHA1_ONE_BLOCK(&manager, block.data(), state.data());
    return state;
  }

  CmSha1Burst& burst_;
  CipherKeys keys_;
  CmSha1Keys expanded_;
};

class IpsecMbEngine final : public ProtectorEngine {
 public:
  explicit IpsecMbEngine(IpsecMbManager manager)
      : manager_(std::move(manager)), burst_(*manager_), openssl_(MakeOpensslEngine()) {}

  std::string_view name() const override { return "ipsec-mb"; }

  absl::StatusOr<std::unique_ptr<PacketProtector>> MakeProtector(const SessionKeys& keys) override {
    if (keys.profile == Profile::kAeadAes128Gcm) {
      return std::make_unique<GcmProtector>(*manager_, keys.rtp);
    }
    return std::make_unique<CmSha1Protector>(*manager_, burst_, keys.rtp);
  }

  // Packets to open come one by one, so bursts of SHA-1 would gain nothing.
  absl::StatusOr<std::unique_ptr<PacketOpener>> MakeOpener(const SessionKeys& keys) override {
    if (keys.profile != Profile::kAeadAes128Gcm) return openssl_->MakeOpener(keys);
    return std::make_unique<GcmOpener>(*manager_, keys.rtp);
  }

  void Flush() override { burst_.Flush(); }

 private:
  IpsecMbManager manager_;
  CmSha1Burst burst_;
  std::unique_ptr<ProtectorEngine> openssl_;
};

}  // namespace

std::unique_ptr<ProtectorEngine> MakeIpsecMbEngine() {
  // SSE with AES-NI is the least at which the library is faster than OpenSSL.
  IpsecMbManager manager(alloc_mb_mgr(0));
  if (manager == nullptr || (manager->features & IMB_CPUFLAGS_SSE) != IMB_CPUFLAGS_SSE) {
    return nullptr;
  }
  IMB_ARCH arch = IMB_ARCH_NONE;
  init_mb_mgr_auto(manager.get(), &arch);
  constexpr uint64_t kTested = IMB_FEATURE_SELF_TEST | IMB_FEATURE_SELF_TEST_PASS;
  const bool failed_test = (manager->features & kTested) == IMB_FEATURE_SELF_TEST;
  if (arch == IMB_ARCH_NONE || imb_get_errno(manager.get()) != 0 || failed_test) return nullptr;
  return std::make_unique<IpsecMbEngine>(std::move(manager));
}

}  // namespace sluice::srtp
