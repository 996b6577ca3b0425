// The fan-out socket's frames, both directions (docs/fanout.md). The first byte chooses the
// direction.
#include "libs/fanout/frame.h"

extern "C" int LLVMFuzzerTestOneInput(const uint8_t* data, size_t size) {
  if (size == 0) return 0;
  sluice::ByteView bytes(data + 1, size - 1);
  if (data[0] % 2 == 0) {
    sluice::fanout::DownstreamReader reader;
    std::vector<sluice::fanout::Item> items;
    reader.Read(bytes, items).IgnoreError();
    sluice::Bytes again;
    for (const auto& item : items) sluice::fanout::AppendFrame(item, again);
  } else {
    sluice::fanout::UpstreamReader reader;
    std::vector<sluice::fanout::Upstream> messages;
    reader.Read(bytes, messages).IgnoreError();
  }
  return 0;
}
