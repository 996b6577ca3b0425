// RTP payloads to MP3 frames: MPA (RFC 2250 §3.5).
#pragma once

#include <optional>
#include <vector>

#include "libs/media/mpeg_audio_header.h"
#include "libs/rtp/packet.h"
#include "libs/rtp/payload/mpeg_audio/payload_structure.h"

namespace sluice::rtp::payload::mpeg_audio {

struct Frame {
  Bytes bytes;  // header first
  media::MpegAudioHeader header;
  uint32_t rtp_timestamp = 0;  // clock rate kClockRate
  Instant arrival{};
  bool after_loss = false;  // packets before it are missing
};

// Takes one track's packets in order of sequence number. Layer III only: other layers, and the free
// format, count as malformed. A decoder may need the bytes of frames before the one in hand (the
// bit reservoir); that is between it and after_loss.
class Depacketizer {
 public:
  // Appends the frames that this packet completes; a fragmented one is dropped if one of its
  // fragments is missing. Returns false for a malformed packet, of which nothing is taken.
  bool Push(const Packet& packet, std::vector<Frame>& out);
  // Forgets everything but the counters, for a jump in the sequence that is no loss (another SSRC).
  void Reset();

  struct Counters {
    uint64_t malformed_packets = 0;
    uint64_t lost_packets = 0;  // gaps in the sequence
  };
  const Counters& counters() const { return counters_; }

 private:
  void CountGap(uint16_t sequence_number);
  bool TakeFrames(const Packet& packet, ByteView bytes, std::vector<Frame>& out);
  bool TakeFragment(const Packet& packet, size_t offset, ByteView bytes, std::vector<Frame>& out);
  void DropFragments();
  void Emit(Frame frame, std::vector<Frame>& out);

  std::optional<uint16_t> last_sequence_number_;
  bool lost_ = false;                // something since the last frame given out
  std::optional<Frame> fragmented_;  // being put together: at most kMaxMpegAudioFrame bytes
  Counters counters_;
};

}  // namespace sluice::rtp::payload::mpeg_audio
