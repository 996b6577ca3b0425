#include "libs/base/random.h"

#include <sys/random.h>

#include <cstdlib>
#include <vector>

#include "absl/strings/escaping.h"
#include "absl/strings/str_cat.h"

namespace sluice {

uint32_t RandomSource::NextU32() { return static_cast<uint32_t>(NextU64()); }

uint64_t RandomSource::NextU64() {
  uint8_t bytes[8];
  Fill(bytes);
  uint64_t value = 0;
  for (uint8_t byte : bytes) value = value << 8 | byte;
  return value;
}

std::string RandomSource::NextHex(int bytes) {
  std::string raw(static_cast<size_t>(bytes), '\0');
  Fill({reinterpret_cast<uint8_t*>(raw.data()), raw.size()});
  return absl::BytesToHexString(raw);
}

std::string RandomSource::NextUuid() {
  std::string raw(16, '\0');
  Fill({reinterpret_cast<uint8_t*>(raw.data()), raw.size()});
  raw[6] = static_cast<char>((raw[6] & 0x0f) | 0x40);
  raw[8] = static_cast<char>((raw[8] & 0x3f) | 0x80);
  std::string hex = absl::BytesToHexString(raw);
  return absl::StrCat(hex.substr(0, 8), "-", hex.substr(8, 4), "-", hex.substr(12, 4), "-",
                      hex.substr(16, 4), "-", hex.substr(20));
}

void SystemRandom::Fill(std::span<uint8_t> out) {
  while (!out.empty()) {
    ssize_t got = getrandom(out.data(), out.size(), 0);
    if (got < 0)
      std::abort();  // only a broken kernel gets here; going on would mean guessable keys
    out = out.subspan(static_cast<size_t>(got));
  }
}

}  // namespace sluice
