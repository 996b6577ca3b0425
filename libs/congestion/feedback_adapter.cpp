#include "libs/congestion/feedback_adapter.h"

#include <cstdlib>

namespace sluice::congestion {
namespace {

constexpr Duration kReferenceUnit = 64ms;
constexpr Duration kOffsetUnit = 250us;
constexpr uint32_t kReferenceMask = 0xffffff;

// The difference of two 24-bit numbers, -2^23 to 2^23 - 1.
int32_t WrappedDifference(uint32_t a, uint32_t b) {
  return static_cast<int32_t>((a - b) << 8) >> 8;
}

}  // namespace

Duration FeedbackAdapter::Unwrap(uint32_t reference_time, bool& jumped) {
  const uint32_t reference = reference_time & kReferenceMask;
  const int32_t step = last_reference_ ? WrappedDifference(reference, *last_reference_) : 0;
  last_reference_ = reference;
  jumped = std::abs(step) > kLongestStep / kReferenceUnit;
  reference_ += step * kReferenceUnit;
  return reference_;
}

FeedbackNews FeedbackAdapter::OnFeedback(const Feedback& feedback, SentPackets& sent, Instant now) {
  using State = SentPacket::State;
  FeedbackNews news;
  const Duration reference = Unwrap(feedback.reference_time, news.clock_jumped);
  for (const Feedback::Packet& told : feedback.packets) {
    SentPacket* packet = sent.Find(told.sequence_number);
    if (packet == nullptr || packet->state == State::kReceived) continue;
    if (!told.received) {
      if (packet->state == State::kInFlight) ++news.lost;
      packet->state = State::kLost;
      continue;
    }
    packet->state = State::kReceived;
    news.received.push_back({.sent = packet->SentAt(now),
                             .arrival = reference + told.offset * kOffsetUnit,
                             .size = packet->size,
                             .probe = packet->probe});
  }
  if (!news.received.empty()) sent.Release(feedback.packets.back().sequence_number);
  return news;
}

}  // namespace sluice::congestion
