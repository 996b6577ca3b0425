#include "libs/directory/player_node.h"

namespace sluice::directory {

NodePtr ChoosePlayerNode(const Directory& directory, std::string_view service,
                         const media::StreamKey& stream) {
  NodePtr chosen = directory.ChooseNode(service, &stream);
  const StreamPtr entry = directory.FindStream(stream);
  const bool is_owner = chosen != nullptr && entry != nullptr && entry->node_id() == chosen->id();
  if (!is_owner) return chosen;
  NodePtr idle = directory.ChooseNode(service, nullptr);
  return idle != nullptr && chosen->load() > idle->load() + kWorthAHop ? idle : chosen;
}

}  // namespace sluice::directory
