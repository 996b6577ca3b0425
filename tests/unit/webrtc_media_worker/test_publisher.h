// A WebRTC publisher without I/O: VP8 with RTX and Opus with RED, or two layers by rid.
#pragma once

#include <map>
#include <vector>

#include "libs/rtp/rtcp/message.h"
#include "libs/rtp/rtcp/transport_feedback.h"
#include "services/webrtc-media/publisher_settings.h"
#include "tests/unit/webrtc_media_worker/test_player.h"

namespace sluice::webrtc_media {

inline constexpr uint8_t kVp8Type = 96;
inline constexpr uint8_t kVp8RtxType = 97;
inline constexpr uint8_t kH264Type = 102;
inline constexpr uint8_t kOpusType = 111;
inline constexpr uint8_t kRedType = 63;
inline constexpr uint8_t kMidId = 4;
inline constexpr uint8_t kRidId = 10;
inline constexpr uint8_t kRepairedRidId = 11;
inline constexpr uint8_t kTransportId = 3;
inline constexpr uint8_t kOrientationId = 13;
inline constexpr uint32_t kPublishedVideo = 0xa1;
inline constexpr uint32_t kPublishedRtx = 0xa2;
inline constexpr uint32_t kPublishedSound = 0xa3;

// One packet as it would go on the wire, before protection.
struct TestRtp {
  uint32_t ssrc = kPublishedVideo;
  uint8_t payload_type = kVp8Type;
  uint16_t sequence_number = 0;
  uint32_t timestamp = 0;
  bool marker = false;
  Bytes payload;
  std::vector<std::pair<uint8_t, Bytes>> extensions;

  Bytes Serialize() const;
};

// m-sections "0" (sound) and "1" (video): encodings 0 and 1. `declared`: with SSRCs.
PublisherSettings TestPublisherSettings(bool declared = true);
// Video with the rids "h" and "l", nothing declared: encodings 0 and 1.
PublisherSettings TestSimulcastSettings();

// Part of a VP8 frame; the descriptor has a picture id, as browsers send it.
Bytes Vp8(bool first, bool key_frame, uint8_t filler = 0x55, size_t size = 100);
// The packets of a frame of `count` packets, from `sequence_number` on.
std::vector<TestRtp> Vp8Frame(uint16_t sequence_number, uint32_t timestamp, bool key_frame,
                              int count);
// `packet` as RTX (RFC 4588).
TestRtp Rtx(const TestRtp& packet, uint16_t sequence_number);

// All messages of one type in compounds of RTCP.
template <typename Message>
std::vector<Message> Find(const std::vector<Bytes>& compounds) {
  std::vector<Message> found;
  for (const Bytes& compound : compounds) {
    rtp::rtcp::CompoundReader reader(compound);
    while (const auto packet = reader.Next()) {
      const auto message = rtp::rtcp::ParseMessage(*packet);
      if (message && std::holds_alternative<Message>(*message)) {
        found.push_back(std::get<Message>(*message));
      }
    }
  }
  return found;
}

}  // namespace sluice::webrtc_media
