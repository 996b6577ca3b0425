// Streams and players of the suite as stream objects of WCS.
#pragma once

#include <vector>

#include "libs/wcs/stream_object.h"
#include "services/http-gateway/suite_status.h"

namespace sluice::http_gateway {

// A "publish" entry for each stream (renditions are not streams of users), then a "play" entry for
// each player.
std::vector<wcs::StreamObject> ToStreamObjects(const SuitePicture& picture);

}  // namespace sluice::http_gateway
