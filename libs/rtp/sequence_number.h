// Arithmetic of numbers that wrap (RFC 1982; RFC 3550 §A.1).
#pragma once

#include <cstdint>
#include <optional>
#include <type_traits>

namespace sluice::rtp {

// True if `a` comes after `b`, being at most half the number space ahead.
constexpr bool IsNewer(uint16_t a, uint16_t b) {
  return a != b && static_cast<uint16_t>(a - b) < 0x8000;
}
constexpr bool IsNewerTimestamp(uint32_t a, uint32_t b) {
  return a != b && static_cast<uint32_t>(a - b) < 0x80000000U;
}

// Numbers that wrap to numbers that do not (48 bits are never used up: a million packets a second
// for nine years). The nearest of all possible values to the newest one seen is taken.
template <typename Wrapping>
class Unwrapper {
 public:
  // The long form of `value`, and remembers it if it is the newest. The first one is itself.
  int64_t Unwrap(Wrapping value) {
    int64_t unwrapped = Peek(value);
    if (!newest_ || unwrapped > *newest_) newest_ = unwrapped;
    return unwrapped;
  }
  // Without remembering. May be negative for values older than the first.
  int64_t Peek(Wrapping value) const {
    if (!newest_) return value;
    using Signed = std::make_signed_t<Wrapping>;
    return *newest_ +
           static_cast<Signed>(static_cast<Wrapping>(value - static_cast<Wrapping>(*newest_)));
  }
  std::optional<int64_t> newest() const { return newest_; }

 private:
  std::optional<int64_t> newest_;
};

using SequenceUnwrapper = Unwrapper<uint16_t>;
using TimestampUnwrapper = Unwrapper<uint32_t>;

}  // namespace sluice::rtp
