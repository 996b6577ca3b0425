// Which node is to serve a player.
#pragma once

#include "libs/directory/directory.h"

namespace sluice::directory {

// So much busier may the owner of a stream be before another node fetches it from there.
inline constexpr double kWorthAHop = 0.25;

// As Directory::ChooseNode() with `stream` preferred, unless the node that it would be is a
// stream's owner whose load is more than kWorthAHop above the least: any other may fetch the
// stream. nullptr: none is ready.
NodePtr ChoosePlayerNode(const Directory& directory, std::string_view service,
                         const media::StreamKey& stream);

}  // namespace sluice::directory
