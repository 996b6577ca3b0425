// libipsec-mb's manager and what is shared by the ciphers that use it. For this library only.
#pragma once

#include <intel-ipsec-mb.h>

#include <array>
#include <memory>
#include <vector>

#include "libs/srtp/engine.h"
#include "libs/srtp/initialization_vector.h"

namespace sluice::srtp {

struct IpsecMbDeleter {
  void operator()(IMB_MGR* manager) const { free_mb_mgr(manager); }
};
using IpsecMbManager = std::unique_ptr<IMB_MGR, IpsecMbDeleter>;

// The session's part of AES-CM with HMAC-SHA1, expanded once.
struct CmSha1Keys {
  alignas(16) std::array<uint8_t, 16 * 11> expanded;  // AES-128: 11 round keys
  std::array<uint8_t, 20> inner;                      // SHA-1 state after key XOR ipad
  std::array<uint8_t, 20> outer;                      // and after key XOR opad (RFC 2104)
};

// Gathers AES-CM + HMAC-SHA1 jobs of many players and computes them together: the library hashes up
// to 16 messages side by side, and they end in an order of its own. Fixed memory. One thread.
class CmSha1Burst {
 public:
  static constexpr size_t kMaxJobs = 64;
  static_assert(kMaxJobs <= IMB_MAX_BURST_SIZE);

  explicit CmSha1Burst(IMB_MGR& manager) : manager_(manager) {}

  // place: header, room for the ciphertext, room for the tag. keys and payload are used until
  // Flush(), which is called from here when the burst is full.
  void Add(const CmSha1Keys& keys, const Iv& iv, const ProtectJob& job);
  void Flush();

 private:
  static constexpr size_t kLibraryTag = 12;  // what the library writes; 10 of them are ours

  struct Slot {
    Iv iv;
    std::array<uint8_t, kLibraryTag> tag;
    std::span<uint8_t> datagram;  // as sent
    size_t header_size;
    const CmSha1Keys* keys;
    ByteView payload;
  };
  bool Encrypt();
  bool Authenticate();
  void Blank();

  IMB_MGR& manager_;
  size_t count_ = 0;
  std::array<Slot, kMaxJobs> slots_;
  std::array<IMB_JOB, kMaxJobs> jobs_;
};

}  // namespace sluice::srtp
