#include "services/webrtc-media/answer_settings.h"

#include <algorithm>

#include "services/webrtc-media/candidates.h"

namespace sluice::webrtc_media {
namespace {

constexpr size_t kMaxSessionId = 128;

}  // namespace

std::vector<sdp::Candidate> CandidatesOf(const NodeIdentity& identity, const Worker& worker,
                                         v1::IceTransport transport) {
  const std::vector<net::SocketAddress> addresses =
      identity.advertise.empty() ? LocalAddresses() : identity.advertise;
  return MakeCandidates(addresses, ToCandidatePort(worker, transport));
}

sdp::AnswerSettings MakeAnswerSettings(const NodeIdentity& identity, const Worker& worker,
                                       v1::IceTransport transport, RandomSource& random) {
  sdp::AnswerSettings ours;
  ours.ice_ufrag = random.NextHex(8);
  ours.ice_password = random.NextHex(16);
  ours.fingerprint = identity.fingerprint;
  ours.candidates = CandidatesOf(identity, worker, transport);
  ours.cname = random.NextHex(8);
  ours.stream_id = random.NextUuid();
  return ours;
}

bool IsValidSessionId(std::string_view id) {
  return !id.empty() && id.size() <= kMaxSessionId &&
         std::all_of(id.begin(), id.end(), [](char c) { return c > ' ' && c <= '~'; });
}

}  // namespace sluice::webrtc_media
