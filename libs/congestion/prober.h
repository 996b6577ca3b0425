// Tries out a higher rate with some padding for some 40 ms, since a sender that sends less than
// the link carries never learns more from its own packets.
#pragma once

#include <optional>

#include "libs/congestion/feedback_adapter.h"

namespace sluice::congestion {

// One transport. At most one probe at a time, and pauses between probes that grow while they show
// nothing.
class Prober {
 public:
  static constexpr Duration kLength = 40ms;
  static constexpr size_t kLeastPackets = 6;
  static constexpr size_t kMostBytes = 128 << 10;
  static constexpr Duration kFirstPause = 1500ms;
  static constexpr Duration kLongestPause = 5s;

  // Begins a probe at `rate` (bit/s) if it is time. not_before: when the network may be asked
  // again, whatever else.
  void Begin(double rate, Instant not_before, Instant now);
  // Ends it: its answer would say nothing.
  void Cancel(Instant now);
  // While packets of a probe are sent: its number, else 0. Every packet sent belongs to it.
  uint8_t active() const { return sending_ ? number_ : 0; }
  // A packet of the active probe has been sent.
  void OnSent(size_t bytes, Instant now);
  // Bytes of padding that are to be sent now.
  size_t Due(Instant now) const;

  // A packet of any probe has arrived. bit/s that the link carried, once it can be told.
  std::optional<double> OnReceived(const ReceivedPacket& packet, Instant now);
  // A queue that grows now may be this probe's own work.
  bool Disturbs(Instant now) const { return waiting_ || now < calm_from_; }
  // Gives up waiting for answers.
  void OnTick(Instant now);

 private:
  struct Sums {
    size_t packets = 0;
    size_t bytes = 0;
  };
  struct Arrivals {
    Instant first_sent{};
    Instant last_sent{};
    Duration first_arrival{};
    Duration last_arrival{};
    size_t first_size = 0;  // of the first to arrive
    size_t last_size = 0;   // of the last that was sent
    Sums sums;
  };
  std::optional<double> Result() const;
  void Finish(bool of_use, Instant now);

  uint8_t number_ = 0;    // 1 to 255 in turn
  bool sending_ = false;  // its packets are still being sent
  bool waiting_ = false;  // for what the receiver says
  double rate_ = 0;       // bit/s
  Instant begun_{};
  Sums sent_;
  Arrivals arrivals_;
  Duration pause_ = kFirstPause;
  Instant next_{};       // not before
  Instant calm_from_{};  // the last probe's queue has gone by then
};

}  // namespace sluice::congestion
