#include "libs/directory/player_node.h"

namespace sluice::directory {

NodePtr ChoosePlayerNode(const Directory& directory, std::string_view service,
                         const media::StreamKey& stream) {
  NodePtr holder = directory.ChooseNode(service, &stream);
  NodePtr idle = directory.ChooseNode(service, nullptr);
  const bool too_busy =
      holder != nullptr && idle != nullptr && holder->load() > idle->load() + kWorthAHop;
  return too_busy ? idle : holder;
}

}  // namespace sluice::directory
