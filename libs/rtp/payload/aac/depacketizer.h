// RTP payloads to AAC access units: mpeg4-generic, mode AAC-hbr (RFC 3640 §3.2, §3.3.6).
#pragma once

#include <optional>
#include <vector>

#include "libs/rtp/packet.h"

namespace sluice::rtp::payload::aac {

struct AccessUnit {
  Bytes bytes;  // one raw AAC frame
  uint32_t rtp_timestamp = 0;
  Instant arrival{};
  bool after_loss = false;  // packets before it are missing
};

// Takes one track's packets in order of sequence number. Interleaving (an AU-index or
// AU-index-delta other than 0) is not taken: such packets count as malformed.
class Depacketizer {
 public:
  // samples_per_access_unit: RTP ticks between the access units of a packet (1024 or 960).
  explicit Depacketizer(uint32_t samples_per_access_unit = 1024)
      : samples_per_access_unit_(samples_per_access_unit) {}

  // Appends the access units that this packet completes; a fragmented one is dropped if one of its
  // fragments is missing. Returns false for a malformed packet, of which nothing is taken.
  bool Push(const Packet& packet, std::vector<AccessUnit>& out);
  // Forgets everything but the counters, for a jump in the sequence that is no loss (another SSRC).
  void Reset();

  struct Counters {
    uint64_t malformed_packets = 0;
    uint64_t lost_packets = 0;  // gaps in the sequence
  };
  const Counters& counters() const { return counters_; }

 private:
  bool TakeWhole(const Packet& packet, ByteView headers, ByteView bytes,
                 std::vector<AccessUnit>& out);
  bool TakeFragment(const Packet& packet, size_t size, ByteView bytes,
                    std::vector<AccessUnit>& out);
  void CountGap(uint16_t sequence_number);
  void DropFragments();
  void Emit(AccessUnit access_unit, std::vector<AccessUnit>& out);

  uint32_t samples_per_access_unit_;
  std::optional<uint16_t> last_sequence_number_;
  bool lost_ = false;           // something since the last access unit given out
  AccessUnit fragmented_;       // being put together: at most 8191 bytes
  size_t fragmented_size_ = 0;  // of the whole one; 0 = there is none
  Counters counters_;
};

}  // namespace sluice::rtp::payload::aac
