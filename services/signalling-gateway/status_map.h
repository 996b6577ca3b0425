// Errors and ends of publishers and players as stream statuses of WCS. The only place where the one
// becomes the other.
#pragma once

#include <string>

#include "absl/status/status.h"
#include "libs/wcs/stream_object.h"
#include "sluice/v1/webrtc.pb.h"

namespace sluice::signalling_gateway {

struct FinalStatus {
  wcs::StreamStatus status = wcs::StreamStatus::kFailed;
  std::string info;  // a text of libs/wcs/info.h where there is one
};

// An error of WebRtc.CreatePublisher or CreatePlayer, or of the choice of a node.
FinalStatus FromError(const absl::Status& error);
// The end of a session; `started`: it has had media.
FinalStatus FromPublisherEnd(v1::EndReason reason, bool started);
FinalStatus FromPlayerEnd(v1::EndReason reason, bool started);

}  // namespace sluice::signalling_gateway
