// Any bytes as an RTP packet (RFC 3550 §5.1) with header extensions (RFC 8285).
#include "libs/rtp/header_writer.h"

extern "C" int LLVMFuzzerTestOneInput(const uint8_t* data, size_t size) {
  sluice::ByteView bytes(data, size);
  auto view = sluice::rtp::ParseRtp(bytes);
  if (!view) return 0;
  size_t seen = view->payload.size();
  for (int id = 0; id < 256; ++id) {
    if (auto value = sluice::rtp::FindExtension(*view, static_cast<uint8_t>(id))) {
      seen += value->size();
    }
  }
  // Everything borrowed lies within the packet.
  if (view->payload.size() > size || seen > 300 * size + 300) __builtin_trap();
  return 0;
}
