// Bytes written as hexadecimal text.
#pragma once

#include <string_view>

#include "libs/base/bytes.h"

namespace sluice::test {

// Pairs of hexadecimal digits; anything else between them is skipped.
inline Bytes Hex(std::string_view text) {
  Bytes bytes;
  int high = -1;
  for (char c : text) {
    int digit = c >= '0' && c <= '9' ? c - '0' : c >= 'a' && c <= 'f' ? c - 'a' + 10 : -1;
    if (digit < 0) continue;
    if (high < 0) {
      high = digit;
    } else {
      bytes.push_back(static_cast<uint8_t>(high << 4 | digit));
      high = -1;
    }
  }
  return bytes;
}

}  // namespace sluice::test
