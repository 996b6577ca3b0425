// The receiving end of a publication.
#pragma once

#include <span>

#include "libs/fanout/item.h"

namespace sluice::fanout {

class Sink {
 public:
  virtual ~Sink() = default;

  // A batch, in order. The items are borrowed for the call; keep a packet by copying its PacketPtr.
  // The order a sink can rely on: a description comes before any packet of its tracks, a track's
  // ClockReport before the track's first packet; StreamEnd is the last item ever, and the sink is
  // detached by then. On the publication's loop. It may attach and detach sinks, itself included.
  virtual void OnItems(std::span<const Item> items) = 0;
};

}  // namespace sluice::fanout
