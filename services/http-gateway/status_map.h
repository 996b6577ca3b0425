// absl::Status as HTTP answers. The only place where the one becomes the other.
#pragma once

#include "absl/status/status.h"
#include "libs/http/message.h"

namespace sluice::http_gateway {

// An error of WebRtc.CreatePlayer, CreatePublisher, CloseSession or SelectLayers as WHIP, WHEP and
// REST answer it: 404 no such stream or session, 400 unusable offer, 403 this client may not, 406
// no common codecs, 409 name or id in use, 503 no media node, 504 it did not answer.
http::Response SessionProblem(const absl::Status& status);

// An error of WebRtc.PatchSession (RFC 9725 §4.3): as SessionProblem(), but 412 the precondition
// does not hold.
http::Response PatchProblem(const absl::Status& status);

}  // namespace sluice::http_gateway
