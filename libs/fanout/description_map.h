// Tracks and stream keys between the model and the protobuf messages, both ways, the only place.
#pragma once

#include "libs/media/track.h"
#include "sluice/v1/stream.pb.h"

namespace sluice::fanout {

v1::Track ToProto(const media::Track& track);
v1::StreamDescription ToProto(const media::StreamDescription& description);
v1::StreamKey ToProto(const media::StreamKey& key);

// Values unknown to this version become kUnknown.
media::Track FromProto(const v1::Track& track);
media::StreamDescription FromProto(const v1::StreamDescription& description);
media::StreamKey FromProto(const v1::StreamKey& key);

}  // namespace sluice::fanout
