// absl::Status as HTTP answers. The only place where the one becomes the other.
#pragma once

#include "absl/status/status.h"
#include "libs/http/message.h"

namespace sluice::http_gateway {

// An error of WebRtc.CreatePlayer or CloseSession as WHEP answers it: 404 no such stream or
// session, 400 unusable offer, 406 no common codecs, 409 id in use, 503 no media node, 504 it did
// not answer.
http::Response WhepProblem(const absl::Status& status);

}  // namespace sluice::http_gateway
