// Waits for the first complete H.264 key frame among RTP payloads (RFC 6184).
#pragma once

#include <cstdint>

#include "libs/rtp/packet.h"

namespace sluice::load {

class KeyFrameWatch {
 public:
  // packet: decrypted, of the video's payload type. True once all packets of a picture with an IDR
  // slice have come, without a hole.
  bool OnPacket(const rtp::RtpView& packet);
  bool done() const { return done_; }
  bool started() const { return in_key_frame_; }

 private:
  bool done_ = false;
  bool in_key_frame_ = false;
  bool whole_ = false;  // an IDR slice is among its packets
  uint32_t timestamp_ = 0;
  uint16_t next_ = 0;  // sequence number
};

}  // namespace sluice::load
