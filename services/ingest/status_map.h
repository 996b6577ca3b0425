// absl::Status to RTMP's status codes: the only place.
#pragma once

#include <string_view>

#include "absl/status/status.h"

namespace sluice::ingest {

// The code of onStatus for a publish or a play that failed with `status`.
std::string_view PublishCode(const absl::Status& status);
std::string_view PlayCode(const absl::Status& status);

}  // namespace sluice::ingest
