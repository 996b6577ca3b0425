// Makes the packets of a stream: frames of so many packets, sound, clocks.
#pragma once

#include <vector>

#include "libs/rtp/packet.h"
#include "services/webrtc-media/worker_stream.h"

namespace sluice::webrtc_media {

inline constexpr uint32_t kVideoTrack = 1;
inline constexpr uint32_t kAudioTrack = 2;

inline media::StreamDescription TestDescription(media::Codec audio = media::Codec::kOpus) {
  media::StreamDescription description;
  description.tracks.push_back({.id = kVideoTrack,
                                .kind = media::MediaKind::kVideo,
                                .codec = media::Codec::kH264,
                                .clock_rate = 90000,
                                .ssrc = 11});
  description.tracks.push_back({.id = kAudioTrack,
                                .kind = media::MediaKind::kAudio,
                                .codec = audio,
                                .clock_rate = 48000,
                                .ssrc = 12});
  return description;
}

// 30 frames a second of video, 50 packets a second of sound. Each payload begins with the number
// of its packet in the track.
class TestStream {
 public:
  explicit TestStream(Instant start, uint16_t first_sequence_number = 65000)
      : start_(start), video_sequence_(first_sequence_number), audio_sequence_(5) {}

  std::vector<rtp::PacketPtr> Frame(bool key_frame, size_t packets, size_t payload = 1000) {
    return Frame(key_frame, std::vector<size_t>(packets, payload));
  }
  // payloads: the size of each packet's.
  std::vector<rtp::PacketPtr> Frame(bool key_frame, const std::vector<size_t>& payloads) {
    std::vector<rtp::PacketPtr> frame;
    for (size_t i = 0; i < payloads.size(); ++i) {
      rtp::Packet packet;
      packet.track_id = kVideoTrack;
      packet.marker = i + 1 == payloads.size();
      packet.sequence_number = video_sequence_++;
      packet.rtp_timestamp = 900000 + frames_ * 3000;
      packet.ssrc = 11;
      packet.role = {.starts_access_unit = i == 0, .key_frame = key_frame};
      packet.arrival = start_ + Duration(int64_t{frames_} * 1'000'000 / 30);
      packet.payload = Numbered(video_packets_++, payloads[i]);
      frame.push_back(std::make_shared<rtp::Packet>(std::move(packet)));
    }
    ++frames_;
    return frame;
  }

  rtp::PacketPtr Sound() {
    rtp::Packet packet;
    packet.track_id = kAudioTrack;
    packet.marker = true;
    packet.sequence_number = audio_sequence_++;
    packet.rtp_timestamp = 480000 + sounds_ * 960;
    packet.ssrc = 12;
    packet.role = {.starts_access_unit = true};
    packet.arrival = start_ + Duration(int64_t{sounds_} * 20'000);
    packet.payload = Numbered(sounds_++, 100);
    return std::make_shared<rtp::Packet>(std::move(packet));
  }

  // The publisher is silent for so long.
  void Pass(Duration time) { start_ += time; }
  // Video packets that nobody gets to see.
  void Lose(uint16_t packets) {
    video_sequence_ = static_cast<uint16_t>(video_sequence_ + packets);
  }

 private:
  static Bytes Numbered(uint32_t number, size_t size) {
    Bytes payload(size, 0xcc);
    for (int i = 0; i < 4; ++i) payload[i] = static_cast<uint8_t>(number >> (24 - 8 * i));
    return payload;
  }

  Instant start_;
  uint16_t video_sequence_;
  uint16_t audio_sequence_;
  uint32_t frames_ = 0;
  uint32_t sounds_ = 0;
  uint32_t video_packets_ = 0;
};

}  // namespace sluice::webrtc_media
