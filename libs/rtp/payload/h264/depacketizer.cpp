#include "libs/rtp/payload/h264/depacketizer.h"

#include <utility>

#include "libs/base/byte_reader.h"
#include "libs/media/h264_nal_unit.h"
#include "libs/rtp/payload/h264/payload_structure.h"

namespace sluice::rtp::payload::h264 {

void Depacketizer::Push(const Packet& packet, std::vector<AccessUnit>& out) {
  bool gap = CountGap(packet.sequence_number);
  bool belongs_to_next = in_access_unit_ && packet.rtp_timestamp != access_unit_.rtp_timestamp;
  // Whether what is lost belongs to the access unit before or to this one cannot be known: both
  // are incomplete.
  if (gap) {
    lost_ = true;
    EndFragments();
  }
  if (belongs_to_next) Finish(out);
  if (gap) lost_ = true;
  if (!in_access_unit_) Begin(packet);
  TakePayload(packet.payload);
  if (packet.marker) Finish(out);
}

void Depacketizer::Flush(std::vector<AccessUnit>& out) {
  if (!in_access_unit_) return;
  lost_ = true;
  Finish(out);
}

void Depacketizer::Reset() {
  last_sequence_number_.reset();
  in_access_unit_ = in_fragments_ = lost_ = false;
  bytes_ = 0;
  access_unit_ = AccessUnit();
}

bool Depacketizer::CountGap(uint16_t sequence_number) {
  auto missing = last_sequence_number_
                     ? static_cast<uint16_t>(sequence_number - *last_sequence_number_ - 1)
                     : uint16_t{0};
  last_sequence_number_ = sequence_number;
  counters_.lost_packets += missing;
  return missing != 0;
}

void Depacketizer::Begin(const Packet& packet) {
  in_access_unit_ = true;
  access_unit_.rtp_timestamp = packet.rtp_timestamp;
  access_unit_.role = packet.role;
  access_unit_.arrival = packet.arrival;
}

void Depacketizer::TakePayload(ByteView payload) {
  uint8_t type = payload.empty() ? 0 : payload[0] & kTypeMask;
  bool taken = false;
  if (type != kFuA) EndFragments();
  if (type == kFuA) {
    taken = TakeFuA(payload);
  } else if (type == kStapA) {
    taken = TakeStapA(payload.subspan(1));
  } else if (type >= 1 && type <= kLastNalUnitType) {
    AddNalUnit(payload);
    taken = true;
  }
  if (taken) return;
  ++counters_.malformed_packets;
  lost_ = true;
}

// Nothing of a malformed one is taken.
bool Depacketizer::TakeStapA(ByteView payload) {
  ByteReader check(payload);
  while (check.ok() && check.remaining() > 0) check.Skip(check.ReadU16());
  if (!check.ok() || payload.empty()) return false;
  ByteReader reader(payload);
  while (reader.remaining() > 0) {
    ByteView nal_unit = reader.ReadBytes(reader.ReadU16());
    if (!nal_unit.empty()) AddNalUnit(nal_unit);
  }
  return true;
}

bool Depacketizer::TakeFuA(ByteView payload) {
  if (payload.size() <= kFuHeaderBytes) return false;
  uint8_t header = payload[1];
  bool starts = (header & kFuStart) != 0;
  if (starts) {
    EndFragments();
    auto nal_header = static_cast<uint8_t>((payload[0] & ~kTypeMask) | (header & kTypeMask));
    AddNalUnit(ByteView(&nal_header, 1));
    in_fragments_ = true;
  } else if (!in_fragments_) {
    lost_ = true;  // its beginning is missing
    return true;
  }
  Extend(payload.subspan(kFuHeaderBytes));
  if ((header & kFuEnd) != 0) in_fragments_ = false;
  return true;
}

void Depacketizer::AddNalUnit(ByteView nal_unit) {
  if (access_unit_.nal_units.size() == kMaxNalUnits) {
    lost_ = true;
    return;
  }
  access_unit_.nal_units.emplace_back();
  Extend(nal_unit);
}

// Appends to the last NAL unit.
void Depacketizer::Extend(ByteView bytes) {
  if (bytes_ + bytes.size() > kMaxBytes || access_unit_.nal_units.empty()) {
    lost_ = true;
    return;
  }
  Bytes& last = access_unit_.nal_units.back();
  last.insert(last.end(), bytes.begin(), bytes.end());
  bytes_ += bytes.size();
}

// A NAL unit whose last fragment did not come is thrown away: decoders stumble over half slices.
void Depacketizer::EndFragments() {
  if (!in_fragments_) return;
  in_fragments_ = false;
  lost_ = true;
  bytes_ -= access_unit_.nal_units.back().size();
  access_unit_.nal_units.pop_back();
}

void Depacketizer::Finish(std::vector<AccessUnit>& out) {
  EndFragments();
  std::erase_if(access_unit_.nal_units, [](const Bytes& nal_unit) { return nal_unit.empty(); });
  if (!access_unit_.nal_units.empty()) {
    std::vector<ByteView> views(access_unit_.nal_units.begin(), access_unit_.nal_units.end());
    media::H264PictureKind kind = media::KindOf(views);
    access_unit_.role.key_frame = kind.idr || kind.recovery_point;
    access_unit_.role.recovery_point = kind.recovery_point;
    access_unit_.role.discardable = kind.has_slice && !kind.referenced;
    access_unit_.complete = !lost_;
    out.push_back(std::move(access_unit_));
    lost_ = false;
  }
  in_access_unit_ = false;
  bytes_ = 0;
  access_unit_ = AccessUnit();
}

}  // namespace sluice::rtp::payload::h264
