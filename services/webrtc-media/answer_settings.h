// What this node brings into every answer.
#pragma once

#include <string>
#include <vector>

#include "libs/base/random.h"
#include "libs/net/socket_address.h"
#include "libs/sdp/answer.h"
#include "services/webrtc-media/ice_transport.h"
#include "services/webrtc-media/worker.h"

namespace sluice::webrtc_media {

struct NodeIdentity {
  std::string fingerprint;  // of our certificate, "sha-256 AB:..."
  // Where clients outside reach us; empty = this host's addresses, read anew for each answer.
  std::vector<net::SocketAddress> advertise;
};

// For one session on `worker`, with an ICE ufrag and password of its own.
sdp::AnswerSettings MakeAnswerSettings(const NodeIdentity& identity, const Worker& worker,
                                       v1::IceTransport transport, RandomSource& random);
std::vector<sdp::Candidate> CandidatesOf(const NodeIdentity& identity, const Worker& worker,
                                         v1::IceTransport transport);

// 1..128 printable characters.
bool IsValidSessionId(std::string_view id);

}  // namespace sluice::webrtc_media
