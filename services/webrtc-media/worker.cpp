#include "services/webrtc-media/worker.h"

#include <sys/eventfd.h>
#include <unistd.h>

#include <cerrno>
#include <cstring>
#include <utility>

#include "libs/base/status_macros.h"
#include "libs/base/text.h"
#include "libs/net/stream_listener.h"
#include "libs/sdp/player_answer.h"
#include "services/webrtc-media/worker_thread.h"

namespace sluice::webrtc_media {
namespace {

constexpr Duration kRetryInterval = 5ms;

struct Sockets {
  std::vector<std::unique_ptr<net::UdpSocket>> udp;  // one per family
  std::vector<net::OwnedFd> tcp;                     // the same, or none

  uint16_t port() const { return udp.front()->local_address().port(); }
};

// False: the host has no such family.
bool HasFamily(const net::SocketAddress& address) {
  return net::UdpSocket::Bind(address.WithPort(0)).ok();
}

// Unavailable: the port is taken.
absl::Status BindFamily(const net::SocketAddress& address, bool tcp, Sockets& sockets) {
  SLUICE_ASSIGN_OR_RETURN(auto udp, net::UdpSocket::Bind(address));
  const net::SocketAddress bound = address.WithPort(udp->local_address().port());
  sockets.udp.push_back(std::move(udp));
  if (!tcp) return absl::OkStatus();
  auto listening = net::StreamListener::BindTcp(bound);
  if (!listening.ok()) return absl::UnavailableError(listening.status().message());
  sockets.tcp.push_back(*std::move(listening));
  return absl::OkStatus();
}

absl::StatusOr<Sockets> BindOnce(const Worker::Settings& settings) {
  Sockets sockets;
  SLUICE_RETURN_IF_ERROR(BindFamily(settings.v4, settings.tcp, sockets));
  if (settings.v6.valid() && HasFamily(settings.v6)) {
    SLUICE_RETURN_IF_ERROR(BindFamily(settings.v6.WithPort(sockets.port()), settings.tcp, sockets));
  }
  return sockets;
}

// A port that is free for UDP may be taken for TCP, so any free one is tried for some times.
absl::StatusOr<Sockets> BindSockets(const Worker::Settings& settings) {
  constexpr int kTries = 8;
  absl::StatusOr<Sockets> sockets = BindOnce(settings);
  for (int i = 1; i < kTries && settings.v4.port() == 0 && !sockets.ok(); ++i) {
    sockets = BindOnce(settings);
  }
  return sockets;
}

}  // namespace

WorkerFeed::~WorkerFeed() { worker_.PushControl(CloseFeed{id_}); }

void WorkerFeed::OnItems(std::span<const fanout::Item> items) {
  bool wake = false;
  for (const fanout::Item& item : items) {
    if (const auto* packet = std::get_if<rtp::PacketPtr>(&item)) {
      wake = OnPacket(*packet) || wake;
      continue;
    }
    if (std::holds_alternative<fanout::StreamEventPtr>(item)) continue;  // goes by the gateways
    if (const auto* description = std::get_if<fanout::DescriptionPtr>(&item)) {
      description_ = *description;
    }
    worker_.queue_.PushControl(FeedItem{id_, item});
    wake = true;
  }
  if (wake) worker_.Wake();
}

// Sound in a codec that only becomes a rendition would wake the worker for nothing. A full queue
// costs video up to the next key frame, and sound only what did not fit.
bool WorkerFeed::OnPacket(const rtp::PacketPtr& packet) {
  const media::Track* track =
      description_ != nullptr ? description_->FindTrack(packet->track_id) : nullptr;
  if (track != nullptr && sdp::PlayerCodec(track->codec) != track->codec) return false;
  const bool video = track != nullptr && track->kind == media::MediaKind::kVideo;
  if (video && skipping_video_) {
    if (!packet->role.key_frame || !packet->role.starts_access_unit) return false;
    skipping_video_ = false;
  }
  const bool pushed = worker_.queue_.PushPacket(id_, packet);
  if (!pushed && video) skipping_video_ = true;
  return pushed;
}

absl::StatusOr<std::unique_ptr<Worker>> Worker::Start(Settings settings, loop::EventLoop& home,
                                                      RandomSource& random, Delegate& delegate) {
  SLUICE_ASSIGN_OR_RETURN(Sockets sockets, BindSockets(settings));
  std::unique_ptr<Worker> worker(new Worker(home, delegate, settings.max_players));
  worker->port_ = sockets.port();
  worker->has_ipv6_ = sockets.udp.size() > 1;
  worker->has_tcp_ = !sockets.tcp.empty();
  worker->wake_fd_ = net::OwnedFd(eventfd(0, EFD_NONBLOCK | EFD_CLOEXEC));
  if (!worker->wake_fd_.valid()) {
    return absl::UnavailableError(StrCat("eventfd: ", std::strerror(errno)));
  }
  SLUICE_ASSIGN_OR_RETURN(auto engine, srtp::MakeEngine(settings.srtp_engine));
  worker->srtp_engine_ = engine->name();
  worker->worker_thread_ = std::make_unique<WorkerThread>(
      WorkerThread::Settings{
          .dtls = settings.dtls, .engine = std::move(engine), .ice_timeout = settings.ice_timeout},
      worker->queue_, worker->published_, worker->counters_, random, worker->wake_fd_.get(),
      std::move(sockets.udp), std::move(sockets.tcp),
      [raw = worker.get()](WorkerEvent event) { raw->PostHome(std::move(event)); });
  worker->thread_ = std::thread([raw = worker.get()] { raw->worker_thread_->Run(); });
  return worker;
}

Worker::Worker(loop::EventLoop& home, Delegate& delegate, size_t max_players)
    : home_(home), delegate_(delegate), max_players_(max_players), retry_timer_(home, [this] {
        if (queue_.MoveWaiting()) retry_timer_.Stop();
        Wake();
      }) {}

Worker::~Worker() {
  *alive_ = false;
  if (!thread_.joinable()) return;
  PushControl(StopWorker{});
  while (!queue_.MoveWaiting()) Wake();  // the worker is taking commands: it makes room
  Wake();
  thread_.join();
}

std::unique_ptr<WorkerFeed> Worker::OpenFeed() {
  std::unique_ptr<WorkerFeed> feed(new WorkerFeed(*this, next_feed_++));
  PushControl(webrtc_media::OpenFeed{feed->id()});
  return feed;
}

absl::Status Worker::CheckRoom(const TransportSettings& settings) const {
  if (sessions_.size() >= max_players_) {
    return absl::ResourceExhaustedError("the worker has as many sessions as it may");
  }
  if (sessions_.contains(settings.session_id) || used_ufrags_.contains(settings.local_ufrag)) {
    return absl::AlreadyExistsError("session id or ufrag is in use");
  }
  return absl::OkStatus();
}

void Worker::Register(const TransportSettings& settings, PublisherNumber number) {
  sessions_[settings.session_id] = {.ufrag = settings.local_ufrag, .publisher = number};
  used_ufrags_.insert(settings.local_ufrag);
  if (number != 0) publishers_[number] = settings.session_id;
}

void Worker::Unregister(const std::string& session_id) {
  const auto found = sessions_.find(session_id);
  if (found == sessions_.end()) return;
  used_ufrags_.erase(found->second.ufrag);
  used_ufrags_.erase(found->second.next_ufrag);
  publishers_.erase(found->second.publisher);
  sessions_.erase(found);
}

absl::Status Worker::AddPlayer(PlayerSettings settings, const WorkerFeed& feed) {
  SLUICE_RETURN_IF_ERROR(CheckRoom(settings.transport));
  Register(settings.transport, 0);
  if (settings.counters == nullptr) settings.counters = std::make_shared<PlayerCounters>();
  auto command = std::make_unique<webrtc_media::AddPlayer>();
  command->settings = std::make_unique<PlayerSettings>(std::move(settings));
  command->feed = feed.id();
  PushControl(std::move(command));
  return absl::OkStatus();
}

absl::Status Worker::AddPublisher(PublisherSettings settings) {
  if (publisher_delegate_ == nullptr) return absl::FailedPreconditionError("nobody takes media");
  size_t encodings = 0;
  for (const PublisherTrackSettings& track : settings.tracks) encodings += track.encodings.size();
  if (encodings > PublisherCounters::kMaxEncodings) {
    return absl::InvalidArgumentError("more encodings than a publisher may have");
  }
  SLUICE_RETURN_IF_ERROR(CheckRoom(settings.transport));
  const PublisherNumber number = next_publisher_++;
  Register(settings.transport, number);
  if (settings.counters == nullptr) settings.counters = std::make_shared<PublisherCounters>();
  auto command = std::make_unique<webrtc_media::AddPublisher>();
  command->settings = std::make_unique<PublisherSettings>(std::move(settings));
  command->number = number;
  PushControl(std::move(command));
  return absl::OkStatus();
}

void Worker::RemovePublisher(const std::string& session_id, EndReason reason) {
  PushControl(std::make_unique<webrtc_media::RemovePublisher>(
      webrtc_media::RemovePublisher{session_id, reason}));
}

void Worker::RequestPublisherKeyFrame(const std::string& session_id, uint16_t encoding) {
  PushControl(std::make_unique<webrtc_media::RequestPublisherKeyFrame>(
      webrtc_media::RequestPublisherKeyFrame{session_id, encoding}));
}

void Worker::SetWanted(const std::string& session_id, uint32_t encodings, uint64_t bitrate_bps) {
  PushControl(std::make_unique<webrtc_media::SetWanted>(
      webrtc_media::SetWanted{session_id, encodings, bitrate_bps}));
}

absl::Status Worker::RestartIce(const std::string& session_id,
                                stun::IceLiteResponder::Credentials credentials) {
  const auto found = sessions_.find(session_id);
  if (found == sessions_.end()) return absl::NotFoundError(StrCat("no session ", session_id));
  if (!used_ufrags_.insert(credentials.local_ufrag).second) {
    return absl::AlreadyExistsError("ufrag is in use");
  }
  // The first one stays taken: nobody here knows which of the two the peer uses by now.
  if (!found->second.next_ufrag.empty()) used_ufrags_.erase(found->second.next_ufrag);
  found->second.next_ufrag = credentials.local_ufrag;
  PushControl(std::make_unique<webrtc_media::RestartIce>(
      webrtc_media::RestartIce{session_id, std::move(credentials)}));
  return absl::OkStatus();
}

void Worker::BindTrack(const std::string& session_id, size_t track, const WorkerFeed& feed) {
  PushControl(std::make_unique<webrtc_media::BindTrack>(
      webrtc_media::BindTrack{session_id, track, feed.id()}));
}

void Worker::SetLayerLimits(const std::string& session_id, const LayerLimits& limits) {
  PushControl(std::make_unique<webrtc_media::SetLayerLimits>(
      webrtc_media::SetLayerLimits{session_id, limits}));
}

void Worker::RemovePlayer(const std::string& session_id, EndReason reason) {
  PushControl(
      std::make_unique<webrtc_media::RemovePlayer>(webrtc_media::RemovePlayer{session_id, reason}));
}

void Worker::PushControl(WorkerCommand command) {
  queue_.PushControl(std::move(command));
  Wake();
}

void Worker::Wake() {
  const uint64_t one = 1;
  // EAGAIN: the counter is at its limit, so the worker is awake already.
  if (write(wake_fd_.get(), &one, sizeof(one)) < 0) return;
  if (!queue_.MoveWaiting() && !retry_timer_.running()) {
    retry_timer_.Start(kRetryInterval, kRetryInterval);
  }
}

void Worker::PostHome(WorkerEvent event) {
  home_.Post([this, alive = alive_, event = std::move(event)] {
    if (*alive) std::visit([this](const auto& known) { OnEvent(known); }, event);
  });
}

void Worker::OnEvent(const PlayerPlaying& event) {
  delegate_.OnPlayerPlaying(event.session_id, event.time_to_first_media);
}

void Worker::OnEvent(const PlayerEnded& event) {
  Unregister(event.session_id);
  delegate_.OnPlayerEnded(event.session_id, event.reason, event.detail);
}

void Worker::OnEvent(const KeyFrameWanted& event) {
  delegate_.OnKeyFrameWanted(event.feed, event.track_id);
}

void Worker::OnEvent(const PlayerBandwidth& event) {
  delegate_.OnPlayerBandwidth(event.session_id, event.stream_bps, event.network_bps);
}

void Worker::OnEvent(const PublisherStarted& event) {
  publisher_delegate_->OnPublisherStarted(event.session_id);
}

void Worker::OnEvent(const PublisherSilent& event) {
  publisher_delegate_->OnPublisherSilent(event.session_id, event.silent);
}

void Worker::OnEvent(const PublisherEnded& event) {
  Unregister(event.session_id);
  publisher_delegate_->OnPublisherEnded(event.session_id, event.reason, event.detail);
}

void Worker::OnEvent(const MediaPublished&) {
  published_.OnWoken();
  while (auto batch = published_.Pop()) {
    const auto publisher = publishers_.find(batch->publisher);
    if (publisher == publishers_.end()) continue;
    const std::string session_id = publisher->second;  // the call may change the map
    publisher_delegate_->OnPublisherMedia(session_id, std::move(batch->items));
  }
}

}  // namespace sluice::webrtc_media
