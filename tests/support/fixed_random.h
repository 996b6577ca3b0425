// A random source that gives the same numbers in every run.
#pragma once

#include "libs/base/random.h"

namespace sluice::test {

class FixedRandom final : public RandomSource {
 public:
  void Fill(std::span<uint8_t> out) override {
    for (uint8_t& byte : out) byte = static_cast<uint8_t>(next_ = next_ * 1103515245 + 12345);
  }

 private:
  uint32_t next_ = 1;
};

}  // namespace sluice::test
