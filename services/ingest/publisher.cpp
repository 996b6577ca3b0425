#include "services/ingest/publisher.h"

#include <utility>

#include "absl/time/clock.h"
#include "libs/base/text.h"
#include "libs/fanout/description_map.h"
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
      key_{request_.name, ""},
      on_decided_(std::move(on_decided)),
      on_ended_(std::move(on_ended)),
      waiting_timer_(context.loop, [this] { OnWaitingOver(); }) {
  if (media::IsValidStreamName(key_.name)) {
    Claim();
    return;
  }
  context_.loop.Post([this, alive = alive_] {
    if (*alive) OnClaimed(absl::InvalidArgumentError("a stream's name is 1 to 255 bytes of UTF-8"));
  });
}

Publisher::~Publisher() {
  *alive_ = false;
  End(fanout::EndCause::kFailed, "the daemon gave the stream up");
}

void Publisher::Claim() {
  claimed_ = true;
  context_.directory.ClaimStream(
      MakeEntry(),
      [this, alive = alive_](const absl::Status& status) {
        if (*alive) OnClaimed(status);
      },
      [this, alive = alive_](const absl::Status& reason) {
        if (*alive) OnNameLost(reason);
      });
}

void Publisher::OnClaimed(const absl::Status& status) {
  claimed_ = status.ok();
  if (!status.ok()) return std::exchange(on_decided_, nullptr)(status);
  fanout::Publication::Settings settings;
  settings.key = key_;
  settings.media_session_id = context_.random.NextUuid();
  settings.publisher_protocol = kProtocol;
  settings.publisher_address = request_.address;
  settings.publisher_agent = request_.agent;
  settings.publisher_parameters = ShownParameters(request_.app_query, request_.query);
  publication_ =
      std::make_shared<fanout::Publication>(context_.loop, context_.random, std::move(settings));
  mapping_.emplace(*publication_, context_.random, context_.counters);
  context_.publications.Add(publication_);
  waiting_timer_.Start(kWaitForTracks);
  last_media_ = context_.loop.now();
  std::exchange(on_decided_, nullptr)(status);
}

void Publisher::OnMessage(const rtmp::MediaEvent& message, ReadTime read) {
  if (publication_ == nullptr) return;
  last_media_ = read.arrival;
  mapping_->OnMessage(message, read);
  UpdateEntry();
  LogRemark();
}

void Publisher::OnMetadata(const amf::Value& metadata) {
  if (publication_ == nullptr) return;
  mapping_->OnMetadata(metadata);
  context_.messages.SetMetadata(request_.name, metadata);
  UpdateEntry();
}

void Publisher::OnData(const std::vector<amf::Value>& values) {
  if (publication_ != nullptr) context_.messages.Push(request_.name, values);
}

void Publisher::TakeOver(Request request, OnEnded on_ended) {
  request_ = std::move(request);
  on_ended_ = std::move(on_ended);
  mapping_->OnTakenOver();
  publication_->TakeOver(request_.address, request_.agent,
                         ShownParameters(request_.app_query, request_.query));
  context_.messages.TakeOver(request_.name);
  last_media_ = context_.loop.now();
  waiting_timer_.Start(kWaitForTracks);
  entry_epoch_ = 0;  // the publisher's address stands in the entry
  UpdateEntry();
}

void Publisher::OnWaitingOver() {
  if (publication_ == nullptr) return;
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
  UpdateEntry();
}

void Publisher::OnNameLost(const absl::Status& reason) {
  claimed_ = false;  // it is another's now: not ours to release
  if (publication_ == nullptr) return;
  End(fanout::EndCause::kNameLost, std::string(ToStd(reason.message())));
  auto on_ended = std::exchange(on_ended_, nullptr);
  on_ended(reason);
}

void Publisher::UpdateEntry() {
  const fanout::DescriptionPtr& description = publication_->description();
  if (description == nullptr || !description->ready || description->epoch == entry_epoch_) return;
  entry_epoch_ = description->epoch;
  absl::Status status = context_.directory.UpdateStream(MakeEntry());
  if (!status.ok()) {
    context_.log.Warning("stream entry not updated", {{"stream", key_.name}, {"cause", status}});
  }
}

void Publisher::LogRemark() {
  if (publication_->remark() == logged_remark_) return;
  logged_remark_ = publication_->remark();
  if (logged_remark_.empty()) return;
  context_.log.Info("stream remark", {{"stream", key_.name}, {"remark", logged_remark_}});
}

v1::StreamEntry Publisher::MakeEntry() const {
  v1::StreamEntry entry;
  *entry.mutable_key() = fanout::ToProto(key_);
  entry.set_publisher_protocol(kProtocol);
  entry.set_publisher_address(request_.address);
  absl::Time created = publication_ != nullptr ? publication_->created() : absl::Now();
  entry.set_created_unix_ms(absl::ToUnixMillis(created));
  if (publication_ != nullptr && publication_->description() != nullptr) {
    *entry.mutable_description() = fanout::ToProto(*publication_->description());
  }
  return entry;
}

void Publisher::End(fanout::EndCause cause, std::string detail) {
  waiting_timer_.Stop();
  if (std::exchange(claimed_, false)) context_.directory.ReleaseStream(key_);
  auto publication = std::exchange(publication_, nullptr);
  if (publication == nullptr) return;
  context_.log.Info("publishing ended", {{"stream", key_.name},
                                         {"peer", request_.address},
                                         {"cause", fanout::EndCauseName(cause)},
                                         {"detail", detail}});
  mapping_.reset();
  context_.messages.Forget(request_.name);
  context_.publications.Remove(key_);
  publication->End({cause, std::move(detail)});
}

}  // namespace sluice::ingest
