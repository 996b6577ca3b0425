#include "libs/fanout/gop_cache.h"

#include <algorithm>

namespace sluice::fanout {

void GopCache::Push(const Item& item) {
  if (const auto* packet = std::get_if<rtp::PacketPtr>(&item)) {
    PushPacket(*packet);
  } else if (const auto* clock = std::get_if<rtp::ClockReport>(&item)) {
    clocks_[clock->track_id] = *clock;
  } else if (const auto* description = std::get_if<DescriptionPtr>(&item)) {
    description_ = *description;
    has_video_ = description_->FindFirst(media::MediaKind::kVideo) != nullptr;
    std::erase_if(clocks_, [this](const auto& entry) {
      return description_->FindTrack(entry.first) == nullptr;
    });
  }
}

void GopCache::PushPacket(const rtp::PacketPtr& packet) {
  bool video = IsVideo(packet->track_id);
  if (video && packet->role.key_frame && packet->role.starts_access_unit) {
    Clear();
    has_key_frame_ = true;
  }
  if (video && !has_key_frame_) return;  // cannot be decoded by a joiner
  packets_.push_back(packet);
  bytes_ += packet->footprint();
  if (!has_key_frame_) DropOldAudio(packet->arrival);
  bool too_old = packet->arrival - packets_.front()->arrival > limits_.age;
  if (bytes_ > limits_.bytes || too_old) {
    Clear();
    ++dropped_groups_;
  }
}

void GopCache::DropOldAudio(Instant now) {
  while (now - packets_.front()->arrival > limits_.audio_only) {
    bytes_ -= packets_.front()->footprint();
    packets_.pop_front();
  }
}

void GopCache::Snapshot(std::vector<Item>& out) const {
  if (description_ != nullptr) out.emplace_back(description_);
  for (const auto& [track_id, clock] : clocks_) out.emplace_back(clock);
  for (const rtp::PacketPtr& packet : packets_) out.emplace_back(packet);
}

void GopCache::Clear() {
  packets_.clear();
  bytes_ = 0;
  has_key_frame_ = false;
}

bool GopCache::IsVideo(uint32_t track_id) const {
  if (description_ == nullptr) return false;
  const media::Track* track = description_->FindTrack(track_id);
  return track != nullptr && track->kind == media::MediaKind::kVideo;
}

}  // namespace sluice::fanout
