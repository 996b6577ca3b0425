#include "services/transcoder/rendition.h"

#include <utility>

#include "libs/base/text.h"
#include "libs/relay/publication_map.h"

namespace sluice::transcoder {
namespace {

constexpr Duration kSubscriberInterval = 1s;
constexpr char kProtocol[] = "transcoder";

}  // namespace

absl::StatusOr<std::unique_ptr<Rendition>> Rendition::Make(RenditionContext& context,
                                                           media::StreamKey key,
                                                           const MakeConversion& make_conversion,
                                                           OnEnded on_ended) {
  std::unique_ptr<Rendition> rendition(new Rendition(context, std::move(key), std::move(on_ended)));
  auto conversion = make_conversion(context.conversions, rendition->ConversionDelegate());
  if (!conversion.ok()) {
    rendition->state_ = State::kEnded;  // nothing has begun: there is nothing to tell
    return conversion.status();
  }
  rendition->conversion_ = *std::move(conversion);
  rendition->Claim();
  return rendition;
}

Rendition::Rendition(RenditionContext& context, media::StreamKey key, OnEnded on_ended)
    : context_(context),
      key_(std::move(key)),
      on_ended_(std::move(on_ended)),
      asked_(context.loop.now()),
      last_subscribed_(asked_),
      subscriber_timer_(context.loop, [this] { CheckSubscribers(); }) {}

void Rendition::Claim() {
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

Conversion::Delegate Rendition::ConversionDelegate() {
  return {.on_packets = [this](std::vector<rtp::Packet>& packets) { OnPackets(packets); },
          .on_clock =
              [this](const rtp::ClockReport& clock) {
                publication_->SetClock(track_id_, clock.ntp, clock.rtp_timestamp);
              },
          .on_track = [this](const media::Track& track) { OnTrack(track); },
          .on_key_frame_missing =
              [this] {
                if (relay_ != nullptr) relay_->RequestKeyFrame(conversion_->source().track().id);
              },
          .on_failed = [this](const absl::Status& status) { Fail(status); },
          .on_source_end = [this](const fanout::StreamEnd& end) { End(end); }};
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
  conversion_->Start();
  Open();
}

void Rendition::Open() {
  relay_ = std::make_unique<relay::StreamRelay>(
      context_.relays, media::StreamKey{key_.name, ""}, "",
      [this](const absl::Status& status) { OnOpen(status); },
      std::vector<uint32_t>{conversion_->source().track().id});
  Publish();
  relay_->Attach(conversion_->source());
}

void Rendition::Publish() {
  fanout::Publication::Settings settings;
  settings.key = key_;
  settings.media_session_id = context_.random.NextUuid();
  settings.publisher_protocol = kProtocol;
  settings.limits = conversion_->cache_limits();
  publication_ =
      std::make_shared<fanout::Publication>(context_.loop, context_.random, std::move(settings));
  track_id_ = *publication_->AddTrack(conversion_->track());
  publication_->SetReady();
  if (conversion_->RequestKeyFrame()) {
    publication_->OnKeyFrameRequest([this](uint32_t) { conversion_->RequestKeyFrame(); });
  }
}

void Rendition::OnOpen(const absl::Status& status) {
  if (state_ != State::kOpening) return;
  if (!status.ok()) return Fail(status);
  state_ = State::kRunning;
  context_.publications.Add(publication_);
  UpdateEntry();
  last_subscribed_ = context_.loop.now();
  subscriber_timer_.Start(kSubscriberInterval, kSubscriberInterval);
  ++context_.counters.renditions_started;
  context_.log.Info("rendition started", {{"stream", key_.ToString()}});
  AnswerStarted(absl::OkStatus());
}

void Rendition::UpdateEntry() {
  absl::Status updated = context_.relays.directory.UpdateStream(relay::EntryOf(*publication_));
  if (updated.ok()) return;
  context_.log.Warning("stream entry not updated",
                       {{"stream", key_.ToString()}, {"cause", updated}});
}

void Rendition::OnPackets(std::vector<rtp::Packet>& packets) {
  if (state_ == State::kEnded || publication_ == nullptr) return;
  if (!std::exchange(has_sent_, true)) {
    context_.counters.first_packet.Observe(context_.loop.now() - asked_);
  }
  for (rtp::Packet& packet : packets) {
    ++context_.counters.packets;
    context_.counters.packet_bytes += packet.payload.size();
    packet.track_id = track_id_;
    publication_->Push(std::move(packet));
  }
  publication_->Flush();  // a frame comes at a time: there is no more to wait for
}

void Rendition::OnTrack(const media::Track& track) {
  if (state_ == State::kEnded || publication_ == nullptr) return;
  media::Track updated = track;
  updated.id = track_id_;
  publication_->UpdateTrack(updated);
  if (state_ == State::kRunning) UpdateEntry();
}

void Rendition::CheckSubscribers() {
  Instant now = context_.loop.now();
  if (publication_->fan().sink_count() > 0) last_subscribed_ = now;
  if (now - last_subscribed_ < context_.config.rendition_linger) return;
  End({fanout::EndCause::kPublisherStopped, "nobody subscribes"});
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
  if (end.cause != fanout::EndCause::kFailed) ++context_.counters.renditions_ended;
  context_.log.Info("rendition ended", {{"stream", key_.ToString()},
                                        {"cause", fanout::EndCauseName(end.cause)},
                                        {"detail", end.detail}});
  if (std::exchange(claimed_, false)) context_.relays.directory.ReleaseStream(key_);
  if (relay_ != nullptr) relay_->Detach(conversion_->source());
  if (conversion_ != nullptr) conversion_->Stop();
  AnswerStarted(absl::UnavailableError(StrCat("the rendition has ended: ", end.detail)));
  if (publication_ != nullptr) {
    context_.publications.Remove(key_);
    publication_->End(std::move(end));
  }
  if (on_ended_ != nullptr) on_ended_();
}

}  // namespace sluice::transcoder
