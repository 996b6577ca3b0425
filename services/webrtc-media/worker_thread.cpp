#include "services/webrtc-media/worker_thread.h"

#include <unistd.h>

#include <algorithm>
#include <utility>
#include <variant>

#include "absl/hash/hash.h"
#include "libs/base/text.h"
#include "libs/rtp/rtcp/compound.h"
#include "services/webrtc-media/pacer.h"

namespace sluice::webrtc_media {
namespace {

constexpr Duration kTick = 100ms;

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

bool IsDtls(ByteView datagram) { return datagram[0] >= 20 && datagram[0] <= 63; }  // RFC 7983 §7

}  // namespace

size_t WorkerThread::TupleHash::operator()(const stun::Tuple& tuple) const {
  return absl::HashOf(tuple.remote.bytes, tuple.remote.port, tuple.local.bytes, tuple.local.port);
}

WorkerThread::WorkerThread(Settings settings, WorkerQueue& queue, WorkerCounters& counters,
                           RandomSource& random, int wake_fd,
                           std::vector<std::unique_ptr<net::UdpSocket>> sockets,
                           std::function<void(WorkerEvent)> emit)
    : queue_(queue),
      counters_(counters),
      engine_(std::move(settings.engine)),
      environment_{.dtls = std::move(settings.dtls),
                   .engine = *engine_,
                   .counters = counters,
                   .random = random,
                   .listener = *this,
                   .ice_timeout = settings.ice_timeout},
      emit_(std::move(emit)),
      wake_fd_(wake_fd),
      wake_watcher_(loop_, wake_fd, [this](loop::FdWatcher::Ready) { OnWake(); }),
      tick_timer_(loop_, [this] { OnTick(); }),
      pace_timer_(loop_, [this] { OnPace(); }) {
  for (auto& socket : sockets) {
    ports_.push_back(std::make_unique<UdpPort>(
        loop_, std::move(socket),
        [this](UdpPort& port, loop::FdWatcher::Ready ready) { OnSocket(port, ready); }));
  }
  wake_watcher_.Watch(true, false);
}

WorkerThread::~WorkerThread() = default;

void WorkerThread::OnWake() {
  uint64_t unused = 0;
  // Empty already: nothing to do about it.
  if (read(wake_fd_, &unused, sizeof(unused)) < 0) return;
  now_ = loop_.now();
  DrainQueue();
  SendTouched();
  EndTurn();
}

void WorkerThread::OnSocket(UdpPort& port, loop::FdWatcher::Ready ready) {
  now_ = loop_.now();
  if (ready.readable || ready.failed) {
    const size_t count = port.socket().Receive(
        [&](const net::UdpDatagram& datagram) { OnDatagram(port, datagram); });
    counters_.datagrams_received.Add(count);
  }
  if (ready.writable) {
    port.Flush(now_);
    OnPace();
    return;
  }
  EndTurn();
}

void WorkerThread::OnTick() {
  now_ = loop_.now();
  counters_.loop_delay.Add(loop_.TakeMaxDelay());
  for (auto& [id, player] : players_) {
    player->session.OnTick(now_);
    Settle(*player);
  }
  EndTurn();
}

void WorkerThread::OnPace() {
  now_ = loop_.now();
  for (Player* player : std::exchange(lagging_, {})) {
    player->lagging = false;
    player->session.SendMedia(now_);
    Settle(*player);
  }
  EndTurn();
}

void WorkerThread::EndTurn() {
  RemoveEnded();
  engine_->Flush();
  for (auto& port : ports_) port->Flush(now_);
  if (!live_.empty()) {
    const Instant sent = loop_.now();
    for (const LivePacket& packet : live_) {
      counters_.send_delay.Add(sent - packet.arrival, packet.players);
    }
    live_.clear();
  }
  UpdateSocketCounters();
  if (lagging_.empty()) {
    pace_timer_.Stop();
  } else if (!pace_timer_.running()) {
    pace_timer_.Start(Pacer::kInterval, Pacer::kInterval);
  }
  if (players_.empty()) {
    tick_timer_.Stop();
  } else if (!tick_timer_.running()) {
    tick_timer_.Start(kTick, kTick);
  }
  if (stopping_) loop_.Stop();
}

void WorkerThread::UpdateSocketCounters() {
  net::BatchSender::Counters sum;
  for (const auto& port : ports_) {
    sum.datagrams += port->counters().datagrams;
    sum.messages += port->counters().messages;
    sum.calls += port->counters().calls;
    sum.failed += port->counters().failed;
    sum.would_block += port->counters().would_block;
  }
  counters_.datagrams_sent.Set(sum.datagrams);
  counters_.messages_sent.Set(sum.messages);
  counters_.send_calls.Set(sum.calls);
  counters_.send_failures.Set(sum.failed);
  counters_.socket_full.Set(sum.would_block);
}

void WorkerThread::DrainQueue() {
  while (auto command = queue_.Pop()) {
    std::visit([this](auto& known) { Take(known); }, *command);
  }
}

void WorkerThread::Take(FeedItem& item) {
  Stream* stream = FindStream(item.feed);
  if (stream == nullptr) return;
  std::visit([&](const auto& known) { TakeItem(*stream, known); }, item.item);
}

void WorkerThread::TakeItem(Stream& stream, const rtp::PacketPtr& packet) {
  const StreamTrack* track = stream.content.OnPacket(packet, now_);
  if (track == nullptr || stream.players.empty()) return;
  if (!stream.touched.audio && !stream.touched.video) touched_.push_back(&stream);
  (track->track.kind == media::MediaKind::kVideo ? stream.touched.video : stream.touched.audio) =
      true;
  if (packet->arrival >= stream.described) {
    live_.push_back({packet->arrival, stream.players.size()});
  }
}

void WorkerThread::TakeItem(Stream& stream, const rtp::ClockReport& clock) {
  stream.content.OnClock(clock, now_);
}

void WorkerThread::TakeItem(Stream& stream, const fanout::DescriptionPtr& description) {
  SendTouched();  // the old tracks' last packets come before the change
  stream.described = now_;
  stream.content.OnDescription(*description);
  for (Player* player : stream.players) {
    player->session.OnDescription(stream.content, now_);
    Settle(*player);
  }
  engine_->Flush();
}

void WorkerThread::TakeItem(Stream& stream, const fanout::StreamEnd& end) {
  SendTouched();
  const std::string detail =
      StrCat(fanout::EndCauseName(end.cause), end.detail.empty() ? "" : ": ", end.detail);
  for (Player* player : stream.players) {
    if (player->session.feed() != stream.content.id()) continue;
    player->session.End(ReasonOf(end.cause), detail, now_);
    Settle(*player);
  }
}

void WorkerThread::Take(const OpenFeed& command) {
  streams_.emplace(command.feed, std::make_unique<Stream>(command.feed));
  counters_.feeds.Set(streams_.size());
}

void WorkerThread::Take(const CloseFeed& command) {
  SendTouched();
  Stream* stream = FindStream(command.feed);
  if (stream == nullptr) return;
  const std::vector<Player*> players = std::exchange(stream->players, {});
  streams_.erase(command.feed);
  for (Player* player : players) {
    for (size_t i = 0; i < player->session.settings().tracks.size(); ++i) {
      if (player->session.feed_of(i) == command.feed) {
        player->session.BindTrack(i, command.feed, nullptr, now_);
      }
    }
  }
  counters_.feeds.Set(streams_.size());
}

void WorkerThread::Take(const std::unique_ptr<AddPlayer>& command) {
  const std::string id = command->settings->session_id;
  auto player = std::unique_ptr<Player>(
      new Player{PlayerSession(environment_, *command->settings, command->feed, now_)});
  by_ufrag_[command->settings->local_ufrag] = player.get();
  Link(*player);
  if (const Stream* stream = FindStream(command->feed)) {
    player->session.OnDescription(stream->content, now_);
  }
  players_[id] = std::move(player);
  counters_.players.Set(players_.size());
}

void WorkerThread::Take(const std::unique_ptr<BindTrack>& command) {
  Player* player = FindPlayer(command->session_id);
  if (player == nullptr) return;
  Unlink(*player);
  const Stream* stream = FindStream(command->feed);
  player->session.BindTrack(command->track, command->feed,
                            stream != nullptr ? &stream->content : nullptr, now_);
  Link(*player);
  player->session.SendMedia(now_);
  Settle(*player);
  engine_->Flush();
}

void WorkerThread::Take(const std::unique_ptr<RemovePlayer>& command) {
  Player* player = FindPlayer(command->session_id);
  if (player == nullptr) return;
  player->session.End(command->reason, "on request", now_);
  Settle(*player);
}

void WorkerThread::Take(const StopWorker&) {
  for (auto& [id, player] : players_) {
    player->session.End(EndReason::kNodeDrained, "the daemon stops", now_);
    Settle(*player);
  }
  stopping_ = true;
}

void WorkerThread::OnDatagram(UdpPort& port, const net::UdpDatagram& datagram) {
  if (datagram.bytes.empty()) return;
  const stun::Tuple tuple{.local = stun::TransportAddress::From(datagram.to.raw()),
                          .remote = stun::TransportAddress::From(datagram.from.raw())};
  if (stun::IsStun(datagram.bytes)) return OnStun(port, datagram, tuple);
  const auto found = by_tuple_.find(tuple);
  if (found == by_tuple_.end()) return counters_.unknown_tuple.Add(1);
  Player& player = *found->second;
  if (IsDtls(datagram.bytes)) {
    player.session.OnDtls(datagram.bytes, now_);
  } else if (rtp::rtcp::IsRtcp(datagram.bytes)) {
    player.session.OnRtcp(datagram.bytes, now_);
  } else {
    return counters_.unexpected.Add(1);
  }
  Settle(player);
}

void WorkerThread::OnStun(UdpPort& port, const net::UdpDatagram& datagram,
                          const stun::Tuple& tuple) {
  using Verdict = stun::IceLiteResponder::Verdict;
  const auto ufrag = stun::FindLocalUfrag(datagram.bytes);
  const auto found = ufrag ? by_ufrag_.find(ToAbsl(*ufrag)) : by_ufrag_.end();
  if (found == by_ufrag_.end()) return counters_.bad_stun.Add(1);
  Player& player = *found->second;
  const auto result = player.session.OnCheck(datagram.bytes, tuple, now_);
  if (result.verdict == Verdict::kValid) {
    GiveTuple(tuple, datagram, player);
    if (result.nominated || !player.session.has_path()) {
      player.session.UsePath(datagram.from, datagram.to, port.batch());
    }
  } else if (result.verdict != Verdict::kIgnored) {
    counters_.bad_stun.Add(1);
  }
  if (!result.response.empty()) port.SendNow(datagram.from, datagram.to, result.response);
}

void WorkerThread::GiveTuple(const stun::Tuple& tuple, const net::UdpDatagram& datagram,
                             Player& player) {
  Player*& owner = by_tuple_[tuple];
  if (owner == &player) return;
  if (owner != nullptr) owner->session.LoseTuple(tuple, datagram.from);
  owner = &player;
}

void WorkerThread::SendTouched() {
  for (Stream* stream : touched_) {
    const PlayerSession::Kinds kinds = std::exchange(stream->touched, {false, false});
    const std::vector<Player*>& players = stream->players;
    for (size_t i = 0; i < players.size(); ++i) {
      for (size_t distance :
           {PlayerSession::kPrefetchDistance, PlayerSession::kPrefetchDistance / 2, size_t{1}}) {
        if (i + distance < players.size()) players[i + distance]->session.Prefetch(distance);
      }
      players[i]->session.SendMedia(now_, kinds);
      Settle(*players[i]);
    }
  }
  touched_.clear();
  engine_->Flush();  // what comes next may push packets out of the rings
}

void WorkerThread::Settle(Player& player) {
  if (player.session.ended()) {
    if (!std::exchange(player.removing, true)) removing_.push_back(&player);
  } else if (player.session.behind() && !std::exchange(player.lagging, true)) {
    lagging_.push_back(&player);
  }
}

void WorkerThread::Link(Player& player) {
  for (auto& [feed, stream] : streams_) {
    if (player.session.TakesFrom(feed) || player.session.feed() == feed) {
      stream->players.push_back(&player);
    }
  }
}

void WorkerThread::Unlink(Player& player) {
  for (auto& [feed, stream] : streams_) std::erase(stream->players, &player);
}

void WorkerThread::RemoveEnded() {
  for (Player* player : std::exchange(removing_, {})) {
    PlayerSession& session = player->session;
    Unlink(*player);
    std::erase(lagging_, player);
    by_ufrag_.erase(session.settings().local_ufrag);
    for (const stun::Tuple& tuple : session.tuples()) {
      const auto found = by_tuple_.find(tuple);
      if (found != by_tuple_.end() && found->second == player) by_tuple_.erase(found);
    }
    engine_->Flush();
    for (auto& port : ports_) port->Flush(now_);  // its goodbye, before its path goes
    emit_(PlayerEnded{session.settings().session_id, session.end_reason(), session.end_detail()});
    players_.erase(std::string(session.settings().session_id));
  }
  counters_.players.Set(players_.size());
}

void WorkerThread::OnPlaying(const PlayerSession& session, Duration time_to_first_media) {
  emit_(PlayerPlaying{session.settings().session_id, time_to_first_media});
}

void WorkerThread::OnKeyFrameWanted(FeedId feed, StreamTrack& track) {
  constexpr Duration kAskInterval = 500ms;
  if (now_ - track.key_frame_asked < kAskInterval) return;
  track.key_frame_asked = now_;
  emit_(KeyFrameWanted{feed, track.track.id});
}

WorkerThread::Stream* WorkerThread::FindStream(FeedId feed) {
  const auto found = streams_.find(feed);
  return found == streams_.end() ? nullptr : found->second.get();
}

WorkerThread::Player* WorkerThread::FindPlayer(const std::string& session_id) {
  const auto found = players_.find(session_id);
  return found == players_.end() ? nullptr : found->second.get();
}

}  // namespace sluice::webrtc_media
