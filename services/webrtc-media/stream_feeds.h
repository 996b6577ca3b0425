// The way of one stream from its relay to those workers that have players of it.
#pragma once

#include <functional>
#include <map>
#include <memory>

#include "libs/relay/stream_relay.h"
#include "services/webrtc-media/worker_pool.h"

namespace sluice::webrtc_media {

// Keeps one WorkerFeed per worker over the life of several relays of the same stream, one after the
// other: the end of a relay is told to the owner, not to the workers. Home loop only.
class StreamFeeds {
 public:
  struct Listener {
    std::function<void(const fanout::DescriptionPtr&)> on_description;
    // The relay is over. It must not be deleted in here.
    std::function<void(const fanout::StreamEnd&)> on_end;
  };

  StreamFeeds(WorkerPool& pool, Listener listener);
  ~StreamFeeds();
  StreamFeeds(const StreamFeeds&) = delete;
  StreamFeeds& operator=(const StreamFeeds&) = delete;

  // Takes from `relay` from now on, which must outlive this or the next call; nullptr = from none.
  void Follow(relay::StreamRelay* relay);

  // The feed to a worker, opened for its first user. Each Use() wants one Release().
  WorkerFeed& Use(size_t worker);
  void Release(size_t worker);
  bool in_use() const { return !taps_.empty(); }
  bool Has(size_t worker, FeedId feed) const;

  // Tells all workers that the stream has ended, which ends its players.
  void End(const fanout::StreamEnd& end);

 private:
  // Hands everything but the end on.
  class Tap final : public fanout::Sink {
   public:
    explicit Tap(std::unique_ptr<WorkerFeed> feed) : feed_(std::move(feed)) {}
    void OnItems(std::span<const fanout::Item> items) override;
    WorkerFeed& feed() { return *feed_; }
    size_t users = 0;

   private:
    std::unique_ptr<WorkerFeed> feed_;
  };
  // Looks at descriptions and the end.
  class Monitor final : public fanout::Sink {
   public:
    explicit Monitor(Listener listener) : listener_(std::move(listener)) {}
    void OnItems(std::span<const fanout::Item> items) override;

   private:
    Listener listener_;
  };

  WorkerPool& pool_;
  Monitor monitor_;
  relay::StreamRelay* relay_ = nullptr;
  std::map<size_t, std::unique_ptr<Tap>> taps_;  // by worker
};

}  // namespace sluice::webrtc_media
