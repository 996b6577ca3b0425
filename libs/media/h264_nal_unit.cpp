#include "libs/media/h264_nal_unit.h"

#include "libs/base/byte_reader.h"
#include "libs/base/byte_writer.h"
#include "libs/media/h264_sei.h"
#include "libs/media/h264_slice.h"

namespace sluice::media {
namespace {

// Of one access unit. A picture has at most 8160 macroblocks at level 5.1, but encoders stay far
// below one slice for each.
constexpr size_t kMaxNalUnits = 4096;

// The position of the next three-byte start code at or after `from`; bytes.size() if none.
size_t FindStartCode(ByteView bytes, size_t from) {
  for (size_t i = from; i + 3 <= bytes.size(); ++i) {
    if (bytes[i] == 0 && bytes[i + 1] == 0 && bytes[i + 2] == 1) return i;
  }
  return bytes.size();
}

ByteView WithoutTrailingZeroes(ByteView bytes) {
  while (!bytes.empty() && bytes.back() == 0) bytes = bytes.first(bytes.size() - 1);
  return bytes;
}

}  // namespace

H264NalUnitType TypeOf(ByteView nal_unit) {
  return nal_unit.empty() ? H264NalUnitType::kUnspecified : H264NalUnitType(nal_unit[0] & 0x1f);
}

uint8_t NalRefIdc(ByteView nal_unit) { return nal_unit.empty() ? 0 : nal_unit[0] >> 5 & 3; }

bool IsSlice(ByteView nal_unit) {
  H264NalUnitType type = TypeOf(nal_unit);
  return type >= H264NalUnitType::kSlice && type <= H264NalUnitType::kIdrSlice;
}

H264PictureKind KindOf(std::span<const ByteView> nal_units) {
  H264PictureKind kind;
  bool said_to_recover = false;
  bool intra = true;
  for (ByteView nal_unit : nal_units) {
    if (TypeOf(nal_unit) == H264NalUnitType::kSei) {
      said_to_recover |= FindRecoveryFrameCount(nal_unit) == 0U;
    }
    if (!IsSlice(nal_unit)) continue;
    kind.has_slice = true;
    kind.idr |= TypeOf(nal_unit) == H264NalUnitType::kIdrSlice;
    kind.referenced |= NalRefIdc(nal_unit) != 0;
    auto slice = ParseH264SliceStart(nal_unit);
    kind.has_b_slice |= slice && slice->type == H264SliceType::kB;
    intra &= slice && (slice->type == H264SliceType::kI || slice->type == H264SliceType::kSi);
  }
  kind.recovery_point = kind.has_slice && !kind.idr && intra && said_to_recover;
  return kind;
}

std::vector<ByteView> SplitAnnexB(ByteView bytes) {
  std::vector<ByteView> nal_units;
  size_t start_code = FindStartCode(bytes, 0);
  while (start_code < bytes.size() && nal_units.size() < kMaxNalUnits) {
    size_t begin = start_code + 3;
    start_code = FindStartCode(bytes, begin);
    // A four-byte start code's first zero, and trailing_zero_8bits, belong to no NAL unit.
    ByteView nal_unit = WithoutTrailingZeroes(bytes.subspan(begin, start_code - begin));
    if (!nal_unit.empty()) nal_units.push_back(nal_unit);
  }
  return nal_units;
}

std::optional<std::vector<ByteView>> SplitLengthPrefixed(ByteView access_unit, int length_size) {
  std::vector<ByteView> nal_units;
  ByteReader reader(access_unit);
  while (reader.remaining() > 0) {
    size_t length = length_size == 1   ? reader.ReadU8()
                    : length_size == 2 ? reader.ReadU16()
                                       : reader.ReadU32();
    ByteView nal_unit = reader.ReadBytes(length);
    if (!reader.ok() || nal_units.size() == kMaxNalUnits) return std::nullopt;
    if (!nal_unit.empty()) nal_units.push_back(nal_unit);
  }
  return nal_units;
}

void AppendLengthPrefixed(ByteView nal_unit, Bytes& out) {
  ByteWriter writer(out);
  writer.WriteU32(static_cast<uint32_t>(nal_unit.size()));
  writer.WriteBytes(nal_unit);
}

Bytes RemoveEmulationPrevention(ByteView nal_unit) {
  Bytes payload;
  payload.reserve(nal_unit.size());
  int zeroes = 0;
  for (uint8_t byte : nal_unit) {
    if (zeroes >= 2 && byte == 3) {
      zeroes = 0;
      continue;
    }
    zeroes = byte == 0 ? zeroes + 1 : 0;
    payload.push_back(byte);
  }
  return payload;
}

void AppendWithEmulationPrevention(ByteView rbsp, Bytes& out) {
  int zeroes = 0;
  for (uint8_t byte : rbsp) {
    if (zeroes == 2 && byte <= 3) {
      out.push_back(3);
      zeroes = 0;
    }
    zeroes = byte == 0 ? zeroes + 1 : 0;
    out.push_back(byte);
  }
}

}  // namespace sluice::media
