// Batches items, caches the group of pictures, and hands both to sinks.
#pragma once

#include <vector>

#include "libs/fanout/gop_cache.h"
#include "libs/fanout/sink.h"
#include "libs/loop/timer.h"

namespace sluice::fanout {

// The common half of a publication (which makes the items) and of a relay (which receives them).
// One loop.
class Fan {
 public:
  Fan(loop::EventLoop& loop, GopCache::Limits limits);

  // Adds an item. The batch is flushed by a packet with the marker bit, by the 16th packet, 1 ms
  // after its first packet, and by anything that is not a packet.
  void Push(Item item);
  void Flush();

  // `sink` must outlive its attachment. It gets the cached items before Attach returns; nothing if
  // the stream has ended.
  void Attach(Sink& sink);
  // Nothing is delivered to `sink` any more. Detaching what is not attached is allowed.
  void Detach(Sink& sink);
  // Gives one attached sink the cached group once more, for a player that needs a key frame where
  // the source cannot make one.
  void Replay(Sink& sink);

  // Forgets the cached groups: joiners wait for the next key frame.
  void DropGroups();
  void DropGroup(uint32_t track_id);  // of one video track

  size_t sink_count() const { return sink_count_; }
  bool ended() const { return ended_; }
  const GopCache& cache() const { return cache_; }

 private:
  void Deliver(std::span<const Item> items);

  GopCache cache_;
  loop::Timer flush_timer_;
  std::vector<Item> batch_;  // at most 16 packets
  size_t packets_in_batch_ = 0;
  std::vector<Sink*> sinks_;  // nullptr: detached during a delivery
  size_t sink_count_ = 0;
  int delivering_ = 0;
  bool ended_ = false;
};

}  // namespace sluice::fanout
