// Sound that survives loss: each packet carries the one or two before it, too (RFC 2198).
#pragma once

#include <cstddef>
#include <cstdint>
#include <span>

#include "libs/base/bytes.h"
#include "libs/base/instant.h"

namespace sluice::webrtc_media {

// How many packets before it each one repeats, by the loss that was seen. Nothing while nothing is
// lost. One player.
class SoundRedundancy {
 public:
  static constexpr double kSome = 0.01;
  static constexpr double kMuch = 0.04;
  static constexpr Duration kMemory = 10s;

  // loss: 0 to 1, of the last while, of sound or pictures.
  void OnLoss(double loss, Instant now) {
    if (loss > kSome && distance(now) == 0) since_ = now;
    if (loss > kSome) some_until_ = now + kMemory;
    if (loss > kMuch) much_until_ = now + kMemory;
  }
  // 0, 1 or 2.
  size_t distance(Instant now) const { return now < much_until_ ? 2 : now < some_until_ ? 1 : 0; }
  // Packets have been lost for a while: it is not a queue that has just run over.
  bool settled(Instant now) const { return distance(now) > 0 && now - since_ > kSettling; }

 private:
  static constexpr Duration kSettling = 1500ms;
  Instant since_{};
  Instant some_until_{};
  Instant much_until_{};
};

// An earlier payload in a RED packet. Borrowed.
struct RedBlock {
  static constexpr uint32_t kLongestAgo = (1 << 14) - 1;
  static constexpr size_t kLongest = (1 << 10) - 1;

  uint32_t ago = 0;  // RTP ticks before the packet's own timestamp, at most kLongestAgo
  ByteView payload;  // at most kLongest bytes
};

// Bytes of a RED payload. earlier: the oldest first.
size_t RedSize(std::span<const RedBlock> earlier, ByteView primary);
// Writes it to `out`, RedSize() bytes. payload_type: of what is inside.
void WriteRed(std::span<const RedBlock> earlier, ByteView primary, uint8_t payload_type,
              std::span<uint8_t> out);

}  // namespace sluice::webrtc_media
