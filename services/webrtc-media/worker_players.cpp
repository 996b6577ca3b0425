#include "services/webrtc-media/worker_players.h"

#include <algorithm>
#include <utility>
#include <variant>

#include "libs/base/text.h"

namespace sluice::webrtc_media {
namespace {

EndReason ReasonOf(fanout::EndCause cause) {
  switch (cause) {
    case fanout::EndCause::kPublisherStopped:
    case fanout::EndCause::kPublisherLost:
    case fanout::EndCause::kNameLost:
    case fanout::EndCause::kNodeDrained:
      return EndReason::kPublisherStopped;
    case fanout::EndCause::kUpstreamLost:
    case fanout::EndCause::kFailed:
      break;
  }
  return EndReason::kStreamFailed;
}

}  // namespace

void WorkerPlayers::Take(FeedItem& item) {
  Stream* stream = FindStream(item.feed);
  if (stream == nullptr) return;
  std::visit([&](const auto& known) { TakeItem(*stream, known); }, item.item);
}

void WorkerPlayers::TakeItem(Stream& stream, const rtp::PacketPtr& packet) {
  const StreamTrack* track = stream.content.OnPacket(packet, now_);
  if (track == nullptr || stream.players.empty()) return;
  if (!stream.touched.audio && !stream.touched.video) touched_.push_back(&stream);
  (track->track.kind == media::MediaKind::kVideo ? stream.touched.video : stream.touched.audio) =
      true;
  if (packet->arrival >= stream.described) {
    live_.push_back({packet->arrival, stream.players.size()});
  }
}

void WorkerPlayers::TakeItem(Stream& stream, const rtp::ClockReport& clock) {
  stream.content.OnClock(clock, now_);
}

void WorkerPlayers::TakeItem(Stream& stream, const fanout::DescriptionPtr& description) {
  SendTouched();  // the old tracks' last packets come before the change
  stream.described = now_;
  stream.content.OnDescription(*description);
  for (PlayerSession* player : stream.players) {
    player->OnDescription(stream.content, now_);
    sessions_.Settle(*player);
  }
  environment_.engine.Flush();
}

void WorkerPlayers::TakeItem(Stream& stream, const fanout::StreamEnd& end) {
  SendTouched();
  const std::string detail =
      StrCat(fanout::EndCauseName(end.cause), end.detail.empty() ? "" : ": ", end.detail);
  for (PlayerSession* player : stream.players) {
    if (player->feed() != stream.content.id()) continue;
    player->End(ReasonOf(end.cause), detail, now_);
    sessions_.Settle(*player);
  }
}

void WorkerPlayers::Take(const OpenFeed& command) {
  streams_.emplace(command.feed, std::make_unique<Stream>(command.feed));
  environment_.counters.feeds.Set(streams_.size());
}

void WorkerPlayers::Take(const CloseFeed& command) {
  SendTouched();
  Stream* stream = FindStream(command.feed);
  if (stream == nullptr) return;
  const std::vector<PlayerSession*> players = std::exchange(stream->players, {});
  streams_.erase(command.feed);
  for (PlayerSession* player : players) {
    for (size_t i = 0; i < player->track_count(); ++i) {
      if (player->feed_of(i) == command.feed) {
        player->BindTrack(i, command.feed, nullptr, now_);
      }
    }
  }
  environment_.counters.feeds.Set(streams_.size());
}

void WorkerPlayers::Take(const std::unique_ptr<AddPlayer>& command) {
  Listener& listener = *this;
  auto player = std::make_unique<PlayerSession>(environment_, listener,
                                                std::move(*command->settings), command->feed, now_);
  Link(*player);
  if (const Stream* stream = FindStream(command->feed)) {
    player->OnDescription(stream->content, now_);
  }
  sessions_.Add(std::move(player));
  environment_.counters.players.Set(++count_);
}

void WorkerPlayers::Take(const std::unique_ptr<BindTrack>& command) {
  PlayerSession* player = FindPlayer(command->session_id);
  if (player == nullptr) return;
  Unlink(*player);
  const Stream* stream = FindStream(command->feed);
  player->BindTrack(command->track, command->feed, stream != nullptr ? &stream->content : nullptr,
                    now_);
  Link(*player);
  player->SendMedia(now_);
  sessions_.Settle(*player);
  environment_.engine.Flush();
}

void WorkerPlayers::Take(const std::unique_ptr<SetLayerLimits>& command) {
  PlayerSession* player = FindPlayer(command->session_id);
  if (player != nullptr) player->SetLayerLimits(command->limits, now_);
}

void WorkerPlayers::Take(const std::unique_ptr<RemovePlayer>& command) {
  PlayerSession* player = FindPlayer(command->session_id);
  if (player == nullptr) return;
  player->End(command->reason, "on request", now_);
  sessions_.Settle(*player);
}

void WorkerPlayers::SendTouched() {
  for (Stream* stream : touched_) {
    const PlayerSession::Kinds kinds = std::exchange(stream->touched, {false, false});
    stream->content.EvenOut();
    const std::vector<PlayerSession*>& players = stream->players;
    for (size_t i = 0; i < players.size(); ++i) {
      for (size_t distance :
           {PlayerSession::kPrefetchDistance, PlayerSession::kPrefetchDistance / 2, size_t{1}}) {
        if (i + distance < players.size()) players[i + distance]->Prefetch(distance);
      }
      players[i]->SendMedia(now_, kinds);
      sessions_.Settle(*players[i]);
    }
  }
  touched_.clear();
  environment_.engine.Flush();  // what comes next may push packets out of the rings
}

void WorkerPlayers::OnSent(Instant now) {
  for (const LivePacket& packet : live_) {
    environment_.counters.send_delay.Add(now - packet.arrival, packet.players);
  }
  live_.clear();
}

void WorkerPlayers::Forget(PlayerSession& player) {
  Unlink(player);
  environment_.counters.players.Set(--count_);
}

void WorkerPlayers::Link(PlayerSession& player) {
  for (auto& [feed, stream] : streams_) {
    if (player.TakesFrom(feed) || player.feed() == feed) {
      stream->players.push_back(&player);
    }
  }
}

void WorkerPlayers::Unlink(PlayerSession& player) {
  for (auto& [feed, stream] : streams_) std::erase(stream->players, &player);
}

void WorkerPlayers::OnPlaying(const PlayerSession& session, Duration time_to_first_media) {
  emit_(PlayerPlaying{session.id(), time_to_first_media});
}

void WorkerPlayers::OnKeyFrameWanted(FeedId feed, StreamTrack& track) {
  constexpr Duration kAskInterval = 500ms;
  if (now_ - track.key_frame_asked < kAskInterval) return;
  track.key_frame_asked = now_;
  emit_(KeyFrameWanted{feed, track.track.id});
}

void WorkerPlayers::OnBandwidth(const PlayerSession& session, uint64_t stream, uint64_t network) {
  environment_.counters.starved_players.Add(1);
  emit_(PlayerBandwidth{session.id(), stream, network});
}

WorkerPlayers::Stream* WorkerPlayers::FindStream(FeedId feed) {
  const auto found = streams_.find(feed);
  return found == streams_.end() ? nullptr : found->second.get();
}

PlayerSession* WorkerPlayers::FindPlayer(const std::string& session_id) {
  return dynamic_cast<PlayerSession*>(sessions_.Find(session_id));
}

}  // namespace sluice::webrtc_media
