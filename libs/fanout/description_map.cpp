#include "libs/fanout/description_map.h"

#include <array>
#include <utility>

namespace sluice::fanout {
namespace {

using media::Codec;

constexpr std::array<std::pair<Codec, v1::Codec>, 13> kCodecs = {{
    {Codec::kH264, v1::CODEC_H264},
    {Codec::kH265, v1::CODEC_H265},
    {Codec::kVp8, v1::CODEC_VP8},
    {Codec::kVp9, v1::CODEC_VP9},
    {Codec::kAv1, v1::CODEC_AV1},
    {Codec::kAac, v1::CODEC_AAC},
    {Codec::kOpus, v1::CODEC_OPUS},
    {Codec::kPcmu, v1::CODEC_PCMU},
    {Codec::kPcma, v1::CODEC_PCMA},
    {Codec::kG722, v1::CODEC_G722},
    {Codec::kG729, v1::CODEC_G729},
    {Codec::kSpeex, v1::CODEC_SPEEX},
    {Codec::kMp3, v1::CODEC_MP3},
}};

v1::Codec CodecToProto(Codec codec) {
  for (const auto& [ours, theirs] : kCodecs) {
    if (ours == codec) return theirs;
  }
  return v1::CODEC_UNSPECIFIED;
}

Codec CodecFromProto(v1::Codec codec) {
  for (const auto& [ours, theirs] : kCodecs) {
    if (theirs == codec) return ours;
  }
  return Codec::kUnknown;
}

}  // namespace

v1::Track ToProto(const media::Track& track) {
  v1::Track out;
  out.set_id(track.id);
  out.set_kind(track.kind == media::MediaKind::kAudio ? v1::MEDIA_KIND_AUDIO
                                                      : v1::MEDIA_KIND_VIDEO);
  out.set_codec(CodecToProto(track.codec));
  out.set_clock_rate(track.clock_rate);
  out.set_channels(track.channels);
  out.set_ssrc(track.ssrc);
  out.set_payload_type(track.payload_type);
  out.set_codec_config(track.codec_config.data(), track.codec_config.size());
  out.set_width(track.width);
  out.set_height(track.height);
  out.set_frame_rate(track.frame_rate);
  out.set_mid(track.mid);
  out.set_rid(track.rid);
  out.set_has_b_frames(track.has_b_frames);
  out.set_has_recovery_points(track.has_recovery_points);
  out.set_muted(track.muted);
  return out;
}

v1::StreamDescription ToProto(const media::StreamDescription& description) {
  v1::StreamDescription out;
  out.set_epoch(description.epoch);
  out.set_ready(description.ready);
  for (const media::Track& track : description.tracks) *out.add_tracks() = ToProto(track);
  return out;
}

v1::StreamKey ToProto(const media::StreamKey& key) {
  v1::StreamKey out;
  out.set_name(key.name);
  out.set_rendition(key.rendition);
  return out;
}

media::Track FromProto(const v1::Track& track) {
  media::Track out;
  out.id = track.id();
  out.kind =
      track.kind() == v1::MEDIA_KIND_AUDIO ? media::MediaKind::kAudio : media::MediaKind::kVideo;
  out.codec = CodecFromProto(track.codec());
  out.clock_rate = track.clock_rate() == 0 ? 90000 : track.clock_rate();
  out.channels = track.channels();
  out.ssrc = track.ssrc();
  out.payload_type = static_cast<uint8_t>(track.payload_type() & 0x7f);
  out.codec_config = ToBytes(AsBytes(track.codec_config()));
  out.width = track.width();
  out.height = track.height();
  out.frame_rate = track.frame_rate();
  out.mid = track.mid();
  out.rid = track.rid();
  out.has_b_frames = track.has_b_frames();
  out.has_recovery_points = track.has_recovery_points();
  out.muted = track.muted();
  return out;
}

media::StreamDescription FromProto(const v1::StreamDescription& description) {
  media::StreamDescription out;
  out.epoch = description.epoch();
  out.ready = description.ready();
  for (const v1::Track& track : description.tracks()) out.tracks.push_back(FromProto(track));
  return out;
}

media::StreamKey FromProto(const v1::StreamKey& key) { return {key.name(), key.rendition()}; }

}  // namespace sluice::fanout
