#include "libs/congestion/sent_packets.h"

#include <algorithm>
#include <limits>

namespace sluice::congestion {
namespace {

uint32_t WrappedMicroseconds(Instant instant) {
  return static_cast<uint32_t>(instant.time_since_epoch().count());
}

}  // namespace

Instant SentPacket::SentAt(Instant now) const {
  return now - Duration(static_cast<int32_t>(WrappedMicroseconds(now) - sent_us));
}

uint16_t SentPackets::Add(Instant now, size_t size, uint8_t probe) {
  if (next_ - first_ == ring_.size()) MakeRoom(now);
  constexpr size_t kLargest = std::numeric_limits<uint16_t>::max();
  At(next_) = {.sent_us = WrappedMicroseconds(now),
               .size = static_cast<uint16_t>(std::min(size, kLargest)),
               .probe = probe,
               .state = SentPacket::State::kInFlight};
  return static_cast<uint16_t>(next_++);
}

void SentPackets::MakeRoom(Instant now) {
  const bool needed = ring_.empty() || now - At(first_).SentAt(now) < kPatience;
  if (!needed || ring_.size() == kMaxSize) {
    ++first_;
    return;
  }
  std::vector<SentPacket> larger(std::max(kMinSize, ring_.size() * 2));
  for (uint64_t number = next_ - ring_.size(); number != next_; ++number) {
    larger[number & (larger.size() - 1)] = At(number);
  }
  ring_ = std::move(larger);
}

SentPacket* SentPackets::Find(uint16_t sequence_number) {
  // How long ago, in packets: 1 is the last one. What was not sent yet seems to be 65,536 old.
  const uint16_t behind = static_cast<uint16_t>(next_ - 1 - sequence_number);
  const uint64_t age = uint64_t{behind} + 1;
  if (age > ring_.size() || age > next_) return nullptr;
  SentPacket& packet = At(next_ - age);
  return packet.state == SentPacket::State::kUnused ? nullptr : &packet;
}

void SentPackets::Release(uint16_t sequence_number) {
  const uint64_t age = uint64_t{static_cast<uint16_t>(next_ - 1 - sequence_number)} + 1;
  if (age > next_ - first_) return;
  first_ = next_ - age;
}

}  // namespace sluice::congestion
