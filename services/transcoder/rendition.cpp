#include "services/transcoder/rendition.h"

#include <utility>

#include "libs/base/text.h"
#include "libs/loop/work_pool.h"
#include "libs/media/opus_packet.h"
#include "libs/relay/publication_map.h"

namespace sluice::transcoder {
namespace {

// A player of sound and picture is to get sound from the live edge: older sound that comes at once
// only lengthens its jitter buffer, and so the distance between the two. One AAC frame is for the
// decoder to begin with, two give the first Opus packets at once.
constexpr int64_t kBeginWithNs = 50'000'000;
constexpr Duration kCached = 40ms;
constexpr size_t kMaxWaitingAccessUnits = 64;
// Frames posted to the loop and not yet taken: 5 s. Beyond it they are dropped and counted.
constexpr int kMaxPostedFrames = 256;
constexpr Duration kSubscriberInterval = 1s;
constexpr char kProtocol[] = "transcoder";

media::Track OpusTrack(const media::AudioSpecificConfig& format) {
  media::Track track;
  track.kind = media::MediaKind::kAudio;
  track.codec = media::Codec::kOpus;
  track.clock_rate = media::kOpusClockRate;
  track.channels = format.output_channels() == 1 ? 1 : 2;
  return track;
}

// Waits for its streaming thread on the work pool.
void StopOnPool(loop::EventLoop& loop, std::unique_ptr<OpusPipeline> pipeline) {
  if (pipeline == nullptr) return;
  auto shared = std::make_shared<std::unique_ptr<OpusPipeline>>(std::move(pipeline));
  loop::RunBlocking(
      loop, [shared] { shared->reset(); }, [] {});
}

}  // namespace

Rendition::Rendition(RenditionContext& context, media::StreamKey key, media::Track source,
                     media::AudioSpecificConfig format, OnEnded on_ended)
    : context_(context),
      key_(std::move(key)),
      format_(format),
      on_ended_(std::move(on_ended)),
      asked_(context.loop.now()),
      last_subscribed_(asked_),
      source_(source, format.samples_per_access_unit(),
              {.on_access_unit =
                   [this](rtp::payload::aac::AccessUnit access_unit) {
                     OnAccessUnit(std::move(access_unit));
                   },
               .on_clock = [this](const rtp::ClockReport& clock) { OnClock(clock); },
               .on_end = [this](const fanout::StreamEnd& end) { End(end); }}),
      timeline_(source.clock_rate, media::kOpusClockRate, context.random.NextU32()),
      subscriber_timer_(context.loop, [this] { CheckSubscribers(); }) {
  v1::StreamEntry entry;
  entry.mutable_key()->set_name(key_.name);
  entry.mutable_key()->set_rendition(key_.rendition);
  entry.set_publisher_protocol(kProtocol);
  context_.relays.directory.ClaimStream(
      std::move(entry),
      [this, alive = alive_](const absl::Status& status) {
        if (*alive) OnClaimed(status);
      },
      [this, alive = alive_](const absl::Status& reason) {
        if (!*alive) return;
        claimed_ = false;  // it is another's now: not ours to release
        End({fanout::EndCause::kNameLost, std::string(ToStd(reason.message()))});
      });
}

Rendition::~Rendition() {
  End({fanout::EndCause::kNodeDrained, "the transcoder is being stopped"});
  *alive_ = false;
}

void Rendition::WhenStarted(OnStarted on_started) {
  if (state_ == State::kRunning) return on_started(absl::OkStatus());
  if (state_ == State::kEnded) return on_started(absl::UnavailableError("the rendition has ended"));
  waiting_.push_back(std::move(on_started));
}

void Rendition::OnClaimed(const absl::Status& status) {
  if (state_ != State::kClaiming) return;
  if (!status.ok()) return Fail(status);
  claimed_ = true;
  state_ = State::kOpening;
  // The pipeline takes longer than the subscription: both at once.
  StartPipeline();
  Open();
}

void Rendition::Open() {
  relay_ = std::make_unique<relay::StreamRelay>(
      context_.relays, media::StreamKey{key_.name, ""}, "",
      [this](const absl::Status& status) { OnOpen(status); },
      std::vector<uint32_t>{source_.track().id});
  Publish();
  relay_->Attach(source_);
}

void Rendition::Publish() {
  fanout::Publication::Settings settings;
  settings.key = key_;
  settings.media_session_id = context_.random.NextUuid();
  settings.publisher_protocol = kProtocol;
  settings.limits.audio_only = kCached;
  publication_ =
      std::make_shared<fanout::Publication>(context_.loop, context_.random, std::move(settings));
  track_id_ = *publication_->AddTrack(OpusTrack(format_));
  publication_->SetReady();
}

void Rendition::OnOpen(const absl::Status& status) {
  if (state_ != State::kOpening) return;
  if (!status.ok()) return Fail(status);
  state_ = State::kRunning;
  context_.publications.Add(publication_);
  absl::Status updated = context_.relays.directory.UpdateStream(relay::EntryOf(*publication_));
  if (!updated.ok()) {
    context_.log.Warning("stream entry not updated",
                         {{"stream", key_.ToString()}, {"cause", updated}});
  }
  last_subscribed_ = context_.loop.now();
  subscriber_timer_.Start(kSubscriberInterval, kSubscriberInterval);
  ++context_.counters.renditions_started;
  context_.log.Info("rendition started", {{"stream", key_.ToString()}});
  AnswerStarted(absl::OkStatus());
}

void Rendition::StartPipeline() {
  using Made = absl::StatusOr<std::unique_ptr<OpusPipeline>>;
  auto made = std::make_shared<Made>(absl::UnknownError("not made"));
  loop::RunBlocking(
      context_.loop,
      [made, settings = OpusPipeline::Settings{format_, context_.config.opus_bitrate_bps},
       delegate = PipelineDelegate()] { *made = OpusPipeline::Start(settings, delegate); },
      [this, alive = alive_, made, &loop = context_.loop] {
        if (*alive && state_ != State::kEnded) return OnPipelineStarted(std::move(*made));
        if (made->ok()) StopOnPool(loop, *std::move(*made));
      });
}

// Called on GStreamer's threads: they touch nothing of ours but Post().
OpusPipeline::Delegate Rendition::PipelineDelegate() {
  auto posted = std::make_shared<std::atomic<int>>(0);
  auto dropped = std::make_shared<std::atomic<uint64_t>>(0);
  loop::EventLoop* loop = &context_.loop;
  return {.on_frame =
              [this, loop, posted, dropped, alive = alive_](OpusFrame frame) {
                if (posted->fetch_add(1) >= kMaxPostedFrames) {
                  posted->fetch_sub(1);
                  dropped->fetch_add(1);
                  return;
                }
                loop->Post([this, posted, dropped, alive, frame = std::move(frame)]() mutable {
                  posted->fetch_sub(1);
                  if (!*alive) return;
                  context_.counters.frames_over_bound += dropped->exchange(0);
                  OnFrame(std::move(frame));
                });
              },
          .on_failed =
              [this, loop, alive = alive_](std::string reason) {
                loop->Post([this, alive, reason = std::move(reason)] {
                  if (*alive) Fail(absl::InternalError(reason));
                });
              }};
}

void Rendition::OnPipelineStarted(absl::StatusOr<std::unique_ptr<OpusPipeline>> pipeline) {
  if (!pipeline.ok()) return Fail(pipeline.status());
  pipeline_ = *std::move(pipeline);
  for (const WaitingAccessUnit& waiting : waiting_access_units_) {
    PushIntoPipeline(waiting.bytes, waiting.position_ns);
  }
  waiting_access_units_.clear();
}

void Rendition::OnAccessUnit(rtp::payload::aac::AccessUnit access_unit) {
  ++context_.counters.access_units;
  newest_arrival_ = access_unit.arrival;
  int64_t position = timeline_.PositionOf(access_unit.rtp_timestamp);
  if (pipeline_ != nullptr) return PushIntoPipeline(access_unit.bytes, position);
  waiting_access_units_.push_back({std::move(access_unit.bytes), position});
  // A source gives all since its last key frame; the rendition begins near the live edge.
  while (waiting_access_units_.size() > kMaxWaitingAccessUnits ||
         position - waiting_access_units_.front().position_ns > kBeginWithNs) {
    waiting_access_units_.pop_front();
    ++context_.counters.early_access_units;
  }
}

void Rendition::PushIntoPipeline(ByteView bytes, int64_t position_ns) {
  if (!pipeline_->Push(bytes, position_ns)) ++context_.counters.refused_access_units;
}

void Rendition::OnClock(const rtp::ClockReport& clock) {
  rtp::ClockReport ours = timeline_.ToRendition(clock);
  publication_->SetClock(track_id_, ours.ntp, ours.rtp_timestamp);
}

void Rendition::OnFrame(OpusFrame frame) {
  if (state_ == State::kEnded || publication_ == nullptr) return;
  auto packet = packetizer_.Packetize(
      std::move(frame.bytes), timeline_.RenditionTimestampAt(frame.position_ns), newest_arrival_);
  if (!packet) return;
  if (!std::exchange(has_sent_, true)) {
    context_.counters.first_packet.Observe(context_.loop.now() - asked_);
  }
  ++context_.counters.packets;
  context_.counters.packet_bytes += packet->payload.size();
  packet->track_id = track_id_;
  publication_->Push(*std::move(packet));
  publication_->Flush();  // 20 ms come at a time: there is no more to wait for
}

void Rendition::CheckSubscribers() {
  Instant now = context_.loop.now();
  if (publication_->fan().sink_count() > 0) last_subscribed_ = now;
  if (now - last_subscribed_ < context_.config.rendition_linger) return;
  End({fanout::EndCause::kPublisherStopped, "nobody listens"});
}

void Rendition::AnswerStarted(const absl::Status& status) {
  for (const OnStarted& on_started : std::exchange(waiting_, {})) on_started(status);
}

void Rendition::Fail(const absl::Status& status) {
  if (state_ == State::kEnded) return;
  ++context_.counters.renditions_failed;
  AnswerStarted(status);
  End({fanout::EndCause::kFailed, std::string(ToStd(status.message()))});
}

void Rendition::End(fanout::StreamEnd end) {
  if (std::exchange(state_, State::kEnded) == State::kEnded) return;
  subscriber_timer_.Stop();
  CountSourceLosses();
  if (end.cause != fanout::EndCause::kFailed) ++context_.counters.renditions_ended;
  context_.log.Info("rendition ended", {{"stream", key_.ToString()},
                                        {"cause", fanout::EndCauseName(end.cause)},
                                        {"detail", end.detail}});
  if (std::exchange(claimed_, false)) context_.relays.directory.ReleaseStream(key_);
  if (relay_ != nullptr) relay_->Detach(source_);
  StopOnPool(context_.loop, std::move(pipeline_));
  AnswerStarted(absl::UnavailableError(StrCat("the rendition has ended: ", end.detail)));
  if (publication_ != nullptr) {
    context_.publications.Remove(key_);
    publication_->End(std::move(end));
  }
  if (on_ended_ != nullptr) on_ended_();
}

void Rendition::CountSourceLosses() {
  context_.counters.malformed_packets += source_.counters().malformed_packets;
  context_.counters.lost_packets += source_.counters().lost_packets;
}

}  // namespace sluice::transcoder
