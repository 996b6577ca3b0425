#include "tools/sluice-load/delay_meter.h"

namespace sluice::load {

void SentPictures::Add(uint32_t timestamp, Instant sent) {
  pictures_[next_++ % pictures_.size()] = {timestamp, sent};
}

std::optional<Instant> SentPictures::Find(uint32_t timestamp) const {
  for (const Picture& picture : pictures_) {
    if (picture.timestamp == timestamp && picture.sent != Instant{}) return picture.sent;
  }
  return std::nullopt;
}

std::optional<uint32_t> SentPictures::NewestBefore(Instant now) const {
  for (size_t age = 1; age <= pictures_.size() && age <= next_; ++age) {
    const Picture& picture = pictures_[(next_ - age) % pictures_.size()];
    if (picture.sent <= now) return picture.timestamp;
  }
  return std::nullopt;
}

// Once a player is live, what comes is the newest picture that has left: with delays below the
// distance of two pictures the offset is the same each time.
std::optional<Duration> DelayMeter::OnPicture(uint32_t timestamp, Instant received) {
  if (agreed_ < kSure) {
    const auto newest = sent_.NewestBefore(received);
    if (!newest) return std::nullopt;
    const uint32_t offset = timestamp - *newest;
    agreed_ = offset == offset_ ? agreed_ + 1 : 1;
    offset_ = offset;
    return std::nullopt;
  }
  const auto sent = sent_.Find(timestamp - offset_);
  if (!sent) return std::nullopt;
  return received - *sent;
}

}  // namespace sluice::load
