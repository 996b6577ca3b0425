#include "services/signalling-gateway/status_map.h"

#include "libs/wcs/info.h"

namespace sluice::signalling_gateway {
namespace {

using wcs::StreamStatus;

FinalStatus Failed(std::string_view info) { return {StreamStatus::kFailed, std::string(info)}; }
FinalStatus Stopped(std::string_view info) { return {StreamStatus::kStopped, std::string(info)}; }

}  // namespace

FinalStatus FromError(const absl::Status& error) {
  switch (error.code()) {
    case absl::StatusCode::kNotFound:
      return Failed(wcs::info::kStreamNotFound);
    case absl::StatusCode::kAlreadyExists:
      return Failed(wcs::info::kMediaSessionIdAlreadyInUse);
    case absl::StatusCode::kFailedPrecondition:
      return Failed(wcs::info::kNoCommonCodecs);
    case absl::StatusCode::kPermissionDenied:
      return Failed(wcs::info::kRestrictedAccess);
    default:
      // The SDK has no text for these: what the node says helps more than "Failed by error".
      return error.message().empty()
                 ? Failed(wcs::info::kFailedByError)
                 : FinalStatus{StreamStatus::kFailed, std::string(error.message())};
  }
}

FinalStatus FromEnd(v1::EndReason reason, bool played) {
  switch (reason) {
    case v1::END_REASON_CLOSED:
      return Stopped(wcs::info::kStoppedByUser);
    case v1::END_REASON_PUBLISHER_STOPPED:
      return Stopped(wcs::info::kStoppedByPublisherStop);
    case v1::END_REASON_ICE_TIMEOUT:
      return Failed(played ? wcs::info::kFailedByIceKeepAlive : wcs::info::kFailedByIceTimeout);
    case v1::END_REASON_DTLS_ERROR:
      return Failed(wcs::info::kFailedByDtlsError);
    case v1::END_REASON_FINGERPRINT_MISMATCH:
      return Failed(wcs::info::kFailedByDtlsFingerprintError);
    case v1::END_REASON_STREAM_FAILED:
    case v1::END_REASON_NODE_DRAINED:
      return Failed(wcs::info::kStreamFailed);
    default:
      return Failed(wcs::info::kFailedByError);
  }
}

}  // namespace sluice::signalling_gateway
