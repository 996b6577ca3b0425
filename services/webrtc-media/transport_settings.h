// What the offer/answer has settled about the way to one peer, as the worker needs it.
#pragma once

#include <cstdint>
#include <string>

#include "libs/dtls/certificate.h"

namespace sluice::webrtc_media {

struct TransportSettings {
  std::string session_id;   // unique on the node
  std::string cname;        // RTCP, ours, the same for all tracks
  std::string local_ufrag;  // unique on the node: checks find their session by it
  std::string local_password;
  std::string remote_ufrag;
  std::string remote_password;
  dtls::Fingerprint fingerprint;  // of the peer's certificate
};

// Why a session ended; proto's EndReason has the same meanings.
enum class EndReason : uint8_t {
  kClosed,  // by us on request, or by the peer's DTLS close or RTCP BYE
  kPublisherStopped,
  kIceTimeout,  // no valid check in time, or none any more
  kDtlsError,
  kFingerprintMismatch,
  kStreamFailed,  // the feed broke
  kNodeDrained,
  kReplaced,  // a publisher: another one goes on with its stream
  kNameLost,  // a publisher: the directory gave the name to an older claim
  kNoMedia,   // a publisher: nothing has come for too long
};

}  // namespace sluice::webrtc_media
