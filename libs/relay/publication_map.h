// A publication as others see it: its entry in the directory and its status. The only place.
#pragma once

#include "libs/fanout/publication.h"
#include "sluice/v1/status.pb.h"
#include "sluice/v1/stream.pb.h"

namespace sluice::relay {

// For Directory::ClaimStream() and UpdateStream(), which fill in node and incarnation.
v1::StreamEntry EntryOf(const fanout::Publication& publication);

// With the rates of the last second.
v1::StreamStatus StatusOf(const fanout::Publication& publication);

}  // namespace sluice::relay
