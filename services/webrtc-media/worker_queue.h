// From the home loop to one worker: packets and control in one order, without a lock.
#pragma once

#include <atomic>
#include <deque>
#include <memory>
#include <optional>
#include <string>
#include <variant>
#include <vector>

#include "libs/fanout/item.h"
#include "libs/stun/ice_lite_responder.h"
#include "services/webrtc-media/player_settings.h"
#include "services/webrtc-media/published_queue.h"
#include "services/webrtc-media/publisher_settings.h"

namespace sluice::webrtc_media {

// Names a stream on its worker; chosen by the home loop, never used twice.
using FeedId = uint32_t;

struct OpenFeed {
  FeedId feed = 0;
};
struct CloseFeed {
  FeedId feed = 0;
};
struct FeedItem {
  FeedId feed = 0;
  fanout::Item item;
};
struct AddPlayer {
  std::unique_ptr<PlayerSettings> settings;
  FeedId feed = 0;  // whose end is the player's end; all tracks take from it at first
};
// The player's track number `track` (its place in PlayerSettings::tracks) takes from `feed` now.
struct BindTrack {
  std::string session_id;
  size_t track = 0;
  FeedId feed = 0;
};
struct SetLayerLimits {
  std::string session_id;
  LayerLimits limits;
};
struct RemovePlayer {
  std::string session_id;
  EndReason reason = EndReason::kClosed;
};
struct AddPublisher {
  std::unique_ptr<PublisherSettings> settings;
  PublisherNumber number = 0;
};
struct RemovePublisher {
  std::string session_id;
  EndReason reason = EndReason::kClosed;
};
struct RequestPublisherKeyFrame {
  std::string session_id;
  uint16_t encoding = 0;
};
struct SetWanted {
  std::string session_id;
  uint32_t encodings = 0;    // bit n: encoding n
  uint64_t bitrate_bps = 0;  // 0 = no bound
};
// RFC 8445 §9, of a player or a publisher.
struct RestartIce {
  std::string session_id;
  stun::IceLiteResponder::Credentials credentials;
};
struct StopWorker {};

using WorkerCommand =
    std::variant<FeedItem, OpenFeed, CloseFeed, std::unique_ptr<AddPlayer>,
                 std::unique_ptr<BindTrack>, std::unique_ptr<SetLayerLimits>,
                 std::unique_ptr<RemovePlayer>, std::unique_ptr<AddPublisher>,
                 std::unique_ptr<RemovePublisher>, std::unique_ptr<RequestPublisherKeyFrame>,
                 std::unique_ptr<SetWanted>, std::unique_ptr<RestartIce>, StopWorker>;

// Single producer (home loop), single consumer (worker). Bounds: kMaxBytes of packets' footprint
// and kMaxPackets packets in waiting. When full, packets are refused (the feed then skips video to
// the next key frame); everything else always gets in: it waits on the producer's side, in order,
// and packets are refused until it has moved on.
class WorkerQueue {
 public:
  static constexpr size_t kMaxBytes = 8 << 20;
  static constexpr size_t kMaxPackets = 7168;
  static constexpr size_t kSlots = 8192;  // the difference is for control

  WorkerQueue();

  // Producer. False: full, `packet` was not taken.
  bool PushPacket(FeedId feed, const rtp::PacketPtr& packet);
  // Producer. Always taken. The producer's own list is as long as there are commands in one stall
  // of the worker; the control surface bounds those by its sessions.
  void PushControl(WorkerCommand command);
  // Producer. Moves waiting control on, if there is any; true = none waits any more.
  bool MoveWaiting();

  // Consumer. nullopt: empty.
  std::optional<WorkerCommand> Pop();

  // Any thread, for metrics.
  size_t bytes() const { return bytes_.load(std::memory_order_relaxed); }
  uint64_t refused_packets() const { return refused_.load(std::memory_order_relaxed); }

 private:
  bool PushSlot(WorkerCommand& command);
  size_t size() const;

  std::vector<WorkerCommand> slots_;           // kSlots, a power of two
  std::deque<WorkerCommand> waiting_;          // producer only; control that found no slot
  alignas(64) std::atomic<uint64_t> head_{0};  // next to pop; written by the consumer
  alignas(64) std::atomic<uint64_t> tail_{0};  // next to push; written by the producer
  alignas(64) std::atomic<size_t> bytes_{0};
  std::atomic<uint64_t> refused_{0};
};

}  // namespace sluice::webrtc_media
