// H.264 NAL units (ITU-T H.264 §7.3.1, §7.4.1) and the two ways they are strung together: start
// codes (Annex B) and length prefixes (ISO/IEC 14496-15 §5.3, as in FLV and MP4).
#pragma once

#include <optional>
#include <span>
#include <vector>

#include "libs/base/bytes.h"

namespace sluice::media {

// nal_unit_type, Table 7-1. Other values occur and pass through.
enum class H264NalUnitType : uint8_t {
  kUnspecified = 0,
  kSlice = 1,
  kSlicePartitionA = 2,
  kSlicePartitionB = 3,
  kSlicePartitionC = 4,
  kIdrSlice = 5,
  kSei = 6,
  kSps = 7,
  kPps = 8,
  kAccessUnitDelimiter = 9,
  kEndOfSequence = 10,
  kEndOfStream = 11,
  kFiller = 12,
};

// nal_unit: without start code or length. An empty one has type kUnspecified and nal_ref_idc 0.
H264NalUnitType TypeOf(ByteView nal_unit);
// 0: no other picture refers to this one.
uint8_t NalRefIdc(ByteView nal_unit);
// A slice of a picture (types 1 to 5).
bool IsSlice(ByteView nal_unit);

// What can be said of an access unit without decoding it.
struct H264PictureKind {
  bool has_slice = false;
  bool idr = false;  // decoding can begin here
  // Decoding can begin here, too, and what is shown from this picture on is right (open GOP): all
  // slices are I and a recovery point SEI message says that it takes no further picture.
  bool recovery_point = false;
  bool referenced = false;  // a slice has nal_ref_idc != 0
  bool has_b_slice = false;
};
H264PictureKind KindOf(std::span<const ByteView> nal_units);

// The NAL units between the start codes, borrowed, without empty ones and without trailing zeroes;
// bytes before the first start code are left out. At most 4096; the rest is left out.
std::vector<ByteView> SplitAnnexB(ByteView bytes);

// The NAL units of a length-prefixed access unit, borrowed, without empty ones.
//   length_size: bytes of each length, 1, 2 or 4 (AvcDecoderConfiguration::nal_length_size).
//   Returns nullopt if a length leads outside `access_unit` or there are more than 4096.
std::optional<std::vector<ByteView>> SplitLengthPrefixed(ByteView access_unit, int length_size);

// Appends one NAL unit with a four-byte length, as FLV and MP4 want it.
void AppendLengthPrefixed(ByteView nal_unit, Bytes& out);

// The raw byte sequence payload: without emulation prevention bytes (§7.3.1), header byte included.
Bytes RemoveEmulationPrevention(ByteView nal_unit);
// The reverse: appends `rbsp` behind what is in `out` already (at least the header byte).
void AppendWithEmulationPrevention(ByteView rbsp, Bytes& out);

}  // namespace sluice::media
