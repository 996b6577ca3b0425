// The ICE session of a peer as its gateway sees it: credentials, and their ETag.
#pragma once

#include <cstddef>
#include <string>

#include "libs/sdp/answer.h"
#include "sluice/v1/webrtc.pb.h"

namespace sluice::webrtc_media {

struct IceCredentials {
  std::string local_ufrag;
  std::string local_password;
  std::string remote_ufrag;
  std::string remote_password;
  v1::IceTransport transport = v1::ICE_TRANSPORT_ANY;  // of our candidates
};

// Another one after each ICE restart (RFC 9725 §4.3.1): a hash of our credentials, 16 hex digits.
std::string EtagOf(const IceCredentials& credentials);

// What a gateway gets for an offer.
struct SessionAnswer {
  std::string sdp;
  std::string etag;
};

}  // namespace sluice::webrtc_media
