// RTP payloads to coded pictures, of the codecs whose pictures share a timestamp and end with the
// marker: VP8 (RFC 7741), VP9 (RFC 9628), AV1 (AV1 RTP specification).
#pragma once

#include <optional>
#include <vector>

#include "libs/media/track.h"
#include "libs/rtp/packet.h"

namespace sluice::rtp::payload {

struct CodedFrame {
  // What a decoder takes: a VP8 frame; the VP9 frames of all spatial layers; a temporal unit of AV1
  // in the low-overhead format (AV1 bitstream specification §5.2), with its delimiter.
  Bytes bytes;
  uint32_t rtp_timestamp = 0;
  PacketRole role;  // of its first packet
  Instant arrival{};
  // False if packets between the last picture and this one's end are missing. Wait for a complete
  // key frame before decoding on.
  bool complete = true;
};

// Takes one track's packets in order of sequence number.
class FrameDepacketizer {
 public:
  // Longest picture in bytes. A longer one is cut there, and incomplete.
  static constexpr size_t kMaxBytes = 8 << 20;

  // codec: kVp8, kVp9 or kAv1.
  explicit FrameDepacketizer(media::Codec codec) : codec_(codec) {}

  // Appends the pictures that have ended: at the marker bit, and, where the marker was lost, when a
  // packet with another timestamp comes.
  void Push(const Packet& packet, std::vector<CodedFrame>& out);
  // Forgets everything but the counters, for a jump in the sequence that is no loss.
  void Reset();

  struct Counters {
    uint64_t malformed_packets = 0;
    uint64_t lost_packets = 0;  // gaps in the sequence
  };
  const Counters& counters() const { return counters_; }

 private:
  bool CountGap(uint16_t sequence_number);
  bool TakeData(size_t descriptor_size, ByteView payload);
  bool TakeAv1(ByteView payload);
  bool Take(ByteView payload);
  void FinishObu();
  void Finish(std::vector<CodedFrame>& out);

  media::Codec codec_;
  std::optional<uint16_t> last_sequence_number_;
  bool in_frame_ = false;
  bool lost_ = false;  // something since the last picture given out
  CodedFrame frame_;
  Bytes obu_;  // of AV1, being put together: at most kMaxBytes
  bool in_obu_ = false;
  Counters counters_;
};

}  // namespace sluice::rtp::payload
