#include "services/webrtc-media/track_ring.h"

#include <algorithm>

#include "libs/rtp/sequence_number.h"

namespace sluice::webrtc_media {
namespace {

constexpr fanout::GopCache::Limits kLimits;

}  // namespace

bool TrackRing::Push(const rtp::PacketPtr& packet) {
  if (newest_sequence_number_ && !rtp::IsNewer(packet->sequence_number, *newest_sequence_number_)) {
    return false;
  }
  const bool accepted = kind_ != media::MediaKind::kVideo || AcceptVideo(*packet);
  newest_sequence_number_ = packet->sequence_number;
  if (!accepted) return false;
  packets_.push_back({packet});
  bytes_ += packet->footprint();
  Trim();
  return true;
}

bool TrackRing::AcceptVideo(const rtp::Packet& packet) {
  const bool starts_group = packet.role.key_frame && packet.role.starts_access_unit;
  if (starts_group) {
    key_frame_ = end();
    waits_for_key_frame_ = false;
  } else if (newest_sequence_number_ &&
             packet.sequence_number != static_cast<uint16_t>(*newest_sequence_number_ + 1)) {
    key_frame_.reset();
    waits_for_key_frame_ = true;
  }
  return !waits_for_key_frame_;
}

void TrackRing::Trim() {
  const Instant newest = packets_.back().packet->arrival;
  if (kind_ == media::MediaKind::kAudio) {
    while (packets_.size() > kRecent || newest - packets_.front().packet->arrival > kRecentAudio) {
      PopFront();
    }
    return;
  }
  if (key_frame_ && *key_frame_ >= begin_ && newest - at(*key_frame_).arrival > kLimits.age) {
    key_frame_.reset();
  }
  const auto is_spare = [this] {
    return packets_.size() > kRecent && (!key_frame_ || *key_frame_ > begin_);
  };
  while (is_spare()) PopFront();
  if (bytes_ > kLimits.bytes) key_frame_.reset();
  while (is_spare() || bytes_ > kLimits.bytes) PopFront();
}

void TrackRing::EvenOut() {
  const uint64_t first = std::max(evened_, begin_);
  evened_ = end();
  // Up to the length of the next one, so that it may follow in the same message; and up to the
  // length of the one before, so that a shorter one does not end the message, unless it is the
  // last.
  for (uint64_t position = end(); position-- > first + 1;) Lengthen(position - 1, SizeOf(position));
  for (uint64_t position = first + 1; position + 1 < end(); ++position)
    Lengthen(position, SizeOf(position - 1));
}

size_t TrackRing::SizeOf(uint64_t position) const {
  const Entry& entry = packets_[position - begin_];
  return entry.packet->payload.size() + entry.padding;
}

void TrackRing::Lengthen(uint64_t position, size_t wanted) {
  const size_t size = SizeOf(position);
  Entry& entry = packets_[position - begin_];
  if (size < wanted && wanted - size + entry.padding <= kMaxPadding)
    entry.padding = static_cast<uint8_t>(entry.padding + wanted - size);
}

void TrackRing::PopFront() {
  bytes_ -= packets_.front().packet->footprint();
  packets_.pop_front();
  ++begin_;
}

std::optional<uint64_t> TrackRing::JoinPosition(Duration audio) const {
  if (kind_ == media::MediaKind::kVideo) return key_frame_;
  if (packets_.empty()) return std::nullopt;
  uint64_t position = end();
  while (position > begin_ && packets_.back().packet->arrival - at(position - 1).arrival < audio) {
    --position;
  }
  return position;
}

}  // namespace sluice::webrtc_media
