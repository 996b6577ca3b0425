#include "services/ingest/rtmp_player.h"

#include <utility>

#include "absl/time/clock.h"

namespace sluice::ingest {
namespace {

bool IsBefore(const rtmp::SharedMessage& message, uint32_t timestamp) {
  return static_cast<int32_t>(message.timestamp() - timestamp) < 0;
}

}  // namespace

RtmpPlayer::RtmpPlayer(PlayedStreams& streams, net::StreamConnection& connection,
                       loop::EventLoop& loop, Counters& counters, Request request,
                       OnDecided on_decided, OnEnded on_ended)
    : streams_(streams),
      connection_(connection),
      loop_(loop),
      counters_(counters),
      request_(std::move(request)),
      on_ended_(std::move(on_ended)),
      queue_(request_.queue_limit),
      created_(absl::Now()) {
  streams_.Join(request_.name, *this,
                [this, on_decided = std::move(on_decided)](const absl::Status& status) {
                  playing_ = status.ok();
                  on_decided(status);
                });
}

RtmpPlayer::~RtmpPlayer() { streams_.Leave(request_.name, *this); }

void RtmpPlayer::OnMessages(std::span<const PlayMessage> messages) {
  uint64_t skipped_video = queue_.skipped_video();
  uint64_t skipped_audio = queue_.skipped_audio();
  size_t unsent = connection_.unsent_bytes();
  slices_.clear();
  bool picture = false;
  for (const PlayMessage& message : messages) {
    if (!Passes(message) || !queue_.Admit(message.kind, unsent)) continue;
    slices_.push_back(BytesOf(message));
    unsent += message.message.size();
    sent_bytes_ += message.message.size();
    picture = picture || message.kind == PlayKind::kKeyFrame;
  }
  sent_messages_ += slices_.size();
  counters_.sent_messages += slices_.size();
  counters_.skipped_video += queue_.skipped_video() - skipped_video;
  counters_.skipped_audio += queue_.skipped_audio() - skipped_audio;
  connection_.Send(slices_);  // bounded by queue_
  if (picture && !std::exchange(picture_sent_, true)) {
    counters_.first_picture.Observe(loop_.now() - request_.asked);
  }
}

bool RtmpPlayer::Passes(const PlayMessage& message) {
  if (paused_) return false;
  switch (message.kind) {
    case PlayKind::kHeader:
    case PlayKind::kData:
      return true;
    case PlayKind::kSound:
      return audio_wanted_ && !(replaying_ && IsBefore(message.message, last_timestamp_));
    case PlayKind::kKeyFrame:
      wait_for_key_frame_ = wait_for_key_frame_ && !video_wanted_;
      return video_wanted_;
    case PlayKind::kInterFrame:
      return video_wanted_ && !wait_for_key_frame_;
  }
  return false;
}

net::SharedBytes RtmpPlayer::BytesOf(const PlayMessage& message) {
  const rtmp::SharedMessage& shared = message.message;
  bool media = message.kind != PlayKind::kHeader && message.kind != PlayKind::kData;
  // The group that follows a pause may begin before it: time does not go back.
  if (media && replaying_ && IsBefore(shared, last_timestamp_)) {
    return shared.At(request_.stream_id, last_timestamp_);
  }
  if (media) last_timestamp_ = shared.timestamp();
  return shared.For(request_.stream_id);
}

void RtmpPlayer::SetPaused(bool paused) {
  if (std::exchange(paused_, paused) == paused || paused) return;
  wait_for_key_frame_ = true;
  replaying_ = true;
  streams_.Replay(request_.name, *this);
  replaying_ = false;
}

void RtmpPlayer::SetWanted(rtmp::MessageType type, bool wanted) {
  if (type == rtmp::MessageType::kAudio) {
    audio_wanted_ = wanted;
  } else if (std::exchange(video_wanted_, wanted) != wanted && wanted) {
    wait_for_key_frame_ = true;
  }
}

void RtmpPlayer::OnEnd(const fanout::StreamEnd& end) {
  playing_ = false;
  auto on_ended = std::exchange(on_ended_, nullptr);
  if (on_ended != nullptr) on_ended(end);
}

}  // namespace sluice::ingest
