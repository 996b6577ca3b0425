#include "services/webrtc-media/worker_thread.h"

#include <unistd.h>

#include <utility>
#include <variant>

#include "services/webrtc-media/pacer.h"

namespace sluice::webrtc_media {
namespace {

constexpr Duration kTick = 100ms;
constexpr Duration kTcpTick = 1s;

}  // namespace

WorkerThread::WorkerThread(Settings settings, WorkerQueue& queue, PublishedQueue& published,
                           WorkerCounters& counters, RandomSource& random, int wake_fd,
                           std::vector<std::unique_ptr<net::UdpSocket>> sockets,
                           std::vector<net::OwnedFd> listening,
                           std::function<void(WorkerEvent)> emit)
    : queue_(queue),
      counters_(counters),
      engine_(std::move(settings.engine)),
      environment_{.dtls = std::move(settings.dtls),
                   .engine = *engine_,
                   .counters = counters,
                   .random = random,
                   .ice_timeout = settings.ice_timeout},
      emit_(std::move(emit)),
      wake_fd_(wake_fd),
      tcp_(loop_, std::move(listening), counters, *this),
      sessions_(counters),
      players_(environment_, sessions_, now_, emit_),
      publishers_(environment_, sessions_, published, now_, emit_),
      wake_watcher_(loop_, wake_fd, [this](loop::FdWatcher::Ready) { OnWake(); }),
      tick_timer_(loop_, [this] { OnTick(); }),
      pace_timer_(loop_, [this] { OnPace(); }),
      feedback_timer_(loop_, [this] { OnFeedback(); }) {
  for (auto& socket : sockets) {
    ports_.push_back(std::make_unique<UdpPort>(
        loop_, std::move(socket),
        [this](UdpPort& port, loop::FdWatcher::Ready ready) { OnSocket(port, ready); }));
  }
  wake_watcher_.Watch(true, false);
}

// Sessions take their paths back from the ports' batches.
WorkerThread::~WorkerThread() = default;

void WorkerThread::OnWake() {
  uint64_t unused = 0;
  // Empty already: nothing to do about it.
  if (read(wake_fd_, &unused, sizeof(unused)) < 0) return;
  now_ = loop_.now();
  DrainQueue();
  players_.SendTouched();
  EndTurn();
}

void WorkerThread::OnSocket(UdpPort& port, loop::FdWatcher::Ready ready) {
  now_ = loop_.now();
  if (ready.readable || ready.failed) {
    const size_t count = port.socket().Receive(
        [&](const net::UdpDatagram& datagram) { sessions_.OnDatagram(port, datagram, now_); });
    counters_.datagrams_received.Add(count);
  }
  if (ready.writable) {
    port.Flush(now_);
    OnPace();
    return;
  }
  EndTurn();
}

void WorkerThread::OnTcpReady(TcpConnection& connection, loop::FdWatcher::Ready ready) {
  now_ = loop_.now();
  tcp_.OnReady(connection, ready, now_);
  EndTurn();
}

void WorkerThread::OnTcpFrame(TcpConnection& connection, std::span<uint8_t> frame) {
  counters_.tcp_frames_received.Add(1);
  sessions_.OnFrame(tcp_, connection, frame, now_);
}

void WorkerThread::OnTcpClosed(TcpConnection& connection) {
  sessions_.OnConnectionClosed(connection);
}

void WorkerThread::OnTick() {
  now_ = loop_.now();
  if (now_ >= next_tcp_tick_) {
    next_tcp_tick_ = now_ + kTcpTick;
    tcp_.OnTick(now_);
  }
  counters_.loop_delay.Add(loop_.TakeMaxDelay());
  sessions_.OnTick(now_);
  EndTurn();
}

void WorkerThread::OnPace() {
  now_ = loop_.now();
  sessions_.OnPace(now_);
  EndTurn();
}

void WorkerThread::OnFeedback() {
  now_ = loop_.now();
  publishers_.OnFeedback();
  EndTurn();
}

void WorkerThread::EndTurn() {
  publishers_.Publish();
  RemoveEnded();
  FlushPorts();
  for (const stun::Tuple& tuple : sessions_.TakeReleased()) tcp_.Release(tuple);
  tcp_.DeleteClosed();
  if (players_.any_live()) players_.OnSent(loop_.now());
  UpdateSocketCounters();
  RunTimer(pace_timer_, Pacer::kInterval, sessions_.any_behind());
  RunTimer(tick_timer_, kTick, !sessions_.empty() || tcp_.connection_count() > 0);
  RunTimer(feedback_timer_, PublisherSession::kFeedbackInterval, publishers_.any());
  if (stopping_) loop_.Stop();
}

void WorkerThread::RunTimer(loop::Timer& timer, Duration interval, bool wanted) {
  if (!wanted) {
    timer.Stop();
  } else if (!timer.running()) {
    timer.Start(interval, interval);
  }
}

void WorkerThread::UpdateSocketCounters() {
  net::BatchSender::Counters sum;
  for (const auto& port : ports_) {
    sum.datagrams += port->counters().datagrams;
    sum.messages += port->counters().messages;
    sum.calls += port->counters().calls;
    sum.failed += port->counters().failed;
    sum.unsegmented += port->counters().unsegmented;
    sum.would_block += port->counters().would_block;
  }
  counters_.datagrams_sent.Set(sum.datagrams);
  counters_.messages_sent.Set(sum.messages);
  counters_.send_calls.Set(sum.calls);
  counters_.send_failures.Set(sum.failed);
  counters_.unsegmented.Set(sum.unsegmented);
  counters_.socket_full.Set(sum.would_block);
  counters_.tcp_frames_sent.Set(tcp_.batch().counters().frames);
  counters_.tcp_send_calls.Set(tcp_.batch().counters().calls);
}

void WorkerThread::DrainQueue() {
  while (auto command = queue_.Pop()) {
    std::visit([this](auto& known) { Take(known); }, *command);
  }
}

void WorkerThread::Take(std::unique_ptr<RestartIce>& command) {
  sessions_.RestartIce(command->session_id, std::move(command->credentials));
}

void WorkerThread::Take(StopWorker&) {
  sessions_.ForEach([this](PeerSession& session) {
    session.End(EndReason::kNodeDrained, "the daemon stops", now_);
    sessions_.Settle(session);
  });
  stopping_ = true;
}

void WorkerThread::RemoveEnded() {
  const std::vector<PeerSession*> ended = sessions_.TakeEnded();
  if (ended.empty()) return;
  FlushPorts();  // their goodbyes, before their paths go
  for (PeerSession* session : ended) {
    TellEnd(*session);
    sessions_.Remove(*session);
  }
}

void WorkerThread::FlushPorts() {
  engine_->Flush();
  for (auto& port : ports_) port->Flush(now_);
  tcp_.Flush();
}

void WorkerThread::TellEnd(PeerSession& session) {
  const PeerTransport& transport = session.transport();
  if (auto* player = dynamic_cast<PlayerSession*>(&session)) {
    players_.Forget(*player);
    emit_(PlayerEnded{session.id(), transport.end_reason(), transport.end_detail()});
  } else if (auto* publisher = dynamic_cast<PublisherSession*>(&session)) {
    publishers_.Forget(*publisher);
    emit_(PublisherEnded{session.id(), transport.end_reason(), transport.end_detail()});
  }
}

}  // namespace sluice::webrtc_media
