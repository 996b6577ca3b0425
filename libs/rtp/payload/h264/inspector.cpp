#include "libs/rtp/payload/h264/inspector.h"

#include <algorithm>
#include <utility>

#include "libs/media/h264_nal_unit.h"
#include "libs/media/h264_sei.h"
#include "libs/media/h264_slice.h"
#include "libs/rtp/payload/h264/aggregate.h"
#include "libs/rtp/payload/h264/cutter.h"
#include "libs/rtp/payload/h264/payload_structure.h"

namespace sluice::rtp::payload::h264 {
namespace {

using media::H264NalUnitType;

bool IsParameterSet(ByteView nal_unit) {
  const H264NalUnitType type = media::TypeOf(nal_unit);
  return type == H264NalUnitType::kSps || type == H264NalUnitType::kPps;
}

bool IsFragment(ByteView payload) { return (payload[0] & kTypeMask) == kFuA; }

// The header byte of the NAL unit that a fragment is of.
uint8_t HeaderOf(ByteView fragment) {
  return static_cast<uint8_t>((fragment[0] & ~kTypeMask) | (fragment[1] & kTypeMask));
}

}  // namespace

bool Inspector::Inspect(const RtpView& packet, const DependencyInfo* dependency,
                        std::vector<InspectedPayload>& out) {
  const ByteView payload = packet.payload;
  if (payload.empty()) return true;
  const std::vector<ByteView> nal_units = NalUnitsOf(payload);
  const bool fragment = IsFragment(payload) && payload.size() > kFuHeaderBytes;
  if (!fragment && nal_units.empty()) return false;
  if (frames_.IsNew(packet.rtp_timestamp)) Begin();
  payloads_.clear();
  if (fragment) {
    TakeFragment(payload);
  } else {
    TakeNalUnits(payload, nal_units);
  }
  if (!payloads_.empty()) Emit(packet, dependency, out);
  return true;
}

void Inspector::Begin() {
  picture_ = Picture();
  held_.clear();
  held_bytes_ = 0;
  in_held_fragments_ = false;
}

void Inspector::TakeNalUnits(ByteView payload, const std::vector<ByteView>& nal_units) {
  in_held_fragments_ = false;
  Cutter cutter(kMaxFanoutPayload, payloads_);
  for (ByteView nal_unit : nal_units) {
    sets_.Take(nal_unit);
    if (media::IsSlice(nal_unit)) OnSlice(nal_unit);
    if (!picture_.has_slice) Hold(nal_unit);
  }
  if (!picture_.has_slice) return;
  // The usual packet: one slice of a picture, as it is.
  if (held_.empty() && nal_units.size() == 1 && payload.size() <= kMaxFanoutPayload) {
    if (IsCarried(payload)) payloads_.push_back(ToBytes(payload));
    return;
  }
  for (const Bytes& held : held_) cutter.Add(held);
  bool sliced = held_.empty();
  for (ByteView nal_unit : nal_units) {
    sliced |= media::IsSlice(nal_unit);
    if (sliced && IsCarried(nal_unit)) cutter.Add(nal_unit);
  }
  cutter.Finish();
  held_.clear();
}

void Inspector::TakeFragment(ByteView payload) {
  const bool starts = (payload[1] & kFuStart) != 0;
  const uint8_t header = HeaderOf(payload);
  const ByteView data = payload.subspan(kFuHeaderBytes);
  if (!media::IsSlice({&header, 1}) && !picture_.has_slice) {
    return HoldFragment(header, payload);
  }
  if (!picture_.has_slice) {
    constexpr size_t kSliceStart = 16;  // bytes that are enough for what is read of it
    Bytes slice = {header};
    slice.insert(slice.end(), data.begin(),
                 data.begin() + static_cast<ptrdiff_t>(std::min(kSliceStart, data.size())));
    if (starts) OnSlice(slice);
    if (!starts) OnLaterSlice(header);
  }
  Cutter cutter(kMaxFanoutPayload, payloads_);
  for (const Bytes& held : held_) cutter.Add(held);
  cutter.Finish();
  held_.clear();
  if (payload.size() <= kMaxFanoutPayload) {
    payloads_.push_back(ToBytes(payload));
  } else {
    CutFragment(payload, kMaxFanoutPayload, payloads_);
  }
}

void Inspector::Hold(ByteView nal_unit) {
  picture_.from_start = true;
  const H264NalUnitType type = media::TypeOf(nal_unit);
  picture_.has_sps |= type == H264NalUnitType::kSps;
  picture_.has_pps |= type == H264NalUnitType::kPps;
  picture_.said_to_recover |= media::FindRecoveryFrameCount(nal_unit) == 0U;
  if (!IsCarried(nal_unit) || held_bytes_ + nal_unit.size() > kMaxHeld) return;
  held_bytes_ += nal_unit.size();
  held_.push_back(ToBytes(nal_unit));
}

// Parameter sets and messages that are longer than a packet.
void Inspector::HoldFragment(uint8_t header, ByteView payload) {
  const ByteView data = payload.subspan(kFuHeaderBytes);
  if ((payload[1] & kFuStart) != 0) {
    fragmented_ = {header};
    in_held_fragments_ = true;
  }
  if (!in_held_fragments_ || fragmented_.size() + data.size() > kMaxHeld) {
    in_held_fragments_ = false;
    return;
  }
  fragmented_.insert(fragmented_.end(), data.begin(), data.end());
  if ((payload[1] & kFuEnd) == 0) return;
  in_held_fragments_ = false;
  sets_.Take(fragmented_);
  Hold(fragmented_);
}

void Inspector::OnSlice(ByteView slice) {
  const auto start = media::ParseH264SliceStart(slice);
  if (media::NalRefIdc(slice) != 0) picture_.referenced = true;
  if (picture_.has_slice) return;
  picture_.has_slice = true;
  picture_.from_start |= start && start->first_mb == 0;
  const bool idr = media::TypeOf(slice) == H264NalUnitType::kIdrSlice;
  const bool intra = start && start->type == media::H264SliceType::kI;
  picture_.recovery_point = !idr && intra && picture_.said_to_recover;
  picture_.key_frame = idr || picture_.recovery_point;
  if (picture_.key_frame && picture_.from_start) CompleteParameterSets();
}

// The beginning of the picture is missing.
void Inspector::OnLaterSlice(uint8_t header) {
  picture_.has_slice = true;
  picture_.from_start = false;
  picture_.key_frame = media::TypeOf({&header, 1}) == H264NalUnitType::kIdrSlice;
  picture_.referenced = media::NalRefIdc({&header, 1}) != 0;
}

void Inspector::CompleteParameterSets() {
  if ((picture_.has_sps && picture_.has_pps) || !sets_.complete()) return;
  std::erase_if(held_, [](const Bytes& nal_unit) { return IsParameterSet(nal_unit); });
  std::vector<Bytes> sets;
  for (ByteView nal_unit : sets_.NalUnits()) sets.push_back(ToBytes(nal_unit));
  held_.insert(held_.begin(), std::make_move_iterator(sets.begin()),
               std::make_move_iterator(sets.end()));
}

void Inspector::Emit(const RtpView& packet, const DependencyInfo* dependency,
                     std::vector<InspectedPayload>& out) {
  PacketRole role;
  role.key_frame = picture_.key_frame;
  role.recovery_point = picture_.recovery_point;
  role.discardable = !picture_.referenced;
  if (dependency != nullptr) Apply(*dependency, role);
  const size_t first = out.size();
  for (Bytes& payload : payloads_) {
    InspectedPayload& each = out.emplace_back();
    each.role = role;
    each.payload = std::move(payload);
  }
  if (!picture_.started && picture_.from_start) {
    out[first].first_of_frame = true;
    out[first].role.starts_access_unit = true;
    if (picture_.key_frame) DescribeKeyFrame(out[first]);
  }
  picture_.started = true;
  out.back().last_of_frame = packet.marker;
}

void Inspector::DescribeKeyFrame(InspectedPayload& payload) {
  payload.width = sets_.size().width;
  payload.height = sets_.size().height;
  if (delivered_version_ == sets_.version() || !sets_.complete()) return;
  delivered_version_ = sets_.version();
  payload.codec_config = sets_.Config();
}

}  // namespace sluice::rtp::payload::h264
