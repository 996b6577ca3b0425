// What a media node tells of a session, in the words of WCS. One direction of one mapping.
#pragma once

#include <optional>

#include "libs/wcs/stream_news.h"
#include "sluice/v1/webrtc.pb.h"

namespace sluice::signalling_gateway {

// nullopt: there is nothing but the state.
std::optional<wcs::StreamNews> NewsOf(const v1::SessionEvent& event);

}  // namespace sluice::signalling_gateway
