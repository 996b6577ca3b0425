#include "libs/rtp/payload/h264/packetizer.h"

#include <algorithm>
#include <utility>

#include "libs/base/byte_writer.h"
#include "libs/media/h264_nal_unit.h"
#include "libs/rtp/payload/h264/payload_structure.h"

namespace sluice::rtp::payload::h264 {
namespace {

using media::H264NalUnitType;

bool IsCarried(ByteView nal_unit) {
  switch (media::TypeOf(nal_unit)) {
    case H264NalUnitType::kUnspecified:
    case H264NalUnitType::kAccessUnitDelimiter:
    case H264NalUnitType::kEndOfSequence:
    case H264NalUnitType::kEndOfStream:
    case H264NalUnitType::kFiller:
      return false;
    default:
      return true;
  }
}

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

// Cuts one access unit. Payloads in, packets out; headers of the access unit come at the end.
class Cutter {
 public:
  Cutter(size_t max_payload, std::vector<Packet>& out) : max_payload_(max_payload), out_(out) {}

  void Add(ByteView nal_unit) {
    if (nal_unit.size() > max_payload_) {
      FlushGroup();
      return Fragment(nal_unit);
    }
    size_t wanted = kStapLengthBytes + nal_unit.size();
    if (!group_.empty() && group_size_ + wanted > max_payload_) FlushGroup();
    if (group_.empty()) group_size_ = 1;
    group_.push_back(nal_unit);
    group_size_ += wanted;
  }

  void FlushGroup() {
    if (group_.size() == 1) Append(ToBytes(group_[0]));
    if (group_.size() > 1) Append(Aggregate(group_, group_size_));
    group_.clear();
  }

 private:
  // FU-A: | indicator: F, NRI, 28 | header: S, E, R, type | fragment |. The NAL unit's own header
  // byte is not repeated.
  void Fragment(ByteView nal_unit) {
    ByteView rest = nal_unit.subspan(1);
    size_t room = max_payload_ - kFuHeaderBytes;
    size_t count = (rest.size() + room - 1) / room;
    size_t each = (rest.size() + count - 1) / count;
    auto indicator = static_cast<uint8_t>((nal_unit[0] & ~kTypeMask) | kFuA);
    uint8_t start = kFuStart;
    while (!rest.empty()) {
      ByteView fragment = rest.first(std::min(each, rest.size()));
      rest = rest.subspan(fragment.size());
      Bytes payload;
      payload.reserve(kFuHeaderBytes + fragment.size());
      payload.push_back(indicator);
      payload.push_back(
          static_cast<uint8_t>(start | (rest.empty() ? kFuEnd : 0) | (nal_unit[0] & kTypeMask)));
      payload.insert(payload.end(), fragment.begin(), fragment.end());
      Append(std::move(payload));
      start = 0;
    }
  }

  void Append(Bytes payload) { out_.emplace_back().payload = std::move(payload); }

  size_t max_payload_;
  std::vector<Packet>& out_;
  std::vector<ByteView> group_;  // small NAL units that will share a packet
  size_t group_size_ = 0;        // bytes of the STAP-A that they would make
};

}  // namespace

void Packetizer::Packetize(const AccessUnitView& access_unit, std::vector<Packet>& out) const {
  size_t first = out.size();
  Cutter cutter(max_payload_, out);
  for (ByteView nal_unit : access_unit.nal_units) {
    if (IsCarried(nal_unit)) cutter.Add(nal_unit);
  }
  cutter.FlushGroup();
  if (out.size() == first) return;
  media::H264PictureKind kind = media::KindOf(access_unit.nal_units);
  for (size_t i = first; i < out.size(); ++i) {
    out[i].rtp_timestamp = access_unit.rtp_timestamp;
    out[i].arrival = access_unit.arrival;
    out[i].role.key_frame = kind.idr || kind.recovery_point;
    out[i].role.recovery_point = kind.recovery_point;
    out[i].role.discardable = kind.has_slice && !kind.referenced;
  }
  out[first].role.starts_access_unit = true;
  out[first].role.cts = access_unit.cts;
  out.back().marker = true;
}

}  // namespace sluice::rtp::payload::h264
