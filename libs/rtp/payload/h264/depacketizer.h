// RTP payloads to H.264 access units: single NAL units, STAP-A, FU-A (RFC 6184 §5.6 to §5.8).
#pragma once

#include <optional>
#include <vector>

#include "libs/rtp/packet.h"

namespace sluice::rtp::payload::h264 {

struct AccessUnit {
  std::vector<Bytes> nal_units;  // decoding order, without start codes or lengths
  uint32_t rtp_timestamp = 0;
  // Of its first packet; key_frame, recovery_point and discardable are found anew from the NAL
  // units.
  PacketRole role;
  Instant arrival{};  // of its first packet
  // False if packets between the last access unit and this one's end are missing: parts of it, or
  // pictures before it, are lost. Wait for a complete key frame before decoding on.
  bool complete = true;
};

// Takes one track's packets in order of sequence number (reordering is done before). Interleaved
// mode (STAP-B, MTAP, FU-B) is not taken: such packets count as malformed and as a loss.
class Depacketizer {
 public:
  // Longest access unit, in bytes and NAL units. A longer one is cut there, and incomplete.
  static constexpr size_t kMaxBytes = 8 << 20;
  static constexpr size_t kMaxNalUnits = 4096;

  // Appends the access units that have ended: at the marker bit, and, where the marker was lost,
  // when a packet with another timestamp comes. So none, one or two.
  void Push(const Packet& packet, std::vector<AccessUnit>& out);
  // Appends what is there of an unfinished access unit, at the end of a stream.
  void Flush(std::vector<AccessUnit>& out);
  // Forgets everything but the counters, for a jump in the sequence that is no loss (another SSRC).
  void Reset();

  struct Counters {
    uint64_t malformed_packets = 0;
    uint64_t lost_packets = 0;  // gaps in the sequence
  };
  const Counters& counters() const { return counters_; }

 private:
  bool CountGap(uint16_t sequence_number);
  void Begin(const Packet& packet);
  void TakePayload(ByteView payload);
  bool TakeStapA(ByteView payload);
  bool TakeFuA(ByteView payload);
  void AddNalUnit(ByteView nal_unit);
  void Extend(ByteView bytes);
  void EndFragments();
  void Finish(std::vector<AccessUnit>& out);

  std::optional<uint16_t> last_sequence_number_;
  bool in_access_unit_ = false;
  bool in_fragments_ = false;  // the last NAL unit waits for more fragments
  bool lost_ = false;          // something since the last access unit given out
  size_t bytes_ = 0;           // in access_unit_: at most kMaxBytes
  AccessUnit access_unit_;
  Counters counters_;
};

}  // namespace sluice::rtp::payload::h264
