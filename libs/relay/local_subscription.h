// A relay's way to a publication of the same daemon.
#pragma once

#include <functional>
#include <memory>
#include <set>
#include <span>
#include <vector>

#include "libs/fanout/publication.h"

namespace sluice::relay {

// Gives what a SubscriptionConnection would give, without gRPC, socket and copies. Loop thread
// only.
class LocalSubscription final : private fanout::Sink {
 public:
  // track_ids: only these; empty = all. on_items: as of SubscriptionConnection; may delete this.
  LocalSubscription(std::shared_ptr<fanout::Publication> publication,
                    const std::vector<uint32_t>& track_ids,
                    std::function<void(std::span<const fanout::Item>)> on_items);
  ~LocalSubscription() override;

  // The first items come in here. This may be deleted when it returns.
  void Attach();
  void RequestKeyFrame(uint32_t track_id) { publication_->RequestKeyFrame(track_id); }
  void SetWanted(const fanout::WantedLayers& wanted);

 private:
  void OnItems(std::span<const fanout::Item> items) override;
  bool Takes(const fanout::Item& item);
  bool Wants(uint32_t track_id) const;

  std::shared_ptr<fanout::Publication> publication_;
  std::set<uint32_t> track_ids_;
  std::function<void(std::span<const fanout::Item>)> on_items_;
  fanout::LayerGate gate_;
};

}  // namespace sluice::relay
