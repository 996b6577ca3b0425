// A sender of video over a simulated link, with a receiver that tells what has arrived.
#pragma once

#include <functional>
#include <vector>

#include "libs/congestion/bandwidth_estimator.h"
#include "tests/support/simulated_link.h"

namespace sluice::congestion {

// Sends 30 frames a second at rate(), and what probes ask for. The receiver's feedback comes each
// 60 ms over a way back without loss.
class SimulatedPlayer {
 public:
  static constexpr Duration kStep = 5ms;
  static constexpr Duration kFrame = 33333us;
  static constexpr Duration kFeedback = 60ms;
  static constexpr size_t kPacket = 1200;

  SimulatedPlayer(test::SimulatedLink::Shape shape, double rate, uint32_t seed = 1)
      : link(shape, seed), rate_(rate) {}

  void SendAt(double rate) { rate_ = rate; }
  void Want(double rate) { wanted_ = rate; }
  // Each `count`th frame is `times` as large as the others.
  void KeyFrames(int count, double times) {
    key_interval_ = count;
    key_times_ = times;
  }
  // Called each step with the time since the beginning.
  void Run(
      Duration length, const std::function<void()>& each = [] {}) {
    for (const Instant end = now + length; now < end; now += kStep) {
      Step();
      each();
    }
  }

  test::SimulatedLink link;
  BandwidthEstimator estimator;
  Instant now = Instant(100s);
  size_t padding = 0;  // bytes sent by probes

 private:
  struct OnTheWay {
    uint16_t sequence_number = 0;
    std::optional<Instant> arrival;
  };

  void Step() {
    for (; next_frame_ <= now; next_frame_ += kFrame) SendFrame();
    for (size_t due = estimator.PaddingDue(now); due > 0; due = estimator.PaddingDue(now)) {
      padding += 250;
      SendPacket(250);
    }
    for (; next_feedback_ <= now; next_feedback_ += kFeedback) SendFeedback();
    while (!feedback_.empty() && feedback_.front().first <= now) {
      estimator.OnFeedback(feedback_.front().second, now);
      feedback_.pop_front();
    }
    if (++steps_ % 20 == 0) estimator.OnTick(wanted_, now);
  }

  void SendFrame() {
    double bytes = rate_ / 8 * ToSeconds(kFrame);
    if (key_interval_ > 0) {
      const double average = (key_interval_ - 1 + key_times_) / key_interval_;
      bytes *= (frames_++ % key_interval_ == 0 ? key_times_ : 1) / average;
    }
    unsent_ += bytes;
    for (; unsent_ >= kPacket; unsent_ -= kPacket) SendPacket(kPacket);
  }

  void SendPacket(size_t bytes) {
    const uint16_t number = estimator.OnSent(bytes, now);
    on_the_way_.push_back({number, link.Send(bytes, now)});
  }

  // All that has arrived by now, and what is missing before the last of it.
  void SendFeedback() {
    size_t count = 0;
    for (size_t i = 0; i < on_the_way_.size(); ++i) {
      if (on_the_way_[i].arrival && *on_the_way_[i].arrival <= now) count = i + 1;
    }
    if (count == 0) return;
    Feedback feedback;
    const auto reference = (now.time_since_epoch() - 10s) / 64ms;
    feedback.reference_time = static_cast<uint32_t>(reference) & 0xffffff;
    for (size_t i = 0; i < count; ++i) {
      const OnTheWay& packet = on_the_way_[i];
      const Duration at =
          packet.arrival ? packet.arrival->time_since_epoch() - reference * 64ms : Duration(0);
      feedback.packets.push_back({.sequence_number = packet.sequence_number,
                                  .received = packet.arrival.has_value(),
                                  .offset = static_cast<int32_t>(at / 250us)});
    }
    on_the_way_.erase(on_the_way_.begin(), on_the_way_.begin() + static_cast<ptrdiff_t>(count));
    feedback_.push_back({now + link.shape().delay, feedback});
  }

  double rate_;
  double wanted_ = 0;
  int key_interval_ = 0;
  double key_times_ = 1;
  int frames_ = 0;
  double unsent_ = 0;  // bytes
  int steps_ = 0;
  Instant next_frame_ = now;
  Instant next_feedback_ = now + kFeedback;
  std::vector<OnTheWay> on_the_way_;
  std::deque<std::pair<Instant, Feedback>> feedback_;
};

}  // namespace sluice::congestion
