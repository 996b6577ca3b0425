#include "libs/congestion/prober.h"

#include <algorithm>

namespace sluice::congestion {
namespace {

constexpr Duration kAnswerPatience = 1s;
constexpr Duration kCalm = 300ms;
constexpr double kEnough = 0.6;        // of packets and bytes must have arrived
constexpr double kSaturated = 0.9;     // of the rate sent: below, the link was full
constexpr double kTarget = 0.95;       // of a full link
constexpr double kIncredible = 2;      // times as fast as sent: they waited somewhere
constexpr double kMostBelieved = 1.1;  // times the rate that was to be tried
constexpr double kOfUse = 0.9;         // of the rate wanted

}  // namespace

void Prober::Begin(double rate, Instant not_before, Instant now) {
  if (sending_ || waiting_ || now < next_ || now < not_before) return;
  number_ = number_ == 255 ? 1 : static_cast<uint8_t>(number_ + 1);
  sending_ = true;
  waiting_ = true;
  rate_ = rate;
  begun_ = now;
  sent_ = {};
  arrivals_ = {};
}

void Prober::Cancel(Instant now) {
  if (sending_ || waiting_) Finish(false, now);
}

void Prober::OnSent(size_t bytes, Instant now) {
  if (!sending_) return;
  ++sent_.packets;
  sent_.bytes += bytes;
  const bool long_enough = now - begun_ >= kLength && sent_.packets >= kLeastPackets;
  if (long_enough || sent_.bytes >= kMostBytes) sending_ = false;
}

size_t Prober::Due(Instant now) const {
  if (!sending_) return 0;
  // One interval ahead, so that the first packets leave at once.
  const Duration passed = std::min(now - begun_ + Duration(5ms), kLength + Duration(5ms));
  const auto planned = static_cast<size_t>(rate_ / 8 * ToSeconds(passed));
  const size_t bytes = std::min(planned, kMostBytes);
  if (bytes > sent_.bytes) return bytes - sent_.bytes;
  // A slow rate has few packets: the last ones come late.
  return now - begun_ >= kLength ? 1 : 0;
}

std::optional<double> Prober::OnReceived(const ReceivedPacket& packet, Instant now) {
  if (!waiting_ || packet.probe != number_) return std::nullopt;
  Arrivals& seen = arrivals_;
  if (seen.sums.packets == 0) {
    seen.first_sent = seen.last_sent = packet.sent;
    seen.first_arrival = seen.last_arrival = packet.arrival;
    seen.first_size = seen.last_size = packet.size;
  }
  seen.first_sent = std::min(seen.first_sent, packet.sent);
  if (packet.sent >= seen.last_sent) {
    seen.last_sent = packet.sent;
    seen.last_size = packet.size;
  }
  if (packet.arrival < seen.first_arrival) {
    seen.first_arrival = packet.arrival;
    seen.first_size = packet.size;
  }
  seen.last_arrival = std::max(seen.last_arrival, packet.arrival);
  ++seen.sums.packets;
  seen.sums.bytes += packet.size;
  if (sending_) return std::nullopt;
  const auto enough = [](size_t seen_count, size_t sent_count) {
    return static_cast<double>(seen_count) >= kEnough * static_cast<double>(sent_count);
  };
  if (!enough(seen.sums.packets, sent_.packets) || !enough(seen.sums.bytes, sent_.bytes)) {
    return std::nullopt;
  }
  const auto result = Result();
  Finish(result && *result >= kOfUse * rate_, now);
  return result;
}

std::optional<double> Prober::Result() const {
  const double sent_for = ToSeconds(arrivals_.last_sent - arrivals_.first_sent);
  const double arrived_for = ToSeconds(arrivals_.last_arrival - arrivals_.first_arrival);
  if (sent_for <= 0 || arrived_for <= 0 || arrivals_.sums.packets < 2) return std::nullopt;
  const auto bytes = static_cast<double>(arrivals_.sums.bytes);
  const double sent = (bytes - static_cast<double>(arrivals_.last_size)) * 8 / sent_for;
  const double arrived = (bytes - static_cast<double>(arrivals_.first_size)) * 8 / arrived_for;
  if (arrived > kIncredible * sent) return std::nullopt;
  if (arrived < kSaturated * sent) return kTarget * arrived;
  return std::min({sent, arrived, kMostBelieved * rate_});
}

void Prober::Finish(bool of_use, Instant now) {
  sending_ = false;
  waiting_ = false;
  pause_ = of_use ? kFirstPause : std::min(pause_ * 3 / 2, kLongestPause);
  next_ = now + pause_;
  calm_from_ = now + kCalm;
}

void Prober::OnTick(Instant now) {
  if (waiting_ && now - begun_ >= kAnswerPatience) Finish(false, now);
}

}  // namespace sluice::congestion
