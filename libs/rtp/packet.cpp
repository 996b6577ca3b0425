#include "libs/rtp/packet.h"

#include "libs/base/byte_reader.h"

namespace sluice::rtp {

//  0                   1                   2                   3
//  0 1 2 3 4 5 6 7 8 9 0 1 2 3 4 5 6 7 8 9 0 1 2 3 4 5 6 7 8 9 0 1
// |V=2|P|X|  CC   |M|     PT      |       sequence number         |
// |                           timestamp                           |
// |                             SSRC                              |
// |                      CSRC, CC times                           |
// | if X: profile                 | length in 32-bit words        |
// |                        extension, payload                     |
// | if P: padding, its last byte says how many bytes it has       |
std::optional<RtpView> ParseRtp(ByteView packet) {
  ByteReader reader(packet);
  uint8_t first = reader.ReadU8();
  uint8_t second = reader.ReadU8();
  RtpView view;
  view.marker = (second & 0x80) != 0;
  view.payload_type = second & 0x7f;
  view.sequence_number = reader.ReadU16();
  view.rtp_timestamp = reader.ReadU32();
  view.ssrc = reader.ReadU32();
  reader.Skip(size_t{4} * (first & 0x0f));
  if ((first & 0x10) != 0) {
    view.extension_profile = reader.ReadU16();
    view.extension = reader.ReadBytes(size_t{4} * reader.ReadU16());
  }
  if (!reader.ok() || first >> 6 != 2) return std::nullopt;
  view.payload = reader.rest();
  if ((first & 0x20) != 0) {
    size_t padding = view.payload.empty() ? 0 : view.payload.back();
    if (padding == 0 || padding > view.payload.size()) return std::nullopt;
    view.payload = view.payload.first(view.payload.size() - padding);
  }
  return view;
}

}  // namespace sluice::rtp
