// This service's words and the protobuf messages, the only place.
#pragma once

#include "services/webrtc-media/player_settings.h"
#include "sluice/v1/webrtc.pb.h"

namespace sluice::webrtc_media {

v1::EndReason ToProto(EndReason reason);
// "publisher-stopped": in logs and as a metric's label.
std::string_view EndReasonName(EndReason reason);
inline constexpr size_t kEndReasons = 10;

}  // namespace sluice::webrtc_media
