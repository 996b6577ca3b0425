#include <algorithm>

#include "libs/base/byte_reader.h"
#include "libs/media/bit_reader.h"
#include "libs/rtp/payload/av1/aggregation.h"

namespace sluice::rtp::payload::av1 {
namespace {

// uvlc(), §4.10.3.
void SkipUvlc(media::BitReader& bits) {
  int zeroes = 0;
  while (bits.ok() && !bits.ReadFlag()) ++zeroes;
  if (zeroes < 32) bits.SkipBits(static_cast<size_t>(zeroes));
}

// timing_info() and decoder_model_info(), §5.5.3 and §5.5.4. Returns
// buffer_delay_length_minus_1 + 1; 0 without a decoder model.
uint32_t ReadTiming(media::BitReader& bits) {
  bits.SkipBits(64);
  if (bits.ReadFlag()) SkipUvlc(bits);
  if (!bits.ReadFlag()) return 0;
  const uint32_t delay_bits = bits.ReadBits(5) + 1;
  bits.SkipBits(32 + 5 + 5);
  return delay_bits;
}

void SkipOperatingPoints(media::BitReader& bits) {
  const uint32_t delay_bits = bits.ReadFlag() ? ReadTiming(bits) : 0;
  const bool has_display_delay = bits.ReadFlag();
  const uint32_t count = bits.ReadBits(5) + 1;
  for (uint32_t i = 0; i < count && bits.ok(); ++i) {
    bits.SkipBits(12);
    if (bits.ReadBits(5) > 7) bits.SkipBits(1);
    if (delay_bits != 0 && bits.ReadFlag()) bits.SkipBits(2 * delay_bits + 1);
    if (has_display_delay && bits.ReadFlag()) bits.SkipBits(4);
  }
}

}  // namespace

// | forbidden 1 | type 4 | extension 1 | has_size 1 | reserved 1 |, if extension
// | temporal_id 3 | spatial_id 2 | reserved 3 |
std::optional<Obu> ParseObu(ByteView bytes) {
  ByteReader reader(bytes);
  const uint8_t header = reader.ReadU8();
  Obu obu;
  obu.type = ObuType(header >> 3 & 0x0f);
  obu.has_extension = (header & 0x04) != 0;
  if (obu.has_extension) {
    const uint8_t extension = reader.ReadU8();
    obu.temporal_id = extension >> 5;
    obu.spatial_id = extension >> 3 & 3;
  }
  if (!reader.ok() || (header & 0x80) != 0) return std::nullopt;
  obu.payload = reader.rest();
  if ((header & 0x02) != 0) {
    const auto size = TakeLeb128(obu.payload);
    if (!size) return std::nullopt;
    obu.payload = obu.payload.first(std::min<size_t>(*size, obu.payload.size()));
  }
  return obu;
}

// §5.5.1: seq_profile 3, still_picture 1, reduced_still_picture_header 1, then the operating points
// or a level of 5 bits; frame_width_bits_minus_1 4, frame_height_bits_minus_1 4, both minus 1.
std::optional<SequenceHeader> ParseSequenceHeader(ByteView payload) {
  media::BitReader bits(payload);
  bits.SkipBits(4);
  if (bits.ReadFlag()) {
    bits.SkipBits(5);
  } else {
    SkipOperatingPoints(bits);
  }
  const int width_bits = static_cast<int>(bits.ReadBits(4)) + 1;
  const int height_bits = static_cast<int>(bits.ReadBits(4)) + 1;
  SequenceHeader header;
  header.width = bits.ReadBits(width_bits) + 1;
  header.height = bits.ReadBits(height_bits) + 1;
  if (!bits.ok()) return std::nullopt;
  return header;
}

}  // namespace sluice::rtp::payload::av1
