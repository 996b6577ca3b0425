// One rendition: a track of a stream in another codec or form, published under a key of its own.
#pragma once

#include <functional>
#include <memory>
#include <string>
#include <vector>

#include "libs/log/logger.h"
#include "libs/relay/publications.h"
#include "libs/relay/stream_relay.h"
#include "services/transcoder/conversion.h"

namespace sluice::transcoder {

// What all renditions share. All of it outlives them.
struct RenditionContext {
  loop::EventLoop& loop;
  log::Logger& log;
  RandomSource& random;
  relay::RelayContext& relays;
  relay::Publications& publications;
  const Config& config;
  Counters& counters;
  ConversionContext conversions{loop, random, config, counters};
};

// Claims its key, subscribes to the source's track, has it converted until the source ends or
// nobody has subscribed for Config::rendition_linger. Main loop only.
class Rendition {
 public:
  using OnStarted = std::function<void(const absl::Status& status)>;
  using OnEnded = std::function<void()>;

  using MakeConversion = std::function<absl::StatusOr<std::unique_ptr<Conversion>>(
      ConversionContext& context, Conversion::Delegate delegate)>;

  // Errors: of make_conversion. on_ended: once, at its end; it must not delete this at once.
  static absl::StatusOr<std::unique_ptr<Rendition>> Make(RenditionContext& context,
                                                         media::StreamKey key,
                                                         const MakeConversion& make_conversion,
                                                         OnEnded on_ended);
  ~Rendition();
  Rendition(const Rendition&) = delete;
  Rendition& operator=(const Rendition&) = delete;

  // Ok when it can be subscribed to (perhaps at once); AlreadyExists: another daemon has it; else
  // what stood in the way, and it has ended.
  void WhenStarted(OnStarted on_started);
  // Idempotent: the first cause stands.
  void End(fanout::StreamEnd end);

  const media::StreamKey& key() const { return key_; }

 private:
  enum class State { kClaiming, kOpening, kRunning, kEnded };

  Rendition(RenditionContext& context, media::StreamKey key, OnEnded on_ended);
  void Claim();
  Conversion::Delegate ConversionDelegate();
  void OnClaimed(const absl::Status& status);
  void Open();
  void OnOpen(const absl::Status& status);
  void Publish();
  void UpdateEntry();
  void OnPackets(std::vector<rtp::Packet>& packets);
  void OnTrack(const media::Track& track);
  void CheckSubscribers();
  void AnswerStarted(const absl::Status& status);
  void Fail(const absl::Status& status);

  RenditionContext& context_;
  media::StreamKey key_;
  OnEnded on_ended_;
  State state_ = State::kClaiming;
  bool claimed_ = false;
  std::vector<OnStarted> waiting_;  // bounded by rpc::LoopService
  Instant asked_;
  Instant last_subscribed_;

  std::unique_ptr<Conversion> conversion_;  // before what has its source attached
  std::unique_ptr<relay::StreamRelay> relay_;
  std::shared_ptr<fanout::Publication> publication_;
  uint32_t track_id_ = 0;  // in publication_
  bool has_sent_ = false;
  loop::Timer subscriber_timer_;
  std::shared_ptr<bool> alive_ = std::make_shared<bool>(true);  // false once this is deleted
};

}  // namespace sluice::transcoder
