// All workers of the daemon, on one block of ports.
#pragma once

#include <memory>
#include <string>
#include <vector>

#include "services/webrtc-media/worker.h"

namespace sluice::webrtc_media {

// Home loop only.
class WorkerPool {
 public:
  struct Settings {
    uint16_t first_port = 31000;  // 0 = any free ports
    uint16_t port_count = 128;    // that may be used
    size_t workers = 1;
    bool ipv6 = true;
    bool tcp = true;
    std::shared_ptr<const dtls::ServerContext> dtls;
    Duration ice_timeout = 30s;
    size_t max_players = 4000;  // together
    srtp::EngineChoice srtp_engine = srtp::EngineChoice::kFastest;
  };
  // As Worker::Delegate, for all of them.
  class Delegate {
   public:
    virtual ~Delegate() = default;
    virtual void OnPlayerPlaying(const std::string& session_id, Duration time_to_first_media) = 0;
    virtual void OnPlayerEnded(const std::string& session_id, EndReason reason,
                               const std::string& detail) = 0;
    virtual void OnKeyFrameWanted(size_t worker, FeedId feed, uint32_t track_id) = 0;
    virtual void OnPlayerBandwidth(const std::string& session_id, uint64_t stream_bps,
                                   uint64_t network_bps) = 0;
  };

  // Starts the workers on the first block of free ports, one each. home, random and delegate
  // outlive the pool. Unavailable: no such block; the message says which ports were tried.
  static absl::StatusOr<std::unique_ptr<WorkerPool>> Start(const Settings& settings,
                                                           loop::EventLoop& home,
                                                           RandomSource& random,
                                                           Delegate& delegate);

  // As Worker::SetPublisherDelegate(), for all of them.
  void SetPublisherDelegate(PublisherDelegate& delegate);

  size_t size() const { return members_.size(); }
  Worker& worker(size_t index) { return *members_[index].worker; }
  const Worker& worker(size_t index) const { return *members_[index].worker; }
  // The worker with the fewest sessions.
  size_t LeastLoaded() const;
  size_t player_count() const;

 private:
  // Adds its number to what a worker says.
  class Numbered final : public Worker::Delegate {
   public:
    Numbered(size_t index, WorkerPool::Delegate& delegate) : index_(index), delegate_(delegate) {}
    void OnPlayerPlaying(const std::string& session_id, Duration time_to_first_media) override {
      delegate_.OnPlayerPlaying(session_id, time_to_first_media);
    }
    void OnPlayerEnded(const std::string& session_id, EndReason reason,
                       const std::string& detail) override {
      delegate_.OnPlayerEnded(session_id, reason, detail);
    }
    void OnKeyFrameWanted(FeedId feed, uint32_t track_id) override {
      delegate_.OnKeyFrameWanted(index_, feed, track_id);
    }
    void OnPlayerBandwidth(const std::string& session_id, uint64_t stream_bps,
                           uint64_t network_bps) override {
      delegate_.OnPlayerBandwidth(session_id, stream_bps, network_bps);
    }

   private:
    size_t index_;
    WorkerPool::Delegate& delegate_;
  };
  struct Member {
    std::unique_ptr<Numbered> delegate;
    std::unique_ptr<Worker> worker;
  };

  WorkerPool() = default;
  absl::Status StartBlock(const Settings& settings, uint16_t first_port, loop::EventLoop& home,
                          RandomSource& random, Delegate& delegate);

  std::vector<Member> members_;
};

}  // namespace sluice::webrtc_media
