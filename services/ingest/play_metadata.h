// What onMetaData tells RTMP players about a stream.
#pragma once

#include "libs/amf/value.h"
#include "libs/media/track.h"

namespace sluice::ingest {

// What we know of the tracks, and what the publisher said besides: of what both say, ours stands.
//   publisher: its onMetaData; undefined if there was none. video, audio: nullptr if the stream has
//   no such track.
amf::EcmaArray PlayMetadata(const amf::Value& publisher, const media::Track* video,
                            const media::Track* audio);

}  // namespace sluice::ingest
