#include "libs/relay/local_subscription.h"

#include <algorithm>
#include <utility>

namespace sluice::relay {

LocalSubscription::LocalSubscription(std::shared_ptr<fanout::Publication> publication,
                                     const std::vector<uint32_t>& track_ids,
                                     std::function<void(std::span<const fanout::Item>)> on_items)
    : publication_(std::move(publication)),
      track_ids_(track_ids.begin(), track_ids.end()),
      on_items_(std::move(on_items)) {}

LocalSubscription::~LocalSubscription() { publication_->Detach(*this); }

void LocalSubscription::Attach() {
  const auto publication = publication_;
  publication->Attach(*this);
}

void LocalSubscription::SetWanted(const fanout::WantedLayers& wanted) {
  const std::vector<uint32_t> again = gate_.SetWanted(wanted);
  publication_->SetWanted(*this, wanted);
  for (uint32_t track_id : again) publication_->RequestKeyFrame(track_id);
}

void LocalSubscription::OnItems(std::span<const fanout::Item> items) {
  const auto on_items = on_items_;        // this may be gone after the call,
  const auto publication = publication_;  // and with it the last reference to what calls here
  std::vector<fanout::Item> taken;
  for (const fanout::Item& item : items) {
    if (Takes(item)) taken.push_back(item);
  }
  if (!taken.empty()) on_items(taken);
}

bool LocalSubscription::Takes(const fanout::Item& item) {
  if (const auto* clock = std::get_if<rtp::ClockReport>(&item)) return Wants(clock->track_id);
  if (const auto* description = std::get_if<fanout::DescriptionPtr>(&item)) {
    gate_.OnDescription(**description);
  }
  const auto* packet = std::get_if<rtp::PacketPtr>(&item);
  if (packet == nullptr) return true;
  if (!Wants((*packet)->track_id)) return false;
  const media::Track* track = publication_->description()->FindTrack((*packet)->track_id);
  const bool video = track != nullptr && track->kind == media::MediaKind::kVideo;
  return !video || gate_.Passes(**packet);
}

bool LocalSubscription::Wants(uint32_t track_id) const {
  return track_ids_.empty() || track_ids_.contains(track_id);
}

}  // namespace sluice::relay
