#include "services/ingest/rtmp_connection.h"

#include <algorithm>
#include <iterator>
#include <utility>

#include "libs/base/text.h"
#include "libs/daemon/publish_policy.h"
#include "services/ingest/publish_parameters.h"
#include "services/ingest/status_map.h"

namespace sluice::ingest {
namespace {

constexpr size_t kMaxAgent = 128;              // bytes, as status shows it
constexpr size_t kMaxUnsentAnswers = 1 << 20;  // of a client without players: it does not read
constexpr char kDraining[] = "this server is being stopped";
constexpr Duration kPingInterval = 10s;
constexpr Duration kCloseTimeout = 3s;  // for what is still to be sent

}  // namespace

RtmpConnection::RtmpConnection(ConnectionContext& context, net::OwnedFd fd, net::SocketAddress peer,
                               uint64_t number, std::function<void(RtmpConnection&)> on_closed)
    : context_(context),
      peer_(peer),
      peer_text_(peer.ToString()),
      number_(number),
      on_closed_(std::move(on_closed)),
      protocol_(context.publishers.random),
      opened_(context.publishers.loop.now()),
      last_sign_of_life_(opened_),
      last_ping_(opened_),
      connection_(context.publishers.loop, std::move(fd), *this) {}

RtmpConnection::~RtmpConnection() { *alive_ = false; }

void RtmpConnection::OnBytes(ByteView bytes) {
  read_ = {loop().now(), WallClockNow()};
  last_sign_of_life_ = read_.arrival;
  counters().received_bytes += bytes.size();
  fresh_.clear();
  absl::Status status = protocol_.Receive(bytes, fresh_);
  counters().ignored_messages += protocol_.ignored_messages() - ignored_seen_;
  ignored_seen_ = protocol_.ignored_messages();
  events_.insert(events_.end(), std::make_move_iterator(fresh_.begin()),
                 std::make_move_iterator(fresh_.end()));
  HandleEvents();
  if (!status.ok()) {
    ++counters().protocol_errors;
    return CloseBecause("protocol error", status);
  }
  bool reads_answers = !players_.empty() || connection_.unsent_bytes() <= kMaxUnsentAnswers;
  if (!reads_answers) CloseBecause("client does not read", absl::ResourceExhaustedError("answers"));
}

void RtmpConnection::HandleEvents() {
  while (!events_.empty() && !waiting_ && !closing_) {
    rtmp::Event event = std::move(events_.front());
    events_.pop_front();
    std::visit([this](const auto& one) { OnEvent(one); }, event);
  }
  FlushOutput();
}

void RtmpConnection::OnEvent(const rtmp::ConnectEvent& event) {
  connected_ = true;
  agent_ = event.flash_version.substr(0, kMaxAgent);
  app_ = event.app;
  app_query_ = event.query;
  protocol_.AcceptConnect();
}

void RtmpConnection::OnEvent(const rtmp::PublishEvent& event) {
  absl::Status allowed = MayPublish();
  if (!allowed.ok()) return RefusePublish(event.stream_id, event.name, allowed);
  if (TakeOver(event)) return;
  uint32_t stream_id = event.stream_id;
  Wait();
  publishers_[stream_id] = std::make_unique<Publisher>(
      context_.publishers, RequestFor(event),
      [this, stream_id](const absl::Status& status) { OnPublishDecided(stream_id, status); },
      [this, stream_id](const absl::Status& status) { OnPublishEnded(stream_id, status); });
}

Publisher::Request RtmpConnection::RequestFor(const rtmp::PublishEvent& event) const {
  return {event.name, peer_text_, agent_, app_, app_query_, event.query};
}

bool RtmpConnection::TakeOver(const rtmp::PublishEvent& event) {
  if (!context_.config.takeover || context_.take_publisher == nullptr) return false;
  std::unique_ptr<Publisher> publisher = context_.take_publisher(event.name, *this);
  if (publisher == nullptr) return false;
  ++counters().publishes_taken_over;
  log().Info("publishing taken over", {{"stream", event.name},
                                       {"peer", peer_text_},
                                       {"from", publisher->request().address},
                                       {"agent", agent_}});
  uint32_t stream_id = event.stream_id;
  publisher->TakeOver(RequestFor(event), [this, stream_id](const absl::Status& status) {
    OnPublishEnded(stream_id, status);
  });
  publishers_[stream_id] = std::move(publisher);
  protocol_.AcceptPublish(stream_id);
  return true;
}

std::unique_ptr<Publisher> RtmpConnection::GiveUpPublisher(const std::string& name) {
  auto found = std::find_if(publishers_.begin(), publishers_.end(), [&](const auto& entry) {
    return entry.second->name() == name && entry.second->publishing();
  });
  if (closing_ || found == publishers_.end()) return nullptr;
  constexpr char kTaken[] = "another publisher has taken the name over";
  std::unique_ptr<Publisher> publisher = std::move(found->second);
  protocol_.EndPublish(found->first, rtmp::status_code::kPublishBadName, kTaken);
  publishers_.erase(found);
  CloseBecause("publisher closed", absl::AlreadyExistsError(kTaken));
  return publisher;
}

void RtmpConnection::PushOut() {
  ++counters().connections_pushed_out;
  CloseBecause("client pushed out",
               absl::ResourceExhaustedError("too many connections without a connect command"));
}

absl::Status RtmpConnection::MayPublish() const {
  if (context_.draining) return absl::UnavailableError(kDraining);
  return daemon::MayPublish(context_.open_publishing, peer_);
}

void RtmpConnection::RefusePublish(uint32_t stream_id, const std::string& name,
                                   const absl::Status& status) {
  ++counters().publishes_refused;
  log().WarningLimited("publishing refused",
                       {{"stream", name}, {"peer", peer_text_}, {"cause", status}});
  protocol_.RejectPublish(stream_id, PublishCode(status), ToStd(status.message()));
}

void RtmpConnection::OnPublishDecided(uint32_t stream_id, const absl::Status& status) {
  auto found = publishers_.find(stream_id);
  if (status.ok()) {
    ++counters().publishes_started;
    const Publisher::Request& request = found->second->request();
    log().Info("publishing began",
               {{"stream", request.name},
                {"peer", peer_text_},
                {"agent", agent_},
                {"app", app_},
                {"parameters", ShownParameters(request.app_query, request.query)}});
    protocol_.AcceptPublish(stream_id);
  } else {
    RefusePublish(stream_id, found->second->name(), status);
    // It is inside its own callback.
    loop().Post([gone = std::shared_ptr<Publisher>(std::move(found->second))] {});
    publishers_.erase(found);
  }
  Resume();
}

void RtmpConnection::OnPublishEnded(uint32_t stream_id, const absl::Status& status) {
  protocol_.EndPublish(stream_id, rtmp::status_code::kPublishFailed, ToStd(status.message()));
  auto found = publishers_.find(stream_id);
  loop().Post([gone = std::shared_ptr<Publisher>(std::move(found->second))] {});
  publishers_.erase(found);
  CloseBecause("publisher sent away", status);
}

void RtmpConnection::OnEvent(const rtmp::PlayEvent& event) {
  uint32_t stream_id = event.stream_id;
  if (context_.draining) {
    ++counters().plays_refused;
    return protocol_.RejectPlay(stream_id, rtmp::status_code::kPlayFailed, kDraining);
  }
  RtmpPlayer::Request request;
  request.name = event.name;
  request.stream_id = stream_id;
  request.queue_limit = context_.config.player_queue.bytes;
  request.asked = read_.arrival;
  request.id = StrCat("rtmp-", number_, "-", ++players_made_);
  Wait();
  players_[stream_id] = std::make_unique<RtmpPlayer>(
      context_.streams, connection_, loop(), counters(), std::move(request),
      [this, stream_id](const absl::Status& status) { OnPlayDecided(stream_id, status); },
      [this, stream_id](const fanout::StreamEnd& end) { OnPlayEnded(stream_id, end); });
}

void RtmpConnection::OnPlayDecided(uint32_t stream_id, const absl::Status& status) {
  auto found = players_.find(stream_id);
  const std::string& name = found->second->request().name;
  if (status.ok()) {
    ++counters().plays_started;
    log().Info("playing began", {{"stream", name}, {"peer", peer_text_}});
    protocol_.AcceptPlay(stream_id);
  } else {
    ++counters().plays_refused;
    log().WarningLimited("playing refused",
                         {{"stream", name}, {"peer", peer_text_}, {"cause", status}});
    protocol_.RejectPlay(stream_id, PlayCode(status), ToStd(status.message()));
    loop().Post([gone = std::shared_ptr<RtmpPlayer>(std::move(found->second))] {});
    players_.erase(found);
  }
  Resume();
}

void RtmpConnection::OnPlayEnded(uint32_t stream_id, const fanout::StreamEnd& end) {
  auto found = players_.find(stream_id);
  log().Info("playing ended", {{"stream", found->second->request().name},
                               {"peer", peer_text_},
                               {"cause", fanout::EndCauseName(end.cause)}});
  protocol_.EndPlay(stream_id, StrCat("the stream has ended: ", fanout::EndCauseName(end.cause)));
  players_.erase(found);
  FlushOutput();
}

void RtmpConnection::OnEvent(const rtmp::MediaEvent& event) {
  auto found = publishers_.find(event.stream_id);
  if (found != publishers_.end()) found->second->OnMessage(event, read_);
}

void RtmpConnection::OnEvent(const rtmp::MetadataEvent& event) {
  auto found = publishers_.find(event.stream_id);
  if (found != publishers_.end()) found->second->OnMetadata(event.metadata);
}

void RtmpConnection::OnEvent(const rtmp::DataEvent& event) {
  auto found = publishers_.find(event.stream_id);
  if (found != publishers_.end()) found->second->OnData(event.values);
}

void RtmpConnection::OnEvent(const rtmp::PauseEvent& event) {
  FlushOutput();  // the answer goes before the first media
  auto found = players_.find(event.stream_id);
  if (found != players_.end()) found->second->SetPaused(event.paused);
}

void RtmpConnection::OnEvent(const rtmp::ReceiveEvent& event) {
  FlushOutput();
  auto found = players_.find(event.stream_id);
  if (found != players_.end()) found->second->SetWanted(event.type, event.wanted);
}

void RtmpConnection::OnEvent(const rtmp::StreamEndEvent& event) {
  auto publisher = publishers_.find(event.stream_id);
  if (publisher != publishers_.end()) {
    publisher->second->End(fanout::EndCause::kPublisherStopped, event.command);
    publishers_.erase(publisher);
  }
  auto player = players_.find(event.stream_id);
  if (player == players_.end()) return;
  log().Info(
      "playing ended",
      {{"stream", player->second->request().name}, {"peer", peer_text_}, {"cause", event.command}});
  players_.erase(player);
}

void RtmpConnection::Wait() {
  waiting_ = true;
  connection_.PauseReading(true);
}

void RtmpConnection::Resume() {
  FlushOutput();  // the answer goes before the first media
  // Not at once: who told the answer may still hold the publisher or player that an event ends.
  loop().Post([this, alive = alive_] {
    if (!*alive) return;
    waiting_ = false;
    connection_.PauseReading(false);
    HandleEvents();
  });
}

void RtmpConnection::FlushOutput() {
  Bytes output = protocol_.TakeOutput();
  if (!output.empty()) connection_.Send(std::move(output));
}

void RtmpConnection::CheckTime(Instant now) {
  if (closing_) {
    if (now - last_sign_of_life_ > kCloseTimeout) OnClosed(absl::DeadlineExceededError("closing"));
    return;
  }
  uint64_t sent = connection_.sent_bytes() - sent_bytes_seen_;
  sent_bytes_seen_ += sent;
  counters().sent_bytes += sent;
  // Players need not answer anything while they take what they get; a publisher only gets pings.
  if (sent > 0 && !players_.empty()) last_sign_of_life_ = now;
  if (!connected_ && now - opened_ > context_.config.handshake_timeout) {
    ++counters().connections_timed_out;
    return CloseBecause("client timed out", absl::DeadlineExceededError("no connect command"));
  }
  if (now - last_sign_of_life_ > context_.config.idle_timeout) {
    ++counters().connections_timed_out;
    return CloseBecause("client timed out",
                        absl::DeadlineExceededError("nothing came for too long"));
  }
  CheckPublishers(now);
  if (closing_) return;
  if (connected_ && now - last_ping_ >= kPingInterval) {
    last_ping_ = now;
    protocol_.Ping(static_cast<uint32_t>(ToMilliseconds(now - opened_)));
    FlushOutput();
  }
}

void RtmpConnection::CheckPublishers(Instant now) {
  for (const auto& [stream_id, publisher] : publishers_) {
    if (!publisher->publishing() ||
        now - publisher->last_media() <= context_.config.publisher_timeout) {
      continue;
    }
    ++counters().publishes_stalled;
    constexpr char kStalled[] = "neither audio nor video came for too long";
    protocol_.EndPublish(stream_id, rtmp::status_code::kPublishFailed, kStalled);
    return CloseBecause("publisher stalled", absl::DeadlineExceededError(kStalled));
  }
}

void RtmpConnection::ForEachPlayer(const std::function<void(const RtmpPlayer&)>& visit) const {
  for (const auto& [stream_id, player] : players_) visit(*player);
}

void RtmpConnection::EndPublishers(fanout::EndCause cause, const std::string& detail) {
  for (auto& [stream_id, publisher] : publishers_) publisher->End(cause, detail);
}

void RtmpConnection::CloseBecause(std::string_view event, const absl::Status& status) {
  if (std::exchange(closing_, true)) return;
  log().WarningLimited(event, {{"peer", peer_text_}, {"cause", status}});
  EndPublishers(fanout::EndCause::kPublisherLost, std::string(ToStd(status.message())));
  FlushOutput();
  last_sign_of_life_ = loop().now();
  connection_.CloseWhenDrained();
}

void RtmpConnection::OnClosed(const absl::Status& status) {
  if (on_closed_ == nullptr) return;
  closing_ = true;
  counters().sent_bytes += connection_.sent_bytes() - sent_bytes_seen_;
  sent_bytes_seen_ = connection_.sent_bytes();
  // An orderly end of the connection is as good as deleteStream.
  EndPublishers(
      status.ok() ? fanout::EndCause::kPublisherStopped : fanout::EndCause::kPublisherLost,
      status.ok() ? "connection closed" : std::string(ToStd(status.message())));
  for (const auto& [stream_id, player] : players_) {
    log().Info(
        "playing ended",
        {{"stream", player->request().name}, {"peer", peer_text_}, {"cause", "connection closed"}});
  }
  std::exchange(on_closed_, nullptr)(*this);
}

}  // namespace sluice::ingest
