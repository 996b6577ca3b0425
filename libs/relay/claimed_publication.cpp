#include "libs/relay/claimed_publication.h"

#include <utility>

#include "absl/time/clock.h"
#include "libs/base/text.h"
#include "libs/fanout/description_map.h"
#include "libs/relay/publication_map.h"

namespace sluice::relay {

ClaimedPublication::ClaimedPublication(ClaimContext& context,
                                       fanout::Publication::Settings settings, OnDecided on_decided,
                                       OnNameLost on_name_lost)
    : context_(context),
      settings_(std::move(settings)),
      on_decided_(std::move(on_decided)),
      on_name_lost_(std::move(on_name_lost)) {
  if (settings_.media_session_id.empty()) settings_.media_session_id = context_.random.NextUuid();
  if (media::IsValidStreamName(settings_.key.name)) {
    Claim();
    return;
  }
  context_.loop.Post([this, alive = alive_] {
    if (*alive) OnClaimed(absl::InvalidArgumentError("a stream's name is 1 to 255 bytes of UTF-8"));
  });
}

ClaimedPublication::~ClaimedPublication() {
  *alive_ = false;
  End(fanout::EndCause::kFailed, "the daemon gave the stream up");
}

void ClaimedPublication::Claim() {
  claimed_ = true;
  context_.directory.ClaimStream(
      MakeEntry(),
      [this, alive = alive_](const absl::Status& status) {
        if (*alive) OnClaimed(status);
      },
      [this, alive = alive_](const absl::Status& reason) {
        if (*alive) OnLost(reason);
      });
}

void ClaimedPublication::OnClaimed(const absl::Status& status) {
  claimed_ = status.ok();
  if (status.ok()) {
    publication_ = std::make_shared<fanout::Publication>(context_.loop, context_.random, settings_);
    context_.publications.Add(publication_);
    publication_->Announce();
  }
  std::exchange(on_decided_, nullptr)(status);
}

void ClaimedPublication::OnLost(const absl::Status& reason) {
  claimed_ = false;  // it is another's now: not ours to release
  if (publication_ == nullptr) return;
  End(fanout::EndCause::kNameLost, std::string(ToStd(reason.message())));
  auto on_name_lost = std::exchange(on_name_lost_, nullptr);
  on_name_lost(reason);
}

void ClaimedPublication::TakeOver(std::string address, std::string agent, std::string parameters) {
  settings_.publisher_address = address;
  publication_->TakeOver(std::move(address), std::move(agent), std::move(parameters));
  entry_epoch_ = 0;  // the publisher's address stands in the entry
  Update();
}

void ClaimedPublication::Update() {
  if (publication_ == nullptr) return;
  LogRemark();
  const fanout::DescriptionPtr& description = publication_->description();
  if (description == nullptr || !description->ready || description->epoch == entry_epoch_) return;
  entry_epoch_ = description->epoch;
  absl::Status status = context_.directory.UpdateStream(MakeEntry());
  if (!status.ok()) {
    context_.log.Warning("stream entry not updated",
                         {{"stream", settings_.key.name}, {"cause", status}});
  }
}

void ClaimedPublication::LogRemark() {
  if (publication_->remark() == logged_remark_) return;
  logged_remark_ = publication_->remark();
  if (logged_remark_.empty()) return;
  context_.log.Info("stream remark", {{"stream", settings_.key.name}, {"remark", logged_remark_}});
}

v1::StreamEntry ClaimedPublication::MakeEntry() const {
  if (publication_ != nullptr) return EntryOf(*publication_);
  v1::StreamEntry entry;
  *entry.mutable_key() = fanout::ToProto(settings_.key);
  entry.set_publisher_protocol(settings_.publisher_protocol);
  entry.set_publisher_address(settings_.publisher_address);
  entry.set_created_unix_ms(absl::ToUnixMillis(absl::Now()));
  return entry;
}

void ClaimedPublication::End(fanout::EndCause cause, std::string detail) {
  if (std::exchange(claimed_, false)) context_.directory.ReleaseStream(settings_.key);
  auto publication = std::exchange(publication_, nullptr);
  if (publication == nullptr) return;
  context_.log.Info("publishing ended", {{"stream", settings_.key.name},
                                         {"peer", settings_.publisher_address},
                                         {"cause", fanout::EndCauseName(cause)},
                                         {"detail", detail}});
  context_.publications.Remove(settings_.key);
  publication->End({cause, std::move(detail)});
}

}  // namespace sluice::relay
