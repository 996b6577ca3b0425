// What a client of WCS asks for, as a request to a media node. One direction of one mapping.
#pragma once

#include <string>

#include "services/signalling-gateway/media_sessions.h"
#include "sluice/v1/webrtc.pb.h"

namespace sluice::signalling_gateway {

v1::CreatePublisherRequest ToCreatePublisher(const MediaRequest& request,
                                             const MediaSessionsOptions& options);
v1::CreatePlayerRequest ToCreatePlayer(const MediaRequest& request,
                                       const MediaSessionsOptions& options);

}  // namespace sluice::signalling_gateway
