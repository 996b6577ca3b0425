// One rendition: the AAC track of a stream as Opus, published under a key of its own.
#pragma once

#include <atomic>
#include <deque>
#include <functional>
#include <memory>
#include <string>
#include <vector>

#include "libs/log/logger.h"
#include "libs/relay/publications.h"
#include "libs/relay/stream_relay.h"
#include "libs/rtp/payload/opus/payload.h"
#include "services/transcoder/config.h"
#include "services/transcoder/counters.h"
#include "services/transcoder/opus_pipeline.h"
#include "services/transcoder/rendition_timeline.h"
#include "services/transcoder/sound_source.h"

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
};

// Claims its key, subscribes to the source's track, converts until the source ends or nobody has
// listened for Config::rendition_linger. Main loop only.
class Rendition {
 public:
  using OnStarted = std::function<void(const absl::Status& status)>;
  using OnEnded = std::function<void()>;

  // source: the AAC track; format: what its codec_config says. on_ended: once, at its end; it must
  // not delete this at once.
  Rendition(RenditionContext& context, media::StreamKey key, media::Track source,
            media::AudioSpecificConfig format, OnEnded on_ended);
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
  struct WaitingAccessUnit {
    Bytes bytes;
    int64_t position_ns = 0;
  };

  void OnClaimed(const absl::Status& status);
  void Open();
  void OnOpen(const absl::Status& status);
  void Publish();
  void StartPipeline();
  void OnPipelineStarted(absl::StatusOr<std::unique_ptr<OpusPipeline>> pipeline);
  OpusPipeline::Delegate PipelineDelegate();
  void OnAccessUnit(rtp::payload::aac::AccessUnit access_unit);
  void PushIntoPipeline(ByteView bytes, int64_t position_ns);
  void OnClock(const rtp::ClockReport& clock);
  void OnFrame(OpusFrame frame);
  void CheckSubscribers();
  void AnswerStarted(const absl::Status& status);
  void Fail(const absl::Status& status);
  void CountSourceLosses();

  RenditionContext& context_;
  media::StreamKey key_;
  media::AudioSpecificConfig format_;
  OnEnded on_ended_;
  State state_ = State::kClaiming;
  bool claimed_ = false;
  std::vector<OnStarted> waiting_;  // bounded by rpc::LoopService
  Instant asked_;
  Instant last_subscribed_;
  Instant newest_arrival_{};  // of the source's access units

  SoundSource source_;
  std::unique_ptr<relay::StreamRelay> relay_;  // before source_ in destruction
  RenditionTimeline timeline_;
  rtp::payload::opus::Packetizer packetizer_;
  std::shared_ptr<fanout::Publication> publication_;
  uint32_t track_id_ = 0;  // in publication_
  bool has_sent_ = false;

  // While the pipeline is being made: the newest 50 ms, and no more than 64.
  std::deque<WaitingAccessUnit> waiting_access_units_;
  std::unique_ptr<OpusPipeline> pipeline_;
  loop::Timer subscriber_timer_;
  std::shared_ptr<bool> alive_ = std::make_shared<bool>(true);  // false once this is deleted
};

}  // namespace sluice::transcoder
