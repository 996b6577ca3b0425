// What runs on a worker's thread: its loop, sockets and sessions.
#pragma once

#include <functional>
#include <memory>
#include <vector>

#include "libs/loop/event_loop.h"
#include "libs/loop/timer.h"
#include "services/webrtc-media/worker_players.h"
#include "services/webrtc-media/worker_publishers.h"

namespace sluice::webrtc_media {

// Made on the home thread; Run() is the worker's thread, and everything else happens there. One
// clock read per turn.
class WorkerThread final : private TcpPort::Delegate {
 public:
  struct Settings {
    std::shared_ptr<const dtls::ServerContext> dtls;
    std::unique_ptr<srtp::ProtectorEngine> engine;
    Duration ice_timeout = 30s;
  };
  // queue, published, counters and random outlive it. wake_fd: an eventfd that tells of commands in
  // the queue; borrowed. emit: called on the worker's thread. sockets: one or two; listening: TCP
  // on the same ports, or none.
  WorkerThread(Settings settings, WorkerQueue& queue, PublishedQueue& published,
               WorkerCounters& counters, RandomSource& random, int wake_fd,
               std::vector<std::unique_ptr<net::UdpSocket>> sockets,
               std::vector<net::OwnedFd> listening, std::function<void(WorkerEvent)> emit);
  ~WorkerThread() override;

  // Until a StopWorker command has been carried out.
  void Run() { loop_.Run(); }

 private:
  // The turns.
  void OnWake();
  void OnSocket(UdpPort& port, loop::FdWatcher::Ready ready);
  // TcpPort::Delegate:
  void OnTcpReady(TcpConnection& connection, loop::FdWatcher::Ready ready) override;
  void OnTcpFrame(TcpConnection& connection, std::span<uint8_t> frame) override;
  void OnTcpClosed(TcpConnection& connection) override;
  void OnTick();
  void OnPace();
  void OnFeedback();
  void EndTurn();
  void RunTimer(loop::Timer& timer, Duration interval, bool wanted);

  void DrainQueue();
  template <typename PlayersCommand>
  void Take(PlayersCommand& command) {
    players_.Take(command);
  }
  void Take(std::unique_ptr<AddPublisher>& command) { publishers_.Take(command); }
  void Take(std::unique_ptr<RemovePublisher>& command) { publishers_.Take(command); }
  void Take(std::unique_ptr<RequestPublisherKeyFrame>& command) { publishers_.Take(command); }
  void Take(std::unique_ptr<SetWanted>& command) { publishers_.Take(command); }
  void Take(std::unique_ptr<RestartIce>& command);
  void Take(StopWorker& command);

  void RemoveEnded();
  void FlushPorts();
  void TellEnd(PeerSession& session);
  void UpdateSocketCounters();

  loop::EventLoop loop_;
  WorkerQueue& queue_;
  WorkerCounters& counters_;
  std::unique_ptr<srtp::ProtectorEngine> engine_;
  PeerTransport::Environment environment_;
  std::function<void(WorkerEvent)> emit_;
  int wake_fd_;
  Instant now_{};

  std::vector<std::unique_ptr<UdpPort>> ports_;
  TcpPort tcp_;
  Instant next_tcp_tick_{};
  WorkerSessions sessions_;
  WorkerPlayers players_;
  WorkerPublishers publishers_;
  bool stopping_ = false;

  loop::FdWatcher wake_watcher_;
  loop::Timer tick_timer_;
  loop::Timer pace_timer_;
  loop::Timer feedback_timer_;
};

}  // namespace sluice::webrtc_media
