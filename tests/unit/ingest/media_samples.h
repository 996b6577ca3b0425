// Messages of an RTMP publisher: H.264 640x360 and AAC 44.1 kHz mono.
#pragma once

#include "libs/flv/audio_tag.h"
#include "libs/flv/video_tag.h"
#include "libs/media/h264_nal_unit.h"
#include "libs/media/mpeg_audio_header.h"
#include "libs/rtmp/event.h"
#include "tests/support/hex.h"

namespace sluice::ingest {

// What libx264 (ultrafast) wrote: Constrained Baseline, 640x360, 30 frames per second.
inline Bytes AvcConfiguration() {
  return test::Hex(
      "0142c01effe1 0019 6742c01eda0280bfe5c044000003000400000300f03c58ba80 01 0004 68ce0fc8");
}
// Main, 1280x720 by another SPS; the same PPS.
inline Bytes OtherAvcConfiguration() {
  return test::Hex(
      "0142c028ffe1 001a 6742c028d900780227e5c044000003000400000300f03c60c920 01 0005 68cb83cb20");
}
// Main, 640x368, without VUI: reordering is not stated.
inline Bytes UnstatedAvcConfiguration() {
  return test::Hex("014d401effe1 0009 674d401ee5405017c8 01 0004 68ce0fc8");
}
// High, 320x180: two frames are reordered.
inline Bytes ReorderedAvcConfiguration() {
  return test::Hex(
      "0164000dffe1 001a 6764000dacd941419f9f0110000003001000000303c0f1429960 01 0004 68ebe3cb"
      "fdf8f800");
}
inline Bytes AacConfiguration() { return test::Hex("1208"); }  // LC, 44.1 kHz, mono

inline rtmp::MediaEvent Video(uint32_t timestamp, flv::VideoFrameType frame_type,
                              flv::AvcPacketType packet_type, int32_t composition_time_ms,
                              ByteView body) {
  rtmp::MediaEvent event{1, rtmp::MessageType::kVideo, timestamp, {}};
  flv::AppendAvcTagHeader(frame_type, packet_type, composition_time_ms, event.payload);
  event.payload.insert(event.payload.end(), body.begin(), body.end());
  return event;
}
inline rtmp::MediaEvent VideoHeader(const Bytes& configuration = AvcConfiguration()) {
  return Video(0, flv::VideoFrameType::kKey, flv::AvcPacketType::kSequenceHeader, 0, configuration);
}
// One picture of one slice of `size` bytes.
inline rtmp::MediaEvent Picture(uint32_t timestamp, bool key_frame, int32_t composition_time_ms = 0,
                                size_t size = 100) {
  Bytes nal_unit(size, static_cast<uint8_t>(timestamp));
  nal_unit[0] = key_frame ? 0x65 : 0x41;
  Bytes body;
  media::AppendLengthPrefixed(nal_unit, body);
  return Video(timestamp, key_frame ? flv::VideoFrameType::kKey : flv::VideoFrameType::kInter,
               flv::AvcPacketType::kNalUnits, composition_time_ms, body);
}

inline rtmp::MediaEvent Audio(uint32_t timestamp, flv::AacPacketType packet_type, ByteView body) {
  rtmp::MediaEvent event{1, rtmp::MessageType::kAudio, timestamp, {}};
  flv::AppendAacTagHeader(packet_type, event.payload);
  event.payload.insert(event.payload.end(), body.begin(), body.end());
  return event;
}
inline rtmp::MediaEvent AudioHeader(const Bytes& configuration = AacConfiguration()) {
  return Audio(0, flv::AacPacketType::kSequenceHeader, configuration);
}
inline rtmp::MediaEvent Sound(uint32_t timestamp) {
  return Audio(timestamp, flv::AacPacketType::kRaw, Bytes(40, static_cast<uint8_t>(timestamp)));
}

// 44.1 kHz, 128 kbit/s, stereo unless the header says else; filled with the timestamp.
inline Bytes Mp3Frame(uint32_t timestamp, const std::string& header = "fffb9064") {
  Bytes frame = test::Hex(header);
  frame.resize(media::ParseMpegAudioHeader(frame)->size, static_cast<uint8_t>(timestamp));
  return frame;
}
inline rtmp::MediaEvent Mp3(uint32_t timestamp, const Bytes& frames) {
  rtmp::MediaEvent event{1, rtmp::MessageType::kAudio, timestamp, {}};
  flv::AppendMp3TagHeader(44100, 2, event.payload);
  event.payload.insert(event.payload.end(), frames.begin(), frames.end());
  return event;
}
inline rtmp::MediaEvent Mp3(uint32_t timestamp) { return Mp3(timestamp, Mp3Frame(timestamp)); }

}  // namespace sluice::ingest
