// Unguessable numbers. An argument of protocol code, so that tests can fix it.
#pragma once

#include <cstdint>
#include <span>
#include <string>

namespace sluice {

class RandomSource {
 public:
  virtual ~RandomSource() = default;
  virtual void Fill(std::span<uint8_t> out) = 0;

  uint32_t NextU32();
  uint64_t NextU64();
  // `bytes` random bytes as lower-case hexadecimal text.
  std::string NextHex(int bytes);
  // RFC 4122 version 4.
  std::string NextUuid();
};

// The kernel's generator. Stateless; any thread.
class SystemRandom final : public RandomSource {
 public:
  void Fill(std::span<uint8_t> out) override;
};

}  // namespace sluice
