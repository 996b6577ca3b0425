#include "tests/unit/webrtc_media_worker/test_publisher.h"

#include "libs/rtp/header_writer.h"

namespace sluice::webrtc_media {
namespace {

PublisherTrackSettings VideoTrack() {
  return {.mid = "1",
          .kind = media::MediaKind::kVideo,
          .formats = {{.codec = media::Codec::kVp8,
                       .payload_type = kVp8Type,
                       .rtx_payload_type = kVp8RtxType},
                      {.codec = media::Codec::kH264, .payload_type = kH264Type}},
          .encodings = {},
          .mid_id = kMidId,
          .rid_id = kRidId,
          .repaired_rid_id = kRepairedRidId,
          .transport_sequence_id = kTransportId,
          .orientation_id = kOrientationId};
}

PublisherSettings Named() {
  PublisherSettings settings;
  settings.transport.cname = "cname";
  settings.counters = std::make_shared<PublisherCounters>();
  return settings;
}

}  // namespace

Bytes TestRtp::Serialize() const {
  std::vector<rtp::Extension> elements;
  for (const auto& [id, value] : extensions) elements.push_back({.id = id, .value = value});
  Bytes packet(rtp::HeaderSize(elements));
  rtp::WriteHeader({.marker = marker,
                    .payload_type = payload_type,
                    .sequence_number = sequence_number,
                    .rtp_timestamp = timestamp,
                    .ssrc = ssrc},
                   elements, packet);
  packet.insert(packet.end(), payload.begin(), payload.end());
  return packet;
}

PublisherSettings TestPublisherSettings(bool declared) {
  PublisherSettings settings = Named();
  settings.tracks.push_back(
      {.mid = "0",
       .kind = media::MediaKind::kAudio,
       .formats = {{.codec = media::Codec::kOpus,
                    .payload_type = kOpusType,
                    .clock_rate = 48000,
                    .channels = 2}},
       .red_payload_type = kRedType,
       .encodings = {{.rid = "", .ssrc = declared ? kPublishedSound : 0, .rtx_ssrc = 0}},
       .mid_id = kMidId,
       .transport_sequence_id = kTransportId});
  settings.tracks.push_back(VideoTrack());
  settings.tracks.back().encodings.push_back({.rid = "",
                                              .ssrc = declared ? kPublishedVideo : 0,
                                              .rtx_ssrc = declared ? kPublishedRtx : 0});
  return settings;
}

PublisherSettings TestSimulcastSettings() {
  PublisherSettings settings = Named();
  settings.tracks.push_back(VideoTrack());
  settings.tracks.back().encodings.push_back({.rid = "h"});
  settings.tracks.back().encodings.push_back({.rid = "l"});
  return settings;
}

Bytes Vp8(bool first, bool key_frame, uint8_t filler, size_t size) {
  // RFC 7741 §4.2: X, S; I; picture id. RFC 6386 §9.1: frame tag, start code, size.
  Bytes payload = {static_cast<uint8_t>(first ? 0x90 : 0x80), 0x80, 0x11};
  if (first && key_frame) {
    const Bytes header = {0x10, 0, 0, 0x9d, 0x01, 0x2a, 0x80, 0x02, 0xe0, 0x01};  // 640x480
    payload.insert(payload.end(), header.begin(), header.end());
  } else if (first) {
    payload.push_back(0x11);
    payload.push_back(0);
    payload.push_back(0);
  }
  payload.resize(std::max(size, payload.size() + 1), filler);
  return payload;
}

std::vector<TestRtp> Vp8Frame(uint16_t sequence_number, uint32_t timestamp, bool key_frame,
                              int count) {
  std::vector<TestRtp> frame;
  for (int i = 0; i < count; ++i) {
    frame.push_back({.sequence_number = sequence_number++,
                     .timestamp = timestamp,
                     .marker = i + 1 == count,
                     .payload = Vp8(i == 0, key_frame),
                     .extensions = {}});
  }
  return frame;
}

TestRtp Rtx(const TestRtp& packet, uint16_t sequence_number) {
  TestRtp rtx = packet;
  rtx.ssrc = kPublishedRtx;
  rtx.payload_type = kVp8RtxType;
  rtx.sequence_number = sequence_number;
  rtx.payload = {static_cast<uint8_t>(packet.sequence_number >> 8),
                 static_cast<uint8_t>(packet.sequence_number)};
  rtx.payload.insert(rtx.payload.end(), packet.payload.begin(), packet.payload.end());
  return rtx;
}

}  // namespace sluice::webrtc_media
