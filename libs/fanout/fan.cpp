#include "libs/fanout/fan.h"

#include <algorithm>
#include <utility>

namespace sluice::fanout {
namespace {

constexpr size_t kBatchPackets = 16;
constexpr Duration kBatchDelay = 1ms;

}  // namespace

Fan::Fan(loop::EventLoop& loop, GopCache::Limits limits)
    : cache_(limits), flush_timer_(loop, [this] { Flush(); }) {}

void Fan::Push(Item item) {
  if (ended_) return;
  bool is_packet = std::holds_alternative<rtp::PacketPtr>(item);
  bool flush = !is_packet || std::get<rtp::PacketPtr>(item)->marker;
  batch_.push_back(std::move(item));
  if (is_packet && ++packets_in_batch_ >= kBatchPackets) flush = true;
  if (flush) {
    Flush();
  } else if (!flush_timer_.running()) {
    flush_timer_.Start(kBatchDelay);
  }
}

void Fan::Flush() {
  if (batch_.empty()) return;
  flush_timer_.Stop();
  packets_in_batch_ = 0;
  std::vector<Item> items = std::exchange(batch_, {});
  for (const Item& item : items) cache_.Push(item);
  bool end = std::holds_alternative<StreamEnd>(items.back());
  if (end) ended_ = true;
  Deliver(items);
  if (!end) {
    // Keeps the vector's memory: a batch costs no allocation once the stream runs.
    items.clear();
    if (batch_.empty()) batch_ = std::move(items);
    return;
  }
  sinks_.assign(sinks_.size(), nullptr);
  sink_count_ = 0;
}

void Fan::Deliver(std::span<const Item> items) {
  ++delivering_;
  // By index and up to the present size: a sink may attach others (they get the cache instead) or
  // detach.
  for (size_t i = 0, count = sinks_.size(); i < count; ++i) {
    if (sinks_[i] != nullptr) sinks_[i]->OnItems(items);
  }
  if (--delivering_ == 0) std::erase(sinks_, nullptr);
}

void Fan::Attach(Sink& sink) {
  if (ended_) return;
  Flush();  // what is in the batch must not reach the new sink twice
  if (ended_) return;
  sinks_.push_back(&sink);
  ++sink_count_;
  Replay(sink);
}

void Fan::Detach(Sink& sink) {
  auto found = std::find(sinks_.begin(), sinks_.end(), &sink);
  if (found == sinks_.end()) return;
  --sink_count_;
  if (delivering_ > 0) {
    *found = nullptr;
  } else {
    sinks_.erase(found);
  }
}

void Fan::Replay(Sink& sink) {
  std::vector<Item> items;
  cache_.Snapshot(items);
  if (!items.empty()) sink.OnItems(items);
}

void Fan::DropGroup(uint32_t track_id) {
  Flush();
  cache_.DropGroup(track_id);
}

void Fan::DropGroups() {
  Flush();
  cache_.DropGroups();
}

}  // namespace sluice::fanout
