#include "libs/fanout/wanted_layers.h"

#include <algorithm>
#include <utility>

namespace sluice::fanout {

WantedLayers Union(const std::vector<const WantedLayers*>& subscribers) {
  WantedLayers all;
  if (subscribers.empty()) return all;
  all = *subscribers.front();
  for (const WantedLayers* subscriber : subscribers) {
    std::erase_if(all.unwanted, [&](uint32_t id) { return !subscriber->unwanted.contains(id); });
    const bool unlimited = all.bitrate_bps == 0 || subscriber->bitrate_bps == 0;
    all.bitrate_bps = unlimited ? 0 : std::max(all.bitrate_bps, subscriber->bitrate_bps);
  }
  return all;
}

std::vector<uint32_t> LayerGate::SetWanted(WantedLayers wanted) {
  std::vector<uint32_t> again;
  for (uint32_t id : wanted_.unwanted) {
    if (!wanted.unwanted.contains(id)) again.push_back(id);
  }
  waiting_.insert(again.begin(), again.end());
  wanted_ = std::move(wanted);
  return again;
}

bool LayerGate::Passes(const rtp::Packet& packet) {
  if (wanted_.unwanted.empty() && waiting_.empty()) return true;
  if (wanted_.unwanted.contains(packet.track_id)) return false;
  const auto waiting = waiting_.find(packet.track_id);
  if (waiting == waiting_.end()) return true;
  if (!packet.role.key_frame || !packet.role.starts_access_unit) return false;
  waiting_.erase(waiting);
  return true;
}

void LayerGate::OnDescription(const media::StreamDescription& description) {
  std::erase_if(waiting_, [&](uint32_t id) { return description.FindTrack(id) == nullptr; });
}

}  // namespace sluice::fanout
