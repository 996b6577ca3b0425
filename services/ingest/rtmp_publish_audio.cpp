// The audio messages of RtmpPublish: AAC and MP3.
#include <utility>

#include "libs/media/audio_specific_config.h"
#include "services/ingest/rtmp_publish.h"

namespace sluice::ingest {
namespace {

bool IsSameSound(const media::Track& a, const media::Track& b) {
  return a.clock_rate == b.clock_rate && a.channels == b.channels &&
         a.codec_config == b.codec_config;
}

}  // namespace

void RtmpPublish::OnAudio(ByteView message, uint32_t timestamp, ReadTime read) {
  std::optional<flv::AudioTag> tag = flv::ParseAudioTag(message);
  if (!tag.has_value()) {
    ++counters_.malformed_messages;
    return;
  }
  switch (tag->codec) {
    case flv::AudioCodec::kAac:
      if (tag->packet_type == flv::AacPacketType::kSequenceHeader) return OnAacHeader(tag->body);
      return OnAac(tag->body, timestamp, read);
    case flv::AudioCodec::kMp3:
    case flv::AudioCodec::kMp3At8k:
      return OnMp3(tag->body, timestamp, read);
    default:
      return Refuse(flv::AudioCodecName(tag->codec));
  }
}

void RtmpPublish::OnAacHeader(ByteView body) {
  absl::StatusOr<media::AudioSpecificConfig> config = media::ParseAudioSpecificConfig(body);
  if (!config.ok()) {
    ++counters_.malformed_messages;
    return;
  }
  media::Track track;
  track.codec = media::Codec::kAac;
  track.clock_rate = config->sample_rate;
  track.channels = media::CountAacChannels(body);
  track.codec_config = ToBytes(body);
  SetAudioTrack(std::move(track), config->sample_rate, config->samples_per_access_unit());
}

void RtmpPublish::SetAudioTrack(media::Track track, uint32_t sample_rate, uint32_t samples) {
  track.kind = media::MediaKind::kAudio;
  if (audio_.has_value() && audio_->track.codec != track.codec) {
    publication_.RemoveTrack(audio_->track.id);
    audio_.reset();
  }
  if (audio_.has_value()) {
    audio_->of_other_publisher = false;
    track.id = audio_->track.id;
    if (IsSameSound(audio_->track, track)) return;
    audio_->rate_changed = audio_->track.clock_rate != track.clock_rate;
  } else {
    audio_.emplace();
    audio_->rtp_offset = random_.NextU32();
  }
  audio_->track = std::move(track);
  audio_->sample_rate = sample_rate;
  audio_->samples = SampleCount(sample_rate);
  audio_->samples_per_access_unit = samples;
  audio_->has_clock = false;  // the rate may be another one
  if (!Announce(*audio_).ok()) audio_.reset();
  CheckReady();
}

void RtmpPublish::OnAac(ByteView access_unit, uint32_t timestamp, ReadTime read) {
  if (!audio_.has_value() || audio_->track.codec != media::Codec::kAac ||
      audio_->of_other_publisher) {
    ++counters_.early_messages;
    return;
  }
  int64_t ms = MapTime(media::MediaKind::kAudio, timestamp, read);
  rtp::payload::aac::AccessUnitsView view;
  view.access_units = {&access_unit, 1};
  view.rtp_timestamp = NextSoundTimestamp(ms);
  view.samples_per_access_unit = audio_->samples_per_access_unit;
  view.arrival = read.arrival;
  counters_.malformed_messages += audio_packetizer_.Packetize(view, packets_);
  StartClock(*audio_, ms, view.rtp_timestamp);
  PushPackets(audio_->track.id);
}

void RtmpPublish::OnMp3(ByteView frames, uint32_t timestamp, ReadTime read) {
  int64_t ms = MapTime(media::MediaKind::kAudio, timestamp, read);
  // One frame each, from most encoders; a whole number of them from others.
  while (!frames.empty()) {
    std::optional<media::MpegAudioHeader> header = media::ParseMpegAudioHeader(frames);
    if (!header.has_value() || header->size > frames.size()) {
      ++counters_.malformed_messages;
      return;
    }
    ByteView frame = frames.first(header->size);
    frames = frames.subspan(frame.size());
    FollowMp3Header(*header, frame);
    if (!audio_.has_value()) return;
    rtp::payload::mpeg_audio::FrameView view;
    view.frame = frame;
    view.rtp_timestamp = NextSoundTimestamp(ms);
    view.arrival = read.arrival;
    mp3_packetizer_.Packetize(view, packets_);
    StartClock(*audio_, ms, view.rtp_timestamp);
    PushPackets(audio_->track.id);
    ms += header->samples * 1000 / header->sample_rate;
  }
}

void RtmpPublish::FollowMp3Header(const media::MpegAudioHeader& header, ByteView frame) {
  bool same = audio_.has_value() && !audio_->of_other_publisher &&
              audio_->track.codec == media::Codec::kMp3 &&
              audio_->sample_rate == header.sample_rate &&
              audio_->track.channels == header.channels;
  if (same) return;
  media::Track track;
  track.codec = media::Codec::kMp3;
  track.clock_rate = rtp::payload::mpeg_audio::kClockRate;
  track.channels = header.channels;
  track.codec_config = ToBytes(frame.first(media::kMpegAudioHeader));
  SetAudioTrack(std::move(track), header.sample_rate, header.samples);
}

uint32_t RtmpPublish::NextSoundTimestamp(int64_t ms) {
  if (std::exchange(audio_->jumps, timeline_.jumps()) != timeline_.jumps()) {
    audio_->samples.Reset();
  }
  uint64_t reanchored = audio_->samples.reanchored();
  int64_t position = audio_->samples.Next(ms, audio_->samples_per_access_unit);
  counters_.sound_reanchored += audio_->samples.reanchored() - reanchored;
  // Exact for AAC, whose clock is its sample rate; MP3's is 90 kHz.
  auto ticks = static_cast<uint32_t>(position * audio_->track.clock_rate / audio_->sample_rate);
  // At another rate the same moment is another number: go on behind the last one.
  if (std::exchange(audio_->rate_changed, false) && audio_->last_timestamp.has_value()) {
    audio_->rtp_offset = *audio_->last_timestamp + audio_->track.clock_rate / 10 - ticks;
  }
  audio_->last_timestamp = audio_->rtp_offset + ticks;
  return *audio_->last_timestamp;
}

}  // namespace sluice::ingest
