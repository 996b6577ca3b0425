// Asks for memory before it is needed.
#pragma once

#include <cstddef>
#include <cstdint>

namespace sluice {

// A hint to the processor that bytes from `from` on will be read soon. Any address is allowed.
inline void Prefetch(const void* from, size_t bytes) {
  constexpr size_t kCacheLine = 64;
  const auto address = reinterpret_cast<uintptr_t>(from);
  for (size_t at = 0; at < bytes; at += kCacheLine) {
    __builtin_prefetch(reinterpret_cast<const void*>(address + at));
  }
}

}  // namespace sluice
