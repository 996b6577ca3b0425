// The tracks, their timeline and video. Audio is in rtmp_publish_audio.cpp.
#include "services/ingest/rtmp_publish.h"

#include <algorithm>
#include <utility>

#include "libs/base/text.h"
#include "libs/media/h264_browser_rule.h"
#include "libs/media/h264_nal_unit.h"
#include "libs/media/h264_sps.h"

namespace sluice::ingest {
namespace {

constexpr uint32_t kVideoClockRate = 90000;
constexpr uint32_t kVideoTicksPerMs = kVideoClockRate / 1000;
constexpr double kMaxFrameRate = 1000;
constexpr int64_t kGapOfTakeover = 25;  // ms: the last access unit of the publisher before

// onMetaData names a codec by its number, or by text ("avc1"); 0 or nothing means there is none.
bool Announces(const amf::Value& metadata, std::string_view codec_property) {
  const amf::Value* codec = metadata.Find(codec_property);
  return codec != nullptr && (codec->number(0) != 0 || !codec->text().empty());
}

struct ParameterSets {
  bool sps = false;
  bool pps = false;
};

ParameterSets FindParameterSets(std::span<const ByteView> nal_units) {
  ParameterSets found;
  for (ByteView nal_unit : nal_units) {
    found.sps = found.sps || media::TypeOf(nal_unit) == media::H264NalUnitType::kSps;
    found.pps = found.pps || media::TypeOf(nal_unit) == media::H264NalUnitType::kPps;
  }
  return found;
}

}  // namespace

void RtmpPublish::OnMetadata(const amf::Value& metadata) {
  bool video = Announces(metadata, "videocodecid");
  bool audio = Announces(metadata, "audiocodecid");
  if (video || audio) {
    video_announced_ = video;
    audio_announced_ = audio;
  }
  for (std::string_view name : {"framerate", "videoframerate", "fps"}) {
    const amf::Value* rate = metadata.Find(name);
    if (rate == nullptr || !(rate->number(0) > 0 && rate->number(0) <= kMaxFrameRate)) continue;
    announced_frame_rate_ = rate->number(0);
    break;
  }
  CheckReady();
}

void RtmpPublish::OnMessage(const rtmp::MediaEvent& message, ReadTime read) {
  ++counters_.received_messages;
  if (message.payload.empty()) return;  // some encoders mark pauses so
  if (message.type == rtmp::MessageType::kVideo) {
    OnVideo(message.payload, message.timestamp, read);
  } else {
    OnAudio(message.payload, message.timestamp, read);
  }
}

void RtmpPublish::OnVideo(ByteView message, uint32_t timestamp, ReadTime read) {
  flv::VideoTagResult result = flv::ParseVideoTag(message);
  if (!result.tag.has_value()) {
    if (result.error == flv::VideoTagError::kEnhanced) return Refuse("Enhanced RTMP video");
    ++counters_.malformed_messages;
    return;
  }
  const flv::VideoTag& tag = *result.tag;
  if (tag.frame_type == flv::VideoFrameType::kCommand) return;
  if (tag.codec != flv::VideoCodec::kH264) return Refuse(flv::VideoCodecName(tag.codec));
  if (tag.packet_type == flv::AvcPacketType::kSequenceHeader) return OnVideoHeader(tag.body);
  if (tag.packet_type != flv::AvcPacketType::kNalUnits) return;
  if (video_.has_value()) {
    if (tag.frame_type == flv::VideoFrameType::kKey) video_->wait_for_key_frame = false;
    if (video_->of_other_publisher || video_->wait_for_key_frame) {
      ++counters_.early_messages;
      return;
    }
  }
  OnAccessUnit(tag, timestamp, read);
}

void RtmpPublish::OnVideoHeader(ByteView body) {
  absl::StatusOr<media::AvcDecoderConfiguration> configuration =
      media::ParseAvcDecoderConfiguration(body);
  if (!configuration.ok()) {
    ++counters_.malformed_messages;
    return;
  }
  int nal_length_size = std::exchange(configuration->nal_length_size, 4);
  SetConfiguration(*std::move(configuration));
  if (!video_.has_value()) return;
  video_->nal_length_size = nal_length_size;
  video_->of_other_publisher = false;
}

void RtmpPublish::SetConfiguration(media::AvcDecoderConfiguration configuration) {
  if (video_.has_value() && video_->configuration == configuration) return;
  absl::StatusOr<media::H264Sps> sps = media::ParseH264Sps(configuration.sps.front());
  if (!sps.ok()) {
    ++counters_.malformed_messages;
    return;
  }
  if (!video_.has_value()) {
    video_.emplace();
    video_->rtp_offset = random_.NextU32();
  }
  media::Track& track = video_->track;
  track.kind = media::MediaKind::kVideo;
  track.codec = media::Codec::kH264;
  track.clock_rate = kVideoClockRate;
  track.codec_config = media::Serialize(configuration);
  track.width = sps->width;
  track.height = sps->height;
  track.frame_rate = announced_frame_rate_ > 0 ? announced_frame_rate_ : sps->frame_rate;
  video_->order.OnSps(*sps);
  track.has_b_frames = video_->order.has_b_frames();
  track.has_recovery_points = video_->order.has_recovery_points();
  video_->configuration = std::move(configuration);
  if (!Announce(*video_).ok()) video_.reset();
  UpdateRemark();
  CheckReady();
}

absl::Status RtmpPublish::Announce(Track& track) {
  if (track.track.id != 0) {
    publication_.UpdateTrack(track.track);
    return absl::OkStatus();
  }
  absl::StatusOr<uint32_t> id = publication_.AddTrack(track.track);
  if (id.ok()) track.track.id = *id;
  return id.status();
}

void RtmpPublish::OnAccessUnit(const flv::VideoTag& tag, uint32_t timestamp, ReadTime read) {
  if (!video_.has_value()) {
    ++counters_.early_messages;
    return;
  }
  auto nal_units = media::SplitLengthPrefixed(tag.body, video_->nal_length_size);
  if (!nal_units.has_value()) {
    ++counters_.malformed_messages;
    return;
  }
  ParameterSets in_band = FindParameterSets(*nal_units);
  if (in_band.sps && in_band.pps) FollowParameterSets(*nal_units);
  const media::H264PictureKind kind = media::KindOf(*nal_units);
  FollowPicture(kind, tag.composition_time_ms);
  // Every key frame carries its parameter sets, for those who join there.
  std::vector<ByteView> complete;
  if (kind.idr || kind.recovery_point) {
    const media::AvcDecoderConfiguration& configuration = video_->configuration;
    if (!in_band.sps) complete.assign(configuration.sps.begin(), configuration.sps.end());
    if (!in_band.pps) {
      complete.insert(complete.end(), configuration.pps.begin(), configuration.pps.end());
    }
  }
  complete.insert(complete.end(), nal_units->begin(), nal_units->end());

  int64_t ms = MapTime(media::MediaKind::kVideo, timestamp, read);
  int64_t presentation_ms = ms + tag.composition_time_ms;
  rtp::payload::h264::AccessUnitView access_unit;
  access_unit.nal_units = complete;
  access_unit.rtp_timestamp =
      video_->rtp_offset + static_cast<uint32_t>(presentation_ms * kVideoTicksPerMs);
  // As wide as the header extension that carries it: 24 bits, 93 s.
  access_unit.cts = std::clamp<int32_t>(tag.composition_time_ms, -90'000, 90'000) *
                    static_cast<int32_t>(kVideoTicksPerMs);
  access_unit.arrival = read.arrival;
  video_packetizer_.Packetize(access_unit, packets_);
  StartClock(*video_, presentation_ms, access_unit.rtp_timestamp);
  PushPackets(video_->track.id);
}

void RtmpPublish::FollowPicture(const media::H264PictureKind& kind, int32_t composition_time_ms) {
  PictureOrder& order = video_->order;
  order.OnPicture(kind, composition_time_ms);
  media::Track& track = video_->track;
  if (track.has_b_frames == order.has_b_frames() &&
      track.has_recovery_points == order.has_recovery_points()) {
    return;
  }
  track.has_b_frames = order.has_b_frames();
  track.has_recovery_points = order.has_recovery_points();
  publication_.UpdateTrack(track);
  UpdateRemark();
}

void RtmpPublish::FollowParameterSets(std::span<const ByteView> nal_units) {
  auto configuration = media::CollectParameterSets(nal_units);
  if (configuration.has_value()) SetConfiguration(*std::move(configuration));
}

int64_t RtmpPublish::MapTime(media::MediaKind kind, uint32_t timestamp, ReadTime read) {
  if (!timeline_begin_.has_value()) timeline_begin_ = read.ntp;
  uint64_t jumps = timeline_.jumps();
  int64_t ms = timeline_.Map(kind, timestamp, read.arrival);
  counters_.time_jumps += timeline_.jumps() - jumps;
  return ms;
}

void RtmpPublish::StartClock(Track& track, int64_t ms, uint32_t rtp_timestamp) {
  latest_ms_ = std::max(latest_ms_, ms);
  if (std::exchange(track.has_clock, true)) return;
  publication_.SetClock(track.track.id, timeline_begin_->Plus(std::chrono::milliseconds(ms)),
                        rtp_timestamp);
}

void RtmpPublish::PushPackets(uint32_t track_id) {
  counters_.packets += packets_.size();
  for (rtp::Packet& packet : packets_) {
    packet.track_id = track_id;
    publication_.Push(std::move(packet));
  }
  packets_.clear();
}

void RtmpPublish::OnTakenOver() {
  timeline_.Reanchor(latest_ms_ + kGapOfTakeover);
  if (video_.has_value()) {
    video_->of_other_publisher = video_->wait_for_key_frame = true;
    video_->configuration = {};  // the same one is looked at as a new one
    video_->order = {};
  }
  if (audio_.has_value()) audio_->of_other_publisher = true;
  announced_frame_rate_ = 0;
  refused_codecs_.clear();
}

void RtmpPublish::RemoveTracksOfOther() {
  if (video_.has_value() && video_->of_other_publisher) {
    publication_.RemoveTrack(video_->track.id);
    video_.reset();
  }
  if (audio_.has_value() && audio_->of_other_publisher) {
    publication_.RemoveTrack(audio_->track.id);
    audio_.reset();
  }
}

void RtmpPublish::CheckReady() {
  bool video_seen = !video_announced_ || video_.has_value();
  bool audio_seen = !audio_announced_ || audio_.has_value();
  if (video_seen && audio_seen) publication_.SetReady();
}

void RtmpPublish::Refuse(std::string_view codec_name) {
  ++counters_.unsupported_messages;
  std::string name(codec_name);
  if (refused_codecs_.find(name) != std::string::npos) return;
  refused_codecs_ = refused_codecs_.empty() ? name : StrCat(refused_codecs_, ", ", name);
  UpdateRemark();
}

void RtmpPublish::UpdateRemark() {
  std::string remark;
  const auto obstacle = video_.has_value() ? media::FindBrowserObstacle(video_->track)
                                           : media::BrowserObstacle::kNone;
  if (obstacle != media::BrowserObstacle::kNone) {
    remark = StrCat(media::BrowserObstacleName(obstacle), ": browsers get the h264 rendition");
  }
  if (!refused_codecs_.empty()) {
    remark += StrCat(remark.empty() ? "" : "; ", "not taken: ", refused_codecs_);
  }
  publication_.set_remark(std::move(remark));
}

}  // namespace sluice::ingest
