// How much one receiver can be sent: everything of this library behind one door.
#pragma once

#include "libs/congestion/acknowledged_bitrate.h"
#include "libs/congestion/loss_estimator.h"
#include "libs/congestion/prober.h"
#include "libs/congestion/rate_controller.h"

namespace sluice::congestion {

// One transport with transport-wide feedback, REMB (draft-alvestrand-rmcat-remb-03) or receiver
// reports, whichever there is. About 1.5 kB, and 8 bytes a packet in flight. One thread.
class BandwidthEstimator {
 public:
  // Believed of a link of which nothing is known yet, bit/s.
  static constexpr double kStart = 4e6;
  // A link that was found to be full is paced for so long.
  static constexpr Duration kCaution = 30s;

  // Takes down a packet of `bytes` and returns its transport-wide sequence number. Packet path.
  uint16_t OnSent(size_t bytes, Instant now);
  void OnFeedback(const Feedback& feedback, Instant now);
  // A receiver's own estimate. Anything from 0 to 2^64: it is clamped, and forgotten after a while.
  void OnReceiverEstimate(uint64_t bits_per_second, Instant now);
  // Loss as receiver reports tell it (RFC 3550 §6.4.1), for receivers without transport-wide
  // feedback. packets: sent since the last report; carried: bit/s sent in that time.
  void OnReportedLoss(uint8_t fraction_lost, size_t packets, double carried, Instant now);
  // Call it about each 100 ms. wanted: a rate that would be of use, bit/s; 0 = none. It is probed
  // for if the estimate is lower.
  void OnTick(double wanted, Instant now);

  // bit/s; at least kLowestRate.
  double rate() const;
  // True if the link was found to carry no more than rate(), and that not long ago. Else rate() is
  // only what is known to be carried: more may well be.
  bool limited(Instant now) const;
  // Bytes of padding that a running probe wants to be sent now. Ask again after 5 ms while
  // probing().
  size_t PaddingDue(Instant now) const { return prober_.Due(now); }
  bool probing() const { return prober_.active() != 0; }
  // Anything has been heard that tells about the link.
  bool has_feedback() const { return heard_.has_value() || receiver_estimate_.has_value(); }
  // What arrived lately, bit/s; 0 = not known.
  double carried() const { return carried_.value().value_or(0); }
  double loss() const { return loss_.loss(); }
  Usage usage() const { return delay_.usage(); }

 private:
  void TakeNews(const FeedbackNews& news, Instant now);
  void OnSilence(Instant now);
  std::optional<Instant> LastDecrease() const;
  Instant ProbesAllowed() const;

  SentPackets sent_;
  FeedbackAdapter adapter_;
  DelayEstimator delay_;
  AcknowledgedBitrate carried_;
  LossEstimator loss_;
  RateController controller_{kStart};
  Prober prober_;
  Duration round_trip_ = 100ms;   // of the feedback: includes how long it is held back
  std::optional<Instant> heard_;  // of transport-wide feedback
  uint64_t sent_at_heard_ = 0;    // packets
  std::optional<Instant> silence_cut_;
  std::optional<double> receiver_estimate_;  // bit/s
  Instant receiver_estimate_at_{};
};

}  // namespace sluice::congestion
