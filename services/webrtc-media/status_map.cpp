#include "services/webrtc-media/status_map.h"

#include <array>

namespace sluice::webrtc_media {
namespace {

struct Names {
  v1::EndReason proto;
  std::string_view name;
};
// In the order of EndReason.
constexpr std::array<Names, kEndReasons> kNames = {{
    {v1::END_REASON_CLOSED, "closed"},
    {v1::END_REASON_PUBLISHER_STOPPED, "publisher-stopped"},
    {v1::END_REASON_ICE_TIMEOUT, "ice-timeout"},
    {v1::END_REASON_DTLS_ERROR, "dtls-error"},
    {v1::END_REASON_FINGERPRINT_MISMATCH, "fingerprint-mismatch"},
    {v1::END_REASON_STREAM_FAILED, "stream-failed"},
    {v1::END_REASON_NODE_DRAINED, "node-drained"},
    {v1::END_REASON_REPLACED, "replaced"},
    {v1::END_REASON_NAME_LOST, "name-lost"},
    {v1::END_REASON_NO_MEDIA, "no-media"},
}};
static_assert(static_cast<size_t>(EndReason::kNoMedia) + 1 == kEndReasons);

}  // namespace

v1::EndReason ToProto(EndReason reason) { return kNames[static_cast<size_t>(reason)].proto; }
std::string_view EndReasonName(EndReason reason) {
  return kNames[static_cast<size_t>(reason)].name;
}

}  // namespace sluice::webrtc_media
