// What onMetaData tells RTMP players about a stream.
#pragma once

#include "libs/amf/value.h"
#include "libs/media/track.h"

namespace sluice::ingest {

// nullptr: the stream has no such track.
amf::EcmaArray PlayMetadata(const media::Track* video, const media::Track* audio);

}  // namespace sluice::ingest
