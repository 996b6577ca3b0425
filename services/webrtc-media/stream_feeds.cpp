#include "services/webrtc-media/stream_feeds.h"

#include <utility>

namespace sluice::webrtc_media {
namespace {

std::span<const fanout::Item> WithoutEnd(std::span<const fanout::Item> items) {
  const bool ends = !items.empty() && std::holds_alternative<fanout::StreamEnd>(items.back());
  return ends ? items.first(items.size() - 1) : items;
}

}  // namespace

void StreamFeeds::Tap::OnItems(std::span<const fanout::Item> items) {
  items = WithoutEnd(items);
  if (!items.empty()) feed_->OnItems(items);
}

void StreamFeeds::Monitor::OnItems(std::span<const fanout::Item> items) {
  for (const fanout::Item& item : items) {
    if (const auto* description = std::get_if<fanout::DescriptionPtr>(&item)) {
      listener_.on_description(*description);
    } else if (const auto* end = std::get_if<fanout::StreamEnd>(&item)) {
      listener_.on_end(*end);
      return;
    }
  }
}

StreamFeeds::StreamFeeds(WorkerPool& pool, Listener listener)
    : pool_(pool), monitor_(std::move(listener)) {}

StreamFeeds::~StreamFeeds() { Follow(nullptr); }

void StreamFeeds::Follow(relay::StreamRelay* relay) {
  if (relay_ != nullptr) {
    relay_->Detach(monitor_);
    for (auto& [worker, tap] : taps_) relay_->Detach(*tap);
  }
  relay_ = relay;
  if (relay_ == nullptr) return;
  relay_->Attach(monitor_);
  for (auto& [worker, tap] : taps_) relay_->Attach(*tap);
}

WorkerFeed& StreamFeeds::Use(size_t worker) {
  std::unique_ptr<Tap>& tap = taps_[worker];
  if (tap == nullptr) {
    tap = std::make_unique<Tap>(pool_.worker(worker).OpenFeed());
    if (relay_ != nullptr) relay_->Attach(*tap);
  }
  ++tap->users;
  return tap->feed();
}

void StreamFeeds::Release(size_t worker) {
  const auto found = taps_.find(worker);
  if (found == taps_.end() || --found->second->users > 0) return;
  if (relay_ != nullptr) relay_->Detach(*found->second);
  taps_.erase(found);
}

bool StreamFeeds::Has(size_t worker, FeedId feed) const {
  const auto found = taps_.find(worker);
  return found != taps_.end() && found->second->feed().id() == feed;
}

void StreamFeeds::End(const fanout::StreamEnd& end) {
  const fanout::Item item = end;
  for (auto& [worker, tap] : taps_) tap->feed().OnItems({&item, 1});
}

}  // namespace sluice::webrtc_media
