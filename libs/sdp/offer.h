// What an offer says about its transport and which of its m-lines we can answer.
#pragma once

#include <string>
#include <string_view>

#include "absl/status/statusor.h"
#include "libs/sdp/answer.h"

namespace sluice::sdp {

// What the offerer wants of us.
enum class OfferKind : uint8_t {
  kPlayer,     // to receive
  kPublisher,  // to send
};

// An audio or video m-line that wants to receive (players) or to send (publishers) and is not
// rejected by its own offerer.
bool WantsMedia(OfferKind kind, const MediaSection& section);

// Whether a section shares the transport of the first one that wants media.
bool SharesTransport(OfferKind kind, const SessionDescription& offer, const MediaSection& section);

// RFC 8839 §5.4. InvalidArgument, naming `what` ("offer"): missing, or of wrong length.
absl::Status CheckCredentials(std::string_view what, const std::string& ufrag,
                              const std::string& password);

// Of the first m-line that wants media. InvalidArgument, saying what is wrong: no m-line, no audio
// or video that is to be received or sent, no ICE credentials, no sha-256 fingerprint, no rtcp-mux,
// setup:passive.
absl::StatusOr<RemoteTransport> ReadRemoteTransport(OfferKind kind,
                                                    const SessionDescription& offer);

}  // namespace sluice::sdp
