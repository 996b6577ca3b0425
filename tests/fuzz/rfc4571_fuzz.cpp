// Any bytes as RFC 4571 frames, in pieces: the frames do not depend on the pieces. The first byte
// is the size of a piece.
#include <algorithm>
#include <vector>

#include "libs/rtp/rfc4571.h"

namespace {

std::vector<sluice::Bytes> ReadInPieces(sluice::ByteView bytes, size_t piece) {
  sluice::rtp::Rfc4571Reader reader(2000);
  std::vector<sluice::Bytes> frames;
  while (!bytes.empty() && reader.ok()) {
    size_t size = std::min(piece, bytes.size());
    reader.Feed(bytes.first(size));
    while (auto frame = reader.Next()) frames.push_back(sluice::ToBytes(*frame));
    if (reader.pending_bytes() > 2002) __builtin_trap();
    bytes = bytes.subspan(size);
  }
  return frames;
}

}  // namespace

extern "C" int LLVMFuzzerTestOneInput(const uint8_t* data, size_t size) {
  if (size == 0) return 0;
  sluice::ByteView bytes(data + 1, size - 1);
  if (ReadInPieces(bytes, size) != ReadInPieces(bytes, size_t{data[0]} + 1)) __builtin_trap();
  return 0;
}
