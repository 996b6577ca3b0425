#include "services/ingest/rtmp_player.h"

#include <utility>

#include "absl/time/clock.h"

namespace sluice::ingest {

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
    if (!queue_.Admit(message.kind, unsent)) continue;
    slices_.push_back(message.message.For(request_.stream_id));
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

void RtmpPlayer::OnEnd(const fanout::StreamEnd& end) {
  playing_ = false;
  auto on_ended = std::exchange(on_ended_, nullptr);
  if (on_ended != nullptr) on_ended(end);
}

}  // namespace sluice::ingest
