// What a new player gets at once: everything since the last key frame.
#pragma once

#include <deque>
#include <map>
#include <vector>

#include "libs/fanout/item.h"

namespace sluice::fanout {

// Keeps the stream's description, the last clock report of every track, and its packets since the
// last key frame (of a stream without video: the last 200 ms). References only: the packets are
// shared. Any thread, one at a time.
class GopCache {
 public:
  struct Limits {
    size_t bytes = 8 << 20;  // packets' footprint. Beyond it, or
    Duration age = 15s;  // beyond this, the group is dropped: joiners wait for the next key frame
    Duration audio_only = 200ms;
  };

  GopCache() : GopCache(Limits()) {}
  explicit GopCache(Limits limits) : limits_(limits) {}

  void Push(const Item& item);
  // Forgets the packets: a joiner waits for the next key frame.
  void DropGroup() { Clear(); }
  // Appends what a joiner must get first: the description, the clock reports, then the packets, in
  // order.
  void Snapshot(std::vector<Item>& out) const;

  const DescriptionPtr& description() const { return description_; }
  size_t bytes() const { return bytes_; }
  // A key frame is in the cache (or the stream has no video): a joiner has a picture at once.
  bool joinable() const { return !has_video_ || has_key_frame_; }
  // Times a group was dropped for being over a limit.
  uint64_t dropped_groups() const { return dropped_groups_; }

 private:
  void PushPacket(const rtp::PacketPtr& packet);
  void DropOldAudio(Instant now);
  void Clear();
  bool IsVideo(uint32_t track_id) const;

  Limits limits_;
  DescriptionPtr description_;
  std::map<uint32_t, rtp::ClockReport> clocks_;  // by track id
  std::deque<rtp::PacketPtr> packets_;           // bounded by limits_
  size_t bytes_ = 0;
  bool has_video_ = false;
  bool has_key_frame_ = false;
  uint64_t dropped_groups_ = 0;
};

}  // namespace sluice::fanout
