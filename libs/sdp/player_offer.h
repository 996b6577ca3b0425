// What a player's offer says about its transport and which of its m-lines we can answer.
#pragma once

#include <string_view>

#include "absl/status/statusor.h"
#include "libs/sdp/player_answer.h"

namespace sluice::sdp {

// An audio or video m-line that wants to receive and is not rejected by its own offerer.
bool WantsMedia(const MediaSection& section);

// Whether a section shares the transport of the first one that wants media.
bool SharesTransport(const SessionDescription& offer, const MediaSection& section);

// Of the first m-line that wants media. Errors as CheckPlayerOffer().
absl::StatusOr<RemoteTransport> ReadRemoteTransport(const SessionDescription& offer);

}  // namespace sluice::sdp
