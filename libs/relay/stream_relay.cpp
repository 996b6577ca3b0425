#include "libs/relay/stream_relay.h"

#include <utility>

#include "libs/base/text.h"
#include "libs/fanout/description_map.h"
#include "libs/relay/local_subscription.h"
#include "libs/rpc/client.h"
#include "sluice/v1/fanout.grpc.pb.h"

namespace sluice::relay {
namespace {

constexpr Duration kOpenTimeout = 3s;
constexpr Duration kLookUpInterval = 50ms;

}  // namespace

StreamRelay::StreamRelay(RelayContext& context, media::StreamKey key, std::string owner_address,
                         OnOpen on_open, std::vector<uint32_t> track_ids)
    : context_(context),
      key_(std::move(key)),
      on_open_(std::move(on_open)),
      track_ids_(std::move(track_ids)),
      fan_(context.loop, {}),
      open_timer_(context.loop,
                  [this] {
                    Fail(absl::UnavailableError(StrCat("the daemon that has stream ",
                                                       key_.ToString(), " does not answer")));
                  }),
      look_up_timer_(context.loop, [this] { Start(""); }),
      alive_(std::make_shared<bool>(true)) {
  open_timer_.Start(kOpenTimeout);
  context_.loop.Post([this, alive = alive_, address = std::move(owner_address)] {
    if (*alive) Start(address);
  });
}

StreamRelay::~StreamRelay() { *alive_ = false; }

void StreamRelay::Start(const std::string& owner_address) {
  if (context_.publications != nullptr) {
    if (auto publication = context_.publications->Find(key_)) return AttachTo(publication);
  }
  if (!owner_address.empty()) return Subscribe(owner_address);
  directory::StreamPtr entry = context_.directory.FindStream(key_);
  directory::NodePtr owner =
      entry != nullptr ? context_.directory.FindNode(entry->node_id()) : nullptr;
  if (owner == nullptr && look_ups_left_-- > 0) return look_up_timer_.Start(kLookUpInterval);
  if (entry == nullptr) return Fail(absl::NotFoundError(StrCat("no stream ", key_.ToString())));
  if (owner == nullptr) {
    return Fail(
        absl::UnavailableError(StrCat("the daemon that has stream ", key_.ToString(), " is gone")));
  }
  if (owner->host_id() != context_.host_id) {
    return Fail(absl::FailedPreconditionError(
        StrCat("stream ", key_.ToString(),
               " is on another host: the fan-out between hosts is not there yet")));
  }
  Subscribe(owner->grpc_address());
}

void StreamRelay::Subscribe(const std::string& grpc_address) {
  v1::SubscribeRequest request;
  *request.mutable_key() = fanout::ToProto(key_);
  request.mutable_track_ids()->Assign(track_ids_.begin(), track_ids_.end());
  request.set_subscriber_node_id(context_.node_id);
  request.set_subscriber_host_id(context_.host_id);
  rpc::CallUnary<v1::Fanout>(
      context_.channels, grpc_address, &rpc::Methods<v1::Fanout>::Subscribe, request, kOpenTimeout,
      [this, alive = alive_](const absl::StatusOr<v1::SubscribeResponse>& answer) {
        if (!*alive || fan_.ended()) return;
        if (!answer.ok()) return Fail(answer.status());
        Connect(answer->address(), answer->token());
      });
}

void StreamRelay::Connect(const std::string& address, const std::string& token) {
  auto connection = fanout::SubscriptionConnection::Connect(
      context_.loop, address, token,
      [this](std::span<const fanout::Item> items) { OnItems(items); });
  if (!connection.ok()) return Fail(connection.status());
  connection_ = *std::move(connection);
  if (wanted_ != fanout::WantedLayers()) connection_->SendWantedLayers(wanted_);
}

void StreamRelay::AttachTo(std::shared_ptr<fanout::Publication> publication) {
  local_ = std::make_unique<LocalSubscription>(
      std::move(publication), track_ids_,
      [this](std::span<const fanout::Item> items) { OnItems(items); });
  if (wanted_ != fanout::WantedLayers()) local_->SetWanted(wanted_);
  local_->Attach();  // may be the end of this
}

void StreamRelay::OnItems(std::span<const fanout::Item> items) {
  for (const fanout::Item& item : items) fan_.Push(item);
  fan_.Flush();  // the publication has batched them: there is no more to wait for
  if (on_open_ == nullptr || description() == nullptr) return;
  open_timer_.Stop();
  std::exchange(on_open_, nullptr)(absl::OkStatus());
}

void StreamRelay::Fail(const absl::Status& status) {
  open_timer_.Stop();
  auto on_open = std::exchange(on_open_, nullptr);
  fan_.Push(fanout::StreamEnd{fanout::EndCause::kUpstreamLost, std::string(status.message())});
  if (on_open != nullptr) on_open(status);
}

void StreamRelay::RequestKeyFrame(uint32_t track_id) {
  if (local_ != nullptr) return local_->RequestKeyFrame(track_id);
  if (connection_ == nullptr || description() == nullptr) return;
  const media::Track* track = description()->FindTrack(track_id);
  if (track != nullptr) connection_->RequestKeyFrame(track->ssrc);
}

void StreamRelay::SetWanted(const fanout::WantedLayers& wanted) {
  if (wanted == wanted_) return;
  wanted_ = wanted;
  for (uint32_t track_id : wanted_.unwanted) fan_.DropGroup(track_id);  // it grows stale
  if (local_ != nullptr) local_->SetWanted(wanted_);
  if (connection_ != nullptr) connection_->SendWantedLayers(wanted_);
}

}  // namespace sluice::relay
