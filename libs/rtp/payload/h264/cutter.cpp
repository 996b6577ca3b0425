#include "libs/rtp/payload/h264/cutter.h"

#include <algorithm>
#include <span>

#include "libs/base/byte_writer.h"
#include "libs/media/h264_nal_unit.h"
#include "libs/rtp/payload/h264/payload_structure.h"

namespace sluice::rtp::payload::h264 {
namespace {

// STAP-A: | header | { length 16 | NAL unit }... |. Its header has the highest NRI and any F of
// what is in it (§5.7.1).
Bytes Aggregate(std::span<const ByteView> nal_units, size_t size) {
  Bytes payload;
  payload.reserve(size);
  uint8_t forbidden = 0;
  uint8_t nri = 0;
  for (ByteView nal_unit : nal_units) {
    forbidden |= nal_unit[0] & kForbiddenBit;
    nri = std::max<uint8_t>(nri, nal_unit[0] & kNriMask);
  }
  ByteWriter writer(payload);
  writer.WriteU8(static_cast<uint8_t>(forbidden | nri | kStapA));
  for (ByteView nal_unit : nal_units) {
    writer.WriteU16(static_cast<uint16_t>(nal_unit.size()));
    writer.WriteBytes(nal_unit);
  }
  return payload;
}

// FU-A: | indicator: F, NRI, 28 | header: S, E, R, type | fragment |.
//   header: with S and E as they are to be on the first and on the last.
void CutFragments(uint8_t indicator, uint8_t header, ByteView rest, size_t max_payload,
                  std::vector<Bytes>& out) {
  const size_t room = max_payload - kFuHeaderBytes;
  const size_t count = (rest.size() + room - 1) / room;
  const size_t each = (rest.size() + count - 1) / count;
  uint8_t start = header & kFuStart;
  while (!rest.empty()) {
    const ByteView fragment = rest.first(std::min(each, rest.size()));
    rest = rest.subspan(fragment.size());
    const uint8_t end = rest.empty() ? header & kFuEnd : 0;
    Bytes& payload = out.emplace_back();
    payload.reserve(kFuHeaderBytes + fragment.size());
    payload.push_back(indicator);
    payload.push_back(static_cast<uint8_t>(start | end | (header & kTypeMask)));
    payload.insert(payload.end(), fragment.begin(), fragment.end());
    start = 0;
  }
}

}  // namespace

bool IsCarried(ByteView nal_unit) {
  switch (media::TypeOf(nal_unit)) {
    case media::H264NalUnitType::kUnspecified:
    case media::H264NalUnitType::kAccessUnitDelimiter:
    case media::H264NalUnitType::kEndOfSequence:
    case media::H264NalUnitType::kEndOfStream:
    case media::H264NalUnitType::kFiller:
      return false;
    default:
      return true;
  }
}

void Cutter::Add(ByteView nal_unit) {
  if (nal_unit.size() > max_payload_) {
    Finish();
    return Fragment(nal_unit);
  }
  const size_t wanted = kStapLengthBytes + nal_unit.size();
  if (!group_.empty() && group_size_ + wanted > max_payload_) Finish();
  if (group_.empty()) group_size_ = 1;
  group_.push_back(nal_unit);
  group_size_ += wanted;
}

void Cutter::Finish() {
  if (group_.size() == 1) out_.push_back(ToBytes(group_[0]));
  if (group_.size() > 1) out_.push_back(Aggregate(group_, group_size_));
  group_.clear();
}

// The NAL unit's own header byte is not repeated.
void Cutter::Fragment(ByteView nal_unit) {
  CutFragments(static_cast<uint8_t>((nal_unit[0] & ~kTypeMask) | kFuA),
               static_cast<uint8_t>(kFuStart | kFuEnd | (nal_unit[0] & kTypeMask)),
               nal_unit.subspan(1), max_payload_, out_);
}

void CutFragment(ByteView fragment, size_t max_payload, std::vector<Bytes>& out) {
  CutFragments(fragment[0], fragment[1], fragment.subspan(kFuHeaderBytes), max_payload, out);
}

}  // namespace sluice::rtp::payload::h264
