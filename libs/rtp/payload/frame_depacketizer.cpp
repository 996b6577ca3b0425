#include "libs/rtp/payload/frame_depacketizer.h"

#include <utility>

#include "libs/rtp/payload/av1/aggregation.h"
#include "libs/rtp/payload/vp8/descriptor.h"
#include "libs/rtp/payload/vp9/descriptor.h"

namespace sluice::rtp::payload {

void FrameDepacketizer::Push(const Packet& packet, std::vector<CodedFrame>& out) {
  const bool gap = CountGap(packet.sequence_number);
  if (in_frame_ && packet.rtp_timestamp != frame_.rtp_timestamp) {
    lost_ = true;  // its end, with the marker
    Finish(out);
    // Its end is what is missing; should pictures behind it be, too, it says so for them.
    lost_ = gap && !packet.role.starts_access_unit;
  } else {
    lost_ |= gap;
  }
  if (!in_frame_) {
    in_frame_ = true;
    lost_ |= !packet.role.starts_access_unit;
    frame_.rtp_timestamp = packet.rtp_timestamp;
    frame_.role = packet.role;
    frame_.arrival = packet.arrival;
  }
  if (!Take(packet.payload)) {
    ++counters_.malformed_packets;
    lost_ = true;
  }
  if (packet.marker) Finish(out);
}

void FrameDepacketizer::Reset() {
  last_sequence_number_.reset();
  in_frame_ = lost_ = in_obu_ = false;
  frame_ = CodedFrame();
  obu_.clear();
}

bool FrameDepacketizer::CountGap(uint16_t sequence_number) {
  const auto missing = last_sequence_number_
                           ? static_cast<uint16_t>(sequence_number - *last_sequence_number_ - 1)
                           : uint16_t{0};
  last_sequence_number_ = sequence_number;
  counters_.lost_packets += missing;
  return missing != 0;
}

bool FrameDepacketizer::Take(ByteView payload) {
  if (codec_ == media::Codec::kAv1) return TakeAv1(payload);
  if (codec_ == media::Codec::kVp8) {
    const auto descriptor = vp8::ParseDescriptor(payload);
    return descriptor && TakeData(descriptor->size, payload);
  }
  const auto descriptor = vp9::ParseDescriptor(payload);
  return descriptor && TakeData(descriptor->size, payload);
}

bool FrameDepacketizer::TakeData(size_t descriptor_size, ByteView payload) {
  const ByteView data = payload.subspan(descriptor_size);
  if (frame_.bytes.size() + data.size() > kMaxBytes) return false;
  frame_.bytes.insert(frame_.bytes.end(), data.begin(), data.end());
  return true;
}

bool FrameDepacketizer::TakeAv1(ByteView payload) {
  const auto aggregation = av1::ParseAggregation(payload);
  if (!aggregation || aggregation->continues != in_obu_) {
    in_obu_ = false;
    obu_.clear();
    return false;
  }
  for (size_t i = 0; i < aggregation->elements.size(); ++i) {
    const ByteView element = aggregation->elements[i];
    if (obu_.size() + frame_.bytes.size() + element.size() > kMaxBytes) return false;
    obu_.insert(obu_.end(), element.begin(), element.end());
    in_obu_ = aggregation->to_be_continued && i + 1 == aggregation->elements.size();
    if (!in_obu_) FinishObu();
  }
  return true;
}

// Appends it with its length; delimiters and padding stay away (the delimiter comes by itself).
void FrameDepacketizer::FinishObu() {
  const Bytes whole = std::exchange(obu_, {});
  const auto obu = av1::ParseObu(whole);
  if (!obu || obu->type == av1::ObuType::kTemporalDelimiter ||
      obu->type == av1::ObuType::kPadding || obu->type == av1::ObuType::kTileList) {
    return;
  }
  constexpr uint8_t kHasSize = 0x02;
  if (frame_.bytes.empty()) frame_.bytes = {0x12, 0x00};  // a temporal delimiter
  frame_.bytes.push_back(whole[0] | kHasSize);
  if (obu->has_extension) frame_.bytes.push_back(whole[1]);
  av1::AppendLeb128(static_cast<uint32_t>(obu->payload.size()), frame_.bytes);
  frame_.bytes.insert(frame_.bytes.end(), obu->payload.begin(), obu->payload.end());
}

void FrameDepacketizer::Finish(std::vector<CodedFrame>& out) {
  lost_ |= in_obu_;
  if (!frame_.bytes.empty()) {
    frame_.complete = !lost_;
    out.push_back(std::move(frame_));
    lost_ = false;
  }
  in_frame_ = in_obu_ = false;
  frame_ = CodedFrame();
  obu_.clear();
}

}  // namespace sluice::rtp::payload
