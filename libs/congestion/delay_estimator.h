// Does the queue on the way to the receiver grow? (draft-ietf-rmcat-gcc-02 §5, with the trend line
// over the delay's history in place of the Kalman filter, as browsers do it.)
#pragma once

#include <array>
#include <optional>

#include "libs/congestion/feedback_adapter.h"

namespace sluice::congestion {

// How the link is used, seen from its queue.
enum class Usage : uint8_t {
  kNormal,
  kOver,   // the queue grows
  kUnder,  // the queue empties
};

// Two consecutive groups of packets, compared (§5.2).
struct GroupDelta {
  Duration sent{};  // between their last packets
  Duration arrived{};
};

// Packets that left within 5 ms, or arrived in one burst, are one group (§5.3, §5.4).
class ArrivalGroups {
 public:
  // The difference of the two groups before this packet, if it begins a third one.
  std::optional<GroupDelta> Add(const ReceivedPacket& packet, Instant now);
  void Reset();
  // When the last complete group arrived.
  Duration last_arrival() const { return previous_->last_arrival; }

 private:
  struct Group {
    Instant first_sent{};
    Instant last_sent{};
    Duration first_arrival{};
    Duration last_arrival{};
    Instant told{};  // when we heard of it
  };
  bool Continues(const ReceivedPacket& packet) const;
  std::optional<GroupDelta> Compare();

  std::optional<Group> previous_;
  std::optional<Group> current_;
  int reordered_ = 0;  // groups in a row that arrived before the one sent before
};

// The slope of a line through the last delays.
class TrendLine {
 public:
  static constexpr size_t kWindow = 20;  // groups

  // The smoothed slope, delay per time (1 = all that is sent stays in the queue); nullopt until the
  // window is full.
  std::optional<double> Add(const GroupDelta& delta, Duration arrival);
  // Groups seen, at most 60.
  int groups() const { return groups_; }

 private:
  struct Point {
    uint32_t arrival_us = 0;  // wraps
    float delay_ms = 0;       // smoothed
  };
  std::optional<double> Slope() const;

  std::array<Point, kWindow> points_{};
  size_t size_ = 0;
  size_t next_ = 0;
  int groups_ = 0;
  double delay_ms_ = 0;     // sum of all delay variations
  double smoothed_ms_ = 0;  // of them
};

// Compares the trend with a threshold that follows it slowly (§5.5), so that other traffic's queues
// do not starve us.
class OveruseDetector {
 public:
  Usage Update(double trend, int groups, Duration sent_apart, Instant now);
  Usage usage() const { return usage_; }

 private:
  void Adapt(double magnitude, Instant now);

  Usage usage_ = Usage::kNormal;
  double threshold_ = 12.5;
  double last_trend_ = 0;
  std::optional<Duration> over_for_;
  int over_count_ = 0;
  std::optional<Instant> adapted_;
};

// One transport.
class DelayEstimator {
 public:
  Usage Update(const ReceivedPacket& packet, Instant now);
  Usage usage() const { return detector_.usage(); }
  // The receiver's clock is another one now.
  void Reset();

 private:
  ArrivalGroups groups_;
  TrendLine trend_;
  OveruseDetector detector_;
};

}  // namespace sluice::congestion
