// The way of one stream from its relay to those workers that have players of it.
#pragma once

#include <functional>
#include <map>
#include <memory>
#include <vector>

#include "libs/relay/stream_relay.h"
#include "services/webrtc-media/browser_filter.h"
#include "services/webrtc-media/worker_pool.h"

namespace sluice::webrtc_media {

// Keeps one WorkerFeed per worker over the life of several relays of the same stream, one after the
// other: the end of a relay is told to the owner, not to the workers. Of H.264 that browsers cannot
// show as it is, the workers get what BrowserFilter leaves. Home loop only.
class StreamFeeds final : private fanout::Sink {
 public:
  // Called after the workers have got what it is about.
  struct Listener {
    std::function<void(const fanout::DescriptionPtr&)> on_description;
    // The relay is over. It must not be deleted in here.
    std::function<void(const fanout::StreamEnd&)> on_end;
    // The first video key frame since Follow(). May be unset.
    std::function<void()> on_key_frame = nullptr;
    // What the publisher tells its players. May be unset.
    std::function<void(const fanout::StreamEvent&)> on_event = nullptr;
  };

  // counters: of what is left out; outlives this.
  StreamFeeds(WorkerPool& pool, BrowserFilter::Counters& counters, Listener listener);
  ~StreamFeeds() override;
  StreamFeeds(const StreamFeeds&) = delete;
  StreamFeeds& operator=(const StreamFeeds&) = delete;

  // Takes from `relay` from now on, which must outlive this or the next call; nullptr = from none.
  void Follow(relay::StreamRelay* relay);

  // The feed to a worker, opened for its first user. Each Use() wants one Release().
  WorkerFeed& Use(size_t worker);
  void Release(size_t worker);
  bool in_use() const { return !taps_.empty(); }
  bool Uses(size_t worker) const { return taps_.contains(worker); }
  bool Has(size_t worker, FeedId feed) const;

  // Tells all workers that the stream has ended, which ends its players.
  void End(const fanout::StreamEnd& end);

 private:
  struct Tap {
    std::unique_ptr<WorkerFeed> feed;
    size_t users = 0;
  };

  void OnItems(std::span<const fanout::Item> items) override;
  void FollowDescription(std::span<const fanout::Item> items);
  void BeginFiltering();
  void Deliver(std::span<const fanout::Item> items);
  void Tell(std::span<const fanout::Item> items);

  WorkerPool& pool_;
  Listener listener_;
  relay::StreamRelay* relay_ = nullptr;
  std::map<size_t, Tap> taps_;  // by worker
  BrowserFilter filter_;
  fanout::GopCache filtered_;    // of what the filter has left, while it is active
  bool passed_packets_ = false;  // unfiltered, since Follow()
  bool seen_key_frame_ = false;  // since Follow()
};

}  // namespace sluice::webrtc_media
