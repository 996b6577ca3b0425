#include "services/webrtc-media/rendition.h"

#include <algorithm>
#include <utility>

#include "libs/base/text.h"
#include "libs/rpc/client.h"
#include "sluice/v1/transcoder.grpc.pb.h"

namespace sluice::webrtc_media {
namespace {

constexpr Duration kAnswerTimeout = 3s;

}  // namespace

Rendition::Rendition(SubscriptionContext& context, std::string stream_name, std::string profile,
                     Listener listener)
    : context_(context),
      key_{std::move(stream_name), std::move(profile)},
      listener_(std::move(listener)),
      feeds_(context.pool, context.counters.filter,
             {.on_description = [](const fanout::DescriptionPtr&) {},
              .on_end =
                  [this](const fanout::StreamEnd& end) {
                    TryAgain(absl::UnavailableError(
                        StrCat(fanout::EndCauseName(end.cause), " ", end.detail)));
                  },
              .on_key_frame = [this] { OnKeyFrame(); }}),
      retry_timer_(context.relays.loop, [this] { Ask(); }) {
  Ask();
}

Rendition::~Rendition() {
  *alive_ = false;
  feeds_.Follow(nullptr);  // the relay goes first
}

void Rendition::Ask() {
  feeds_.Follow(nullptr);
  relay_.reset();
  const media::StreamKey original{key_.name, ""};
  const directory::NodePtr node = context_.relays.directory.ChooseNode("transcoder", &original);
  if (node == nullptr) {
    back_off_ = kFirstBackOff;  // to look again costs nobody anything
    return TryAgain(absl::UnavailableError("no transcoder is ready"));
  }
  v1::StartRenditionRequest request;
  request.set_stream_name(key_.name);
  request.set_profile(key_.rendition);
  rpc::CallUnary<v1::Transcoder>(
      context_.relays.channels, node->grpc_address(), &rpc::Methods<v1::Transcoder>::StartRendition,
      request, kAnswerTimeout,
      [this, alive = alive_](const absl::StatusOr<v1::StartRenditionResponse>& answer) {
        if (!*alive) return;
        if (!answer.ok()) return TryAgain(answer.status());
        Open(answer->grpc_address());
      });
}

void Rendition::Open(const std::string& owner_address) {
  relay_ = std::make_unique<relay::StreamRelay>(
      context_.relays, key_, owner_address, [this](const absl::Status& status) { OnOpen(status); });
  feeds_.Follow(relay_.get());
}

void Rendition::OnOpen(const absl::Status& status) {
  if (!status.ok()) return TryAgain(status);
  back_off_ = kFirstBackOff;
  last_cause_ = absl::OkStatus();
  context_.log.Info("rendition opened", {{"stream", key_.ToString()}});
}

void Rendition::OnKeyFrame() {
  has_picture_ = true;
  if (listener_.on_key_frame != nullptr) listener_.on_key_frame();
}

void Rendition::RequestKeyFrame(uint32_t track_id) {
  if (relay_ != nullptr) relay_->RequestKeyFrame(track_id);
}

const media::Track* Rendition::FindVideo() const {
  if (relay_ == nullptr || relay_->description() == nullptr) return nullptr;
  return relay_->description()->FindFirst(media::MediaKind::kVideo);
}

void Rendition::AskAtOnce() {
  back_off_ = kFirstBackOff;
  if (!retry_timer_.running()) return;  // it is being asked for, or open
  retry_timer_.Stop();
  Ask();
}

// Told once or twice for one failure (the relay's end and its opening): the timer is the same.
void Rendition::TryAgain(const absl::Status& cause) {
  if (retry_timer_.running()) return;
  ++failures_;
  ++context_.counters.rendition_failures;
  if (cause != last_cause_) {
    context_.log.WarningLimited("rendition not to be had, trying again",
                                {{"stream", key_.ToString()}, {"cause", cause}});
    last_cause_ = cause;
  }
  retry_timer_.Start(back_off_);
  back_off_ = std::min(back_off_ * 2, kMaxBackOff);
  if (std::exchange(has_picture_, false) && listener_.on_lost != nullptr) listener_.on_lost();
}

}  // namespace sluice::webrtc_media
