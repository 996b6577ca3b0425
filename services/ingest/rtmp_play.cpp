#include "services/ingest/rtmp_play.h"

#include <algorithm>
#include <array>
#include <utility>

#include "libs/amf/amf0.h"
#include "libs/flv/audio_tag.h"
#include "libs/flv/video_tag.h"
#include "libs/media/audio_specific_config.h"
#include "libs/media/h264_nal_unit.h"
#include "services/ingest/play_metadata.h"

namespace sluice::ingest {
namespace {

// As the fan-out's cache: beyond either, joiners wait for the next key frame.
constexpr size_t kMaxCachedBytes = 8 << 20;
constexpr int32_t kMaxCachedMs = 15'000;
constexpr int32_t kCachedSoundMs = 200;  // of a stream without pictures
constexpr uint32_t kVideoTicksPerMs = 90;
// What is a little older than the first packet still gets a timestamp above zero.
constexpr Duration kBeforeBegin = 1s;

bool IsParameterSet(ByteView nal_unit) {
  media::H264NalUnitType type = media::TypeOf(nal_unit);
  return type == media::H264NalUnitType::kSps || type == media::H264NalUnitType::kPps ||
         type == media::H264NalUnitType::kAccessUnitDelimiter;
}

std::array<uint8_t, 4> LengthOf(ByteView nal_unit) {
  auto size = static_cast<uint32_t>(nal_unit.size());
  return {static_cast<uint8_t>(size >> 24), static_cast<uint8_t>(size >> 16),
          static_cast<uint8_t>(size >> 8), static_cast<uint8_t>(size)};
}

PlayMessage MakeMessage(PlayKind kind, rtmp::MessageType type, uint32_t timestamp,
                        const Bytes& header, ByteView body) {
  std::array<ByteView, 2> parts = {header, body};
  return {kind, rtmp::SharedMessage(type, timestamp, parts)};
}

bool IsPlayedSound(media::Codec codec) {
  return codec == media::Codec::kAac || codec == media::Codec::kMp3;
}

// A decoder goes on where only what is told about the track has changed (size, frame rate).
bool DecodesAlike(const media::Track& a, const media::Track& b) {
  return a.id == b.id && a.codec == b.codec && a.codec_config == b.codec_config;
}

uint32_t SamplesPerAccessUnit(const media::Track& track) {
  auto config = media::ParseAudioSpecificConfig(track.codec_config);
  return config.ok() ? config->samples_per_access_unit() : 1024;
}

}  // namespace

void RtmpPlay::Add(Player& player) {
  players_.push_back(&player);
  Replay(player);
}

void RtmpPlay::Replay(Player& player) const {
  std::vector<PlayMessage> messages;
  uint32_t timestamp = cache_.empty() ? last_timestamp_ : cache_.front().message.timestamp();
  AppendHeaders(timestamp, messages);
  messages.insert(messages.end(), cache_.begin(), cache_.end());
  if (!messages.empty()) player.OnMessages(messages);
}

void RtmpPlay::Remove(Player& player) {
  auto found = std::find(players_.begin(), players_.end(), &player);
  if (found == players_.end()) return;
  if (delivering_ > 0) {
    *found = nullptr;
  } else {
    players_.erase(found);
  }
}

bool RtmpPlay::empty() const {
  return std::all_of(players_.begin(), players_.end(),
                     [](const Player* player) { return player == nullptr; });
}

void RtmpPlay::OnItems(std::span<const fanout::Item> items) {
  for (const fanout::Item& item : items) {
    if (const auto* packet = std::get_if<rtp::PacketPtr>(&item)) {
      OnPacket(**packet);
    } else if (const auto* clock = std::get_if<rtp::ClockReport>(&item)) {
      clocks_[clock->track_id] = *clock;
    } else if (const auto* description = std::get_if<fanout::DescriptionPtr>(&item)) {
      Deliver();  // what belongs to the tracks as they were
      OnDescription(**description);
    } else if (const auto* end = std::get_if<fanout::StreamEnd>(&item)) {
      Deliver();
      return OnEnd(*end);
    }
  }
  Deliver();
}

void RtmpPlay::OnMetadata(const amf::Value& metadata) {
  publisher_metadata_ = metadata;
  if (!video_.has_value() && !audio_.has_value()) return;  // goes with the first headers
  batch_.push_back(MetadataMessage());
  Deliver();
}

void RtmpPlay::OnData(ByteView values) {
  if (empty()) return;
  batch_.push_back(
      MakeMessage(PlayKind::kData, rtmp::MessageType::kDataAmf0, last_timestamp_, {}, values));
  Deliver();
}

void RtmpPlay::OnTakenOver() {
  publisher_metadata_ = {};
  ClearCache();
}

void RtmpPlay::OnDescription(const media::StreamDescription& description) {
  const media::Track* video = nullptr;
  const media::Track* audio = nullptr;
  for (const media::Track& track : description.tracks) {
    if (video == nullptr && track.codec == media::Codec::kH264) video = &track;
    if (audio == nullptr && IsPlayedSound(track.codec)) audio = &track;
  }
  std::erase_if(clocks_,
                [&](const auto& entry) { return description.FindTrack(entry.first) == nullptr; });
  bool changed = SetVideo(video);
  changed = SetAudio(audio) || changed;
  if (!changed) return;
  ClearCache();
  headers_changed_ = true;
}

bool RtmpPlay::SetVideo(const media::Track* track) {
  bool same = track == nullptr ? !video_.has_value()
                               : video_.has_value() && DecodesAlike(video_->track, *track);
  if (same && track != nullptr) video_->track = *track;
  if (same) return false;
  // A change takes effect with the next key frame (new parameter sets before it).
  video_.reset();
  if (track != nullptr) video_.emplace().track = *track;
  return true;
}

bool RtmpPlay::SetAudio(const media::Track* track) {
  bool same = track == nullptr ? !audio_.has_value()
                               : audio_.has_value() && DecodesAlike(audio_->track, *track);
  if (same && track != nullptr) audio_->track = *track;
  if (same) return false;
  audio_.reset();
  if (track != nullptr) {
    audio_.emplace(
        AudioTrack{*track, rtp::payload::aac::Depacketizer(SamplesPerAccessUnit(*track)), {}});
  }
  return true;
}

void RtmpPlay::OnPacket(const rtp::Packet& packet) {
  if (video_.has_value() && packet.track_id == video_->track.id) {
    pictures_.clear();
    video_->depacketizer.Push(packet, pictures_);
    for (const auto& picture : pictures_) OnPicture(picture);
  } else if (audio_.has_value() && packet.track_id == audio_->track.id) {
    OnSoundPacket(packet);
  }
}

void RtmpPlay::OnPicture(const rtp::payload::h264::AccessUnit& picture) {
  bool key_frame = picture.role.key_frame;
  if (!picture.complete || (video_->wait_for_key_frame && !key_frame)) {
    if (!picture.complete) ++counters_.incomplete_frames;
    video_->wait_for_key_frame = true;
    return;
  }
  auto cts_ms = picture.role.cts / static_cast<int32_t>(kVideoTicksPerMs);
  std::optional<uint32_t> timestamp =
      Timestamp(video_->track.id, picture.rtp_timestamp, std::chrono::milliseconds(cts_ms));
  if (!timestamp.has_value()) return;
  Bytes header;
  flv::AppendAvcTagHeader(key_frame ? flv::VideoFrameType::kKey : flv::VideoFrameType::kInter,
                          flv::AvcPacketType::kNalUnits, cts_ms, header);
  // Lengths and NAL units in turn, copied once, into the message.
  std::vector<std::array<uint8_t, 4>> lengths;
  lengths.reserve(picture.nal_units.size());
  std::vector<ByteView> parts = {header};
  for (const Bytes& nal_unit : picture.nal_units) {
    if (IsParameterSet(nal_unit)) continue;  // they stand in the sequence header
    lengths.push_back(LengthOf(nal_unit));
    parts.emplace_back(lengths.back());
    parts.emplace_back(nal_unit);
  }
  if (lengths.empty()) return;
  video_->wait_for_key_frame = false;
  if (key_frame) ClearCache();
  batch_.push_back({key_frame ? PlayKind::kKeyFrame : PlayKind::kInterFrame,
                    rtmp::SharedMessage(rtmp::MessageType::kVideo, *timestamp, parts)});
  Cache(batch_.back());
}

void RtmpPlay::OnSoundPacket(const rtp::Packet& packet) {
  Bytes header;
  if (audio_->track.codec == media::Codec::kAac) {
    access_units_.clear();
    audio_->aac.Push(packet, access_units_);
    flv::AppendAacTagHeader(flv::AacPacketType::kRaw, header);
    for (const auto& one : access_units_) OnSound(one.rtp_timestamp, header, one.bytes);
    return;
  }
  frames_.clear();
  audio_->mp3.Push(packet, frames_);
  for (const auto& frame : frames_) {
    header.clear();
    flv::AppendMp3TagHeader(frame.header.sample_rate, frame.header.channels, header);
    OnSound(frame.rtp_timestamp, header, frame.bytes);
  }
}

void RtmpPlay::OnSound(uint32_t rtp_timestamp, const Bytes& header, ByteView sound) {
  std::optional<uint32_t> timestamp = Timestamp(audio_->track.id, rtp_timestamp, Duration(0));
  if (!timestamp.has_value()) return;
  batch_.push_back(
      MakeMessage(PlayKind::kSound, rtmp::MessageType::kAudio, *timestamp, header, sound));
  Cache(batch_.back());
}

void RtmpPlay::OnEnd(const fanout::StreamEnd& end) {
  // From the back, one by one: a player's OnEnd may remove others.
  while (!players_.empty()) {
    Player* player = players_.back();
    players_.pop_back();
    if (player != nullptr) player->OnEnd(end);
  }
}

void RtmpPlay::Deliver() {
  if (std::exchange(headers_changed_, false)) {
    std::vector<PlayMessage> messages;
    AppendHeaders(batch_.empty() ? last_timestamp_ : batch_.front().message.timestamp(), messages);
    batch_.insert(batch_.begin(), messages.begin(), messages.end());
  }
  if (batch_.empty()) return;
  ++delivering_;
  for (size_t i = 0, count = players_.size(); i < count; ++i) {
    if (players_[i] != nullptr) players_[i]->OnMessages(batch_);
  }
  if (--delivering_ == 0) std::erase(players_, nullptr);
  batch_.clear();
}

void RtmpPlay::Cache(const PlayMessage& message) {
  bool waits_for_picture = video_.has_value() && cache_.empty();
  if (waits_for_picture && message.kind != PlayKind::kKeyFrame) return;
  cache_.push_back(message);
  cached_bytes_ += message.message.size();
  auto age_ms = [&] {
    return static_cast<int32_t>(message.message.timestamp() - cache_.front().message.timestamp());
  };
  if (cached_bytes_ > kMaxCachedBytes || age_ms() > kMaxCachedMs) return ClearCache();
  while (!video_.has_value() && age_ms() > kCachedSoundMs) {
    cached_bytes_ -= cache_.front().message.size();
    cache_.pop_front();
  }
}

void RtmpPlay::ClearCache() {
  cache_.clear();
  cached_bytes_ = 0;
}

PlayMessage RtmpPlay::MetadataMessage() const {
  amf::EcmaArray metadata =
      PlayMetadata(publisher_metadata_, video_.has_value() ? &video_->track : nullptr,
                   audio_.has_value() ? &audio_->track : nullptr);
  // At time 0: ffmpeg takes metadata of any other time for a text track.
  return MakeMessage(PlayKind::kHeader, rtmp::MessageType::kDataAmf0, 0, {},
                     amf::SerializeValues({"onMetaData", std::move(metadata)}));
}

void RtmpPlay::AppendHeaders(uint32_t timestamp, std::vector<PlayMessage>& out) const {
  if (!video_.has_value() && !audio_.has_value()) return;
  out.push_back(MetadataMessage());
  if (video_.has_value()) {
    Bytes header;
    flv::AppendAvcTagHeader(flv::VideoFrameType::kKey, flv::AvcPacketType::kSequenceHeader, 0,
                            header);
    out.push_back(MakeMessage(PlayKind::kHeader, rtmp::MessageType::kVideo, timestamp, header,
                              video_->track.codec_config));
  }
  if (audio_.has_value() && audio_->track.codec == media::Codec::kAac) {
    Bytes header;
    flv::AppendAacTagHeader(flv::AacPacketType::kSequenceHeader, header);
    out.push_back(MakeMessage(PlayKind::kHeader, rtmp::MessageType::kAudio, timestamp, header,
                              audio_->track.codec_config));
  }
}

std::optional<uint32_t> RtmpPlay::Timestamp(uint32_t track_id, uint32_t rtp_timestamp,
                                            Duration earlier) {
  auto clock = clocks_.find(track_id);
  if (clock == clocks_.end()) return std::nullopt;
  NtpTime time = clock->second.TimeOf(rtp_timestamp).Plus(-earlier);
  if (!begin_.has_value()) begin_ = time.Plus(-kBeforeBegin);
  // To the nearest millisecond: what came from RTMP gets its own distances back.
  constexpr Duration kHalf(500);
  int64_t ms = ToMilliseconds(time.Since(*begin_) + kHalf);
  last_timestamp_ = static_cast<uint32_t>(std::max<int64_t>(ms, 0));
  return last_timestamp_;
}

}  // namespace sluice::ingest
