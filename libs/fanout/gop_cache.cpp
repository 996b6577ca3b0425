#include "libs/fanout/gop_cache.h"

#include <algorithm>

namespace sluice::fanout {

void GopCache::Push(const Item& item) {
  if (const auto* packet = std::get_if<rtp::PacketPtr>(&item)) {
    if (IsVideo((*packet)->track_id)) {
      PushVideo(*packet);
    } else {
      Append(audio_, *packet);
    }
    DropOverLimit((*packet)->arrival);
  } else if (const auto* clock = std::get_if<rtp::ClockReport>(&item)) {
    clocks_[clock->track_id] = *clock;
  } else if (const auto* description = std::get_if<DescriptionPtr>(&item)) {
    description_ = *description;
    has_video_ = description_->FindFirst(media::MediaKind::kVideo) != nullptr;
    std::erase_if(clocks_, [this](const auto& entry) {
      return description_->FindTrack(entry.first) == nullptr;
    });
    for (auto group = groups_.begin(); group != groups_.end();) {
      group = IsVideo(group->first) ? std::next(group) : Drop(group);
    }
  }
}

void GopCache::PushVideo(const rtp::PacketPtr& packet) {
  auto group = groups_.find(packet->track_id);
  if (packet->role.key_frame && packet->role.starts_access_unit) {
    if (group != groups_.end()) Drop(group);
    group = groups_.try_emplace(packet->track_id).first;
  }
  if (group != groups_.end()) Append(group->second, packet);  // else no joiner can decode it
}

void GopCache::Append(Entries& entries, const rtp::PacketPtr& packet) {
  entries.push_back({next_number_++, packet});
  bytes_ += packet->footprint();
}

void GopCache::DropOverLimit(Instant now) {
  for (auto group = groups_.begin(); group != groups_.end();) {
    const bool too_old = now - group->second.front().packet->arrival > limits_.age;
    if (too_old) ++dropped_groups_;
    group = too_old ? Drop(group) : std::next(group);
  }
  DropOldAudio(now);
  while (bytes_ > limits_.bytes && !groups_.empty()) {
    Drop(OldestGroup());
    ++dropped_groups_;
    DropOldAudio(now);
  }
}

// Sound is kept from the oldest picture on, and without pictures for a moment, within the bytes.
void GopCache::DropOldAudio(Instant now) {
  const auto oldest = OldestGroup();
  const auto is_old = [&](const Entry& entry) {
    if (oldest != groups_.end()) return entry.number < oldest->second.front().number;
    return now - entry.packet->arrival > limits_.audio_only || bytes_ > limits_.bytes;
  };
  while (!audio_.empty() && is_old(audio_.front())) {
    bytes_ -= audio_.front().packet->footprint();
    audio_.pop_front();
  }
}

GopCache::Groups::iterator GopCache::Drop(Groups::iterator group) {
  for (const Entry& entry : group->second) bytes_ -= entry.packet->footprint();
  return groups_.erase(group);
}

GopCache::Groups::iterator GopCache::OldestGroup() {
  return std::min_element(groups_.begin(), groups_.end(), [](const auto& a, const auto& b) {
    return a.second.front().number < b.second.front().number;
  });
}

void GopCache::Snapshot(std::vector<Item>& out) const {
  if (description_ != nullptr) out.emplace_back(description_);
  for (const auto& [track_id, clock] : clocks_) out.emplace_back(clock);
  std::vector<const Entry*> entries;
  for (const Entry& entry : audio_) entries.push_back(&entry);
  for (const auto& [track_id, group] : groups_) {
    for (const Entry& entry : group) entries.push_back(&entry);
  }
  std::sort(entries.begin(), entries.end(),
            [](const Entry* a, const Entry* b) { return a->number < b->number; });
  for (const Entry* entry : entries) out.emplace_back(entry->packet);
}

void GopCache::DropGroups() {
  groups_.clear();
  audio_.clear();
  bytes_ = 0;
}

std::optional<Instant> GopCache::KeyFrameArrival(uint32_t track_id) const {
  const auto group = groups_.find(track_id);
  if (group == groups_.end()) return std::nullopt;
  return group->second.front().packet->arrival;
}

void GopCache::DropGroup(uint32_t track_id) {
  const auto group = groups_.find(track_id);
  if (group != groups_.end()) Drop(group);
}

bool GopCache::IsVideo(uint32_t track_id) const {
  if (description_ == nullptr) return false;
  const media::Track* track = description_->FindTrack(track_id);
  return track != nullptr && track->kind == media::MediaKind::kVideo;
}

}  // namespace sluice::fanout
