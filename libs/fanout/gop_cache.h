// What a new player gets at once: everything since the last key frame.
#pragma once

#include <deque>
#include <map>
#include <optional>
#include <vector>

#include "libs/fanout/item.h"

namespace sluice::fanout {

// Keeps the stream's description, the last clock report of every track, of each video track (the
// layers of a simulcast picture are several) its packets since its own last key frame, and the
// sound since the oldest of those (of a stream without a key frame: the last 200 ms). References
// only: the packets are shared. Any thread, one at a time.
class GopCache {
 public:
  struct Limits {
    // All packets' footprint. Beyond it the oldest group is dropped, and so is one
    size_t bytes = 8 << 20;
    Duration age = 15s;  // that is older than this: joiners wait for the track's next key frame
    Duration audio_only = 200ms;
  };

  GopCache() : GopCache(Limits()) {}
  explicit GopCache(Limits limits) : limits_(limits) {}

  void Push(const Item& item);
  // Forgets the packets: a joiner waits for the next key frame.
  void DropGroups();
  // The same for one video track.
  void DropGroup(uint32_t track_id);
  // Appends what a joiner must get first: the description, the clock reports, then the packets, in
  // the order in which they came.
  void Snapshot(std::vector<Item>& out) const;

  const DescriptionPtr& description() const { return description_; }
  size_t bytes() const { return bytes_; }
  // A key frame is in the cache (or the stream has no video): a joiner has a picture at once.
  bool joinable() const { return !has_video_ || !groups_.empty(); }
  // When the key frame came that a joiner begins this video track with; nullopt: there is none.
  std::optional<Instant> KeyFrameArrival(uint32_t track_id) const;
  // Times a group was dropped for being over a limit.
  uint64_t dropped_groups() const { return dropped_groups_; }

 private:
  struct Entry {
    uint64_t number;  // of all that came
    rtp::PacketPtr packet;
  };
  using Entries = std::deque<Entry>;  // bounded by limits_
  using Groups = std::map<uint32_t, Entries>;

  void PushVideo(const rtp::PacketPtr& packet);
  void Append(Entries& entries, const rtp::PacketPtr& packet);
  void DropOverLimit(Instant now);
  void DropOldAudio(Instant now);
  Groups::iterator Drop(Groups::iterator group);
  Groups::iterator OldestGroup();
  bool IsVideo(uint32_t track_id) const;

  Limits limits_;
  DescriptionPtr description_;
  std::map<uint32_t, rtp::ClockReport> clocks_;  // by track id
  Groups groups_;                                // by track id; each begins with a key frame
  Entries audio_;
  uint64_t next_number_ = 0;
  size_t bytes_ = 0;
  bool has_video_ = false;
  uint64_t dropped_groups_ = 0;
};

}  // namespace sluice::fanout
