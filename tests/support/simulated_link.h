// A way to a receiver that exists only in a test: rate, queue, delay and random loss, by a seed.
#pragma once

#include <algorithm>
#include <deque>
#include <optional>
#include <random>

#include "libs/base/instant.h"

namespace sluice::test {

// Packets go in with a time and come out with another one, or not at all. First in, first out.
class SimulatedLink {
 public:
  struct Shape {
    double rate = 10e6;      // bit/s
    Duration queue = 300ms;  // of packets waiting at that rate; what finds it full is lost
    Duration delay = 25ms;   // one way, for each packet
    Duration jitter = 0ms;   // at most so much more, at random; order is kept
    double loss = 0;         // 0 to 1, at random
  };

  SimulatedLink(Shape shape, uint32_t seed) : shape_(shape), random_(seed) {}

  void Reshape(Shape shape) { shape_ = shape; }
  const Shape& shape() const { return shape_; }

  // When it arrives; nullopt: it is lost.
  std::optional<Instant> Send(size_t bytes, Instant now) {
    if (busy_until_ - now > shape_.queue) return std::nullopt;
    const auto takes = Duration(static_cast<int64_t>(bytes * 8 * 1e6 / shape_.rate));
    busy_until_ = std::max(busy_until_, now) + takes;
    if (Chance() < shape_.loss) return std::nullopt;
    const auto more = Duration(static_cast<int64_t>(Chance() * shape_.jitter.count()));
    last_arrival_ = std::max(last_arrival_, busy_until_ + shape_.delay + more);
    return last_arrival_;
  }
  // How long a packet sent now would wait.
  Duration waiting(Instant now) const { return std::max(busy_until_ - now, Duration(0)); }

 private:
  double Chance() { return std::uniform_real_distribution<double>(0, 1)(random_); }

  Shape shape_;
  std::mt19937 random_;
  Instant busy_until_{};
  Instant last_arrival_{};
};

}  // namespace sluice::test
