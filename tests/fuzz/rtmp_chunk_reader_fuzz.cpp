// The chunk reader: any bytes, in any portions, give the same messages, within its bounds.
#include <algorithm>
#include <cstdlib>

#include "libs/rtmp/chunk_reader.h"

extern "C" int LLVMFuzzerTestOneInput(const uint8_t* data, size_t size) {
  if (size == 0) return 0;
  sluice::rtmp::ChunkReader::Limits limits;
  limits.partial_bytes = 8192;
  limits.message_length = 4096;
  sluice::ByteView bytes(data + 1, size - 1);
  sluice::rtmp::ChunkReader whole(limits);
  std::vector<sluice::rtmp::Message> expected;
  bool ok = whole.Receive(bytes, expected).ok();

  sluice::rtmp::ChunkReader split(limits);
  std::vector<sluice::rtmp::Message> messages;
  size_t portion = data[0] % 32 + 1;
  for (size_t at = 0; at < bytes.size(); at += portion) {
    bool good =
        split.Receive(bytes.subspan(at, std::min(portion, bytes.size() - at)), messages).ok();
    if (split.partial_bytes() > limits.partial_bytes) std::abort();
    if (!good && ok) std::abort();
  }
  if (messages != expected) std::abort();
  return 0;
}
