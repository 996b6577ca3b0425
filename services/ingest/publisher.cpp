#include "services/ingest/publisher.h"

#include <utility>

#include "libs/base/text.h"
#include "services/ingest/publish_parameters.h"

namespace sluice::ingest {
namespace {

constexpr Duration kWaitForTracks = 1s;  // design §3, "ready"
constexpr char kProtocol[] = "rtmp";

}  // namespace

Publisher::Publisher(PublisherContext& context, Request request, OnDecided on_decided,
                     OnEnded on_ended)
    : context_(context),
      request_(std::move(request)),
      on_decided_(std::move(on_decided)),
      on_ended_(std::move(on_ended)),
      publication_(
          context_,
          {.key = {request_.name, ""},
           .limits = {},
           .media_session_id = "",
           .publisher_protocol = kProtocol,
           .publisher_address = request_.address,
           .publisher_agent = request_.agent,
           .publisher_parameters = ShownParameters(request_.app_query, request_.query)},
          [this](const absl::Status& status) { OnClaimed(status); },
          [this](const absl::Status& reason) { OnNameLost(reason); }),
      waiting_timer_(context.loop, [this] { OnWaitingOver(); }) {}

Publisher::~Publisher() { End(fanout::EndCause::kFailed, "the daemon gave the stream up"); }

void Publisher::OnClaimed(const absl::Status& status) {
  if (status.ok()) {
    mapping_.emplace(*publication_, context_.random, context_.counters);
    waiting_timer_.Start(kWaitForTracks);
    last_media_ = context_.loop.now();
  }
  std::exchange(on_decided_, nullptr)(status);
}

void Publisher::OnMessage(const rtmp::MediaEvent& message, ReadTime read) {
  if (!publishing()) return;
  last_media_ = read.arrival;
  mapping_->OnMessage(message, read);
  publication_.Update();
}

void Publisher::OnMetadata(const amf::Value& metadata) {
  if (!publishing()) return;
  mapping_->OnMetadata(metadata);
  context_.messages.SetMetadata(request_.name, metadata);
  publication_.Update();
}

void Publisher::OnData(const std::vector<amf::Value>& values) {
  if (publishing()) context_.messages.Push(request_.name, values);
}

void Publisher::TakeOver(Request request, OnEnded on_ended) {
  request_ = std::move(request);
  on_ended_ = std::move(on_ended);
  mapping_->OnTakenOver();
  publication_.TakeOver(request_.address, request_.agent,
                        ShownParameters(request_.app_query, request_.query));
  context_.messages.TakeOver(request_.name);
  last_media_ = context_.loop.now();
  waiting_timer_.Start(kWaitForTracks);
}

void Publisher::OnWaitingOver() {
  if (!publishing()) return;
  mapping_->RemoveTracksOfOther();
  const fanout::DescriptionPtr& description = publication_->description();
  bool has_track = description != nullptr && !description->tracks.empty();
  if (!has_track && !mapping_->refused_codecs().empty()) {
    std::string reason = StrCat("codec not supported: ", mapping_->refused_codecs());
    End(fanout::EndCause::kFailed, reason);
    auto on_ended = std::exchange(on_ended_, nullptr);
    on_ended(absl::UnimplementedError(reason));
    return;
  }
  mapping_->EndWaiting();
  publication_.Update();
}

void Publisher::OnNameLost(const absl::Status& reason) {
  End(fanout::EndCause::kNameLost, std::string(ToStd(reason.message())));
  auto on_ended = std::exchange(on_ended_, nullptr);
  on_ended(reason);
}

void Publisher::End(fanout::EndCause cause, std::string detail) {
  waiting_timer_.Stop();
  if (mapping_) context_.messages.Forget(request_.name);
  mapping_.reset();
  publication_.End(cause, std::move(detail));
}

}  // namespace sluice::ingest
