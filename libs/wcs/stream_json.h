// Private to libs/wcs: the stream object as JSON.
#pragma once

#include "libs/wcs/json.h"
#include "libs/wcs/stream_object.h"

namespace sluice::wcs {

nlohmann::json StreamJson(const StreamObject& stream);

}  // namespace sluice::wcs
