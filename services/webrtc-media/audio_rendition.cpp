#include "services/webrtc-media/audio_rendition.h"

#include <algorithm>
#include <utility>

#include "libs/base/text.h"
#include "libs/rpc/client.h"
#include "sluice/v1/transcoder.grpc.pb.h"

namespace sluice::webrtc_media {
namespace {

constexpr char kProfile[] = "opus";
constexpr Duration kAnswerTimeout = 3s;

}  // namespace

AudioRendition::AudioRendition(SubscriptionContext& context, std::string stream_name)
    : context_(context),
      key_{std::move(stream_name), kProfile},
      feeds_(context.pool, {.on_description = [](const fanout::DescriptionPtr&) {},
                            .on_end =
                                [this](const fanout::StreamEnd& end) {
                                  TryAgain(absl::UnavailableError(
                                      StrCat(fanout::EndCauseName(end.cause), " ", end.detail)));
                                }}),
      retry_timer_(context.relays.loop, [this] { Ask(); }) {
  Ask();
}

AudioRendition::~AudioRendition() { *alive_ = false; }

void AudioRendition::Ask() {
  feeds_.Follow(nullptr);
  relay_.reset();
  const media::StreamKey original{key_.name, ""};
  const directory::NodePtr node = context_.relays.directory.ChooseNode("transcoder", &original);
  if (node == nullptr) return TryAgain(absl::UnavailableError("no transcoder is ready"));
  v1::StartRenditionRequest request;
  request.set_stream_name(key_.name);
  request.set_profile(kProfile);
  rpc::CallUnary<v1::Transcoder>(
      context_.relays.channels, node->grpc_address(), &rpc::Methods<v1::Transcoder>::StartRendition,
      request, kAnswerTimeout,
      [this, alive = alive_](const absl::StatusOr<v1::StartRenditionResponse>& answer) {
        if (!*alive) return;
        if (!answer.ok()) return TryAgain(answer.status());
        Open(answer->grpc_address());
      });
}

void AudioRendition::Open(const std::string& owner_address) {
  relay_ = std::make_unique<relay::StreamRelay>(
      context_.relays, key_, owner_address, [this](const absl::Status& status) { OnOpen(status); });
  feeds_.Follow(relay_.get());
}

void AudioRendition::OnOpen(const absl::Status& status) {
  if (!status.ok()) return TryAgain(status);
  back_off_ = kFirstBackOff;
  last_cause_ = absl::OkStatus();
  context_.log.Info("rendition opened", {{"stream", key_.ToString()}});
}

// Told once or twice for one failure (the relay's end and its opening): the timer is the same.
void AudioRendition::TryAgain(const absl::Status& cause) {
  if (retry_timer_.running()) return;
  ++failures_;
  if (cause != last_cause_) {
    context_.log.WarningLimited("rendition not to be had, trying again",
                                {{"stream", key_.ToString()}, {"cause", cause}});
    last_cause_ = cause;
  }
  retry_timer_.Start(back_off_);
  back_off_ = std::min(back_off_ * 2, kMaxBackOff);
}

}  // namespace sluice::webrtc_media
