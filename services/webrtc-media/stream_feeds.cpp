#include "services/webrtc-media/stream_feeds.h"

#include <algorithm>
#include <utility>

namespace sluice::webrtc_media {
namespace {

std::span<const fanout::Item> WithoutEnd(std::span<const fanout::Item> items) {
  const bool ends = !items.empty() && std::holds_alternative<fanout::StreamEnd>(items.back());
  return ends ? items.first(items.size() - 1) : items;
}

bool HasPacket(std::span<const fanout::Item> items) {
  return std::any_of(items.begin(), items.end(), [](const fanout::Item& item) {
    return std::holds_alternative<rtp::PacketPtr>(item);
  });
}

// Audio packets are no key frames.
bool HasKeyFrame(std::span<const fanout::Item> items) {
  return std::any_of(items.begin(), items.end(), [](const fanout::Item& item) {
    const auto* packet = std::get_if<rtp::PacketPtr>(&item);
    return packet != nullptr && (*packet)->role.key_frame;
  });
}

}  // namespace

StreamFeeds::StreamFeeds(WorkerPool& pool, BrowserFilter::Counters& counters, Listener listener)
    : pool_(pool), listener_(std::move(listener)), filter_(counters) {}

StreamFeeds::~StreamFeeds() { Follow(nullptr); }

void StreamFeeds::Follow(relay::StreamRelay* relay) {
  if (relay_ != nullptr) relay_->Detach(*this);
  relay_ = relay;
  filtered_ = fanout::GopCache();  // the next publication may have the same track ids
  passed_packets_ = false;
  seen_key_frame_ = false;
  if (relay_ != nullptr) relay_->Attach(*this);
}

void StreamFeeds::OnItems(std::span<const fanout::Item> items) {
  const bool was_filtering = filter_.active();
  FollowDescription(items);
  if (!filter_.active() || (!was_filtering && passed_packets_)) {
    passed_packets_ = passed_packets_ || HasPacket(items);
    Deliver(items);
  } else {
    std::vector<fanout::Item> left;
    filter_.Filter(items, left);
    for (const fanout::Item& item : left) filtered_.Push(item);
    Deliver(left);
  }
  Tell(items);
}

// A description is the first item a relay gives, or the last of a batch.
void StreamFeeds::FollowDescription(std::span<const fanout::Item> items) {
  for (const fanout::Item& item : items) {
    const auto* description = std::get_if<fanout::DescriptionPtr>(&item);
    if (description == nullptr) continue;
    const bool was_filtering = filter_.active();
    filter_.OnDescription(**description);
    if (filter_.active() && !was_filtering && passed_packets_) BeginFiltering();
  }
}

// The workers have got everything so far, up to this description, as it came.
void StreamFeeds::BeginFiltering() {
  std::vector<fanout::Item> items;
  relay_->fan().cache().Snapshot(items);
  filtered_ = fanout::GopCache();
  for (const fanout::Item& item : items) filtered_.Push(item);
  filter_.GoOnFrom(items);
}

void StreamFeeds::Deliver(std::span<const fanout::Item> items) {
  items = WithoutEnd(items);
  if (items.empty()) return;
  for (auto& [worker, tap] : taps_) tap.feed->OnItems(items);
}

void StreamFeeds::Tell(std::span<const fanout::Item> items) {
  for (const fanout::Item& item : items) {
    if (const auto* description = std::get_if<fanout::DescriptionPtr>(&item)) {
      listener_.on_description(*description);
    } else if (const auto* event = std::get_if<fanout::StreamEventPtr>(&item)) {
      if (listener_.on_event != nullptr) listener_.on_event(**event);
    } else if (const auto* end = std::get_if<fanout::StreamEnd>(&item)) {
      return listener_.on_end(*end);
    }
  }
  if (listener_.on_key_frame == nullptr || seen_key_frame_ || !HasKeyFrame(items)) return;
  seen_key_frame_ = true;
  listener_.on_key_frame();
}

WorkerFeed& StreamFeeds::Use(size_t worker) {
  Tap& tap = taps_[worker];
  if (tap.feed == nullptr) {
    tap.feed = pool_.worker(worker).OpenFeed();
    std::vector<fanout::Item> items;
    if (filter_.active()) {
      filtered_.Snapshot(items);
    } else if (relay_ != nullptr) {
      relay_->fan().cache().Snapshot(items);
    }
    if (!items.empty()) tap.feed->OnItems(items);
  }
  ++tap.users;
  return *tap.feed;
}

void StreamFeeds::Release(size_t worker) {
  const auto found = taps_.find(worker);
  if (found != taps_.end() && --found->second.users == 0) taps_.erase(found);
}

bool StreamFeeds::Has(size_t worker, FeedId feed) const {
  const auto found = taps_.find(worker);
  return found != taps_.end() && found->second.feed->id() == feed;
}

void StreamFeeds::End(const fanout::StreamEnd& end) {
  const fanout::Item item = end;
  for (auto& [worker, tap] : taps_) tap.feed->OnItems({&item, 1});
}

}  // namespace sluice::webrtc_media
