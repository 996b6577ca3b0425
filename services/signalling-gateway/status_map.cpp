#include "services/signalling-gateway/status_map.h"

#include "libs/wcs/info.h"

namespace sluice::signalling_gateway {
namespace {

using wcs::StreamStatus;

FinalStatus Failed(std::string_view info) { return {StreamStatus::kFailed, std::string(info)}; }
FinalStatus Stopped(std::string_view info) { return {StreamStatus::kStopped, std::string(info)}; }

// Of the ends that are failures, whichever way the media went.
std::string_view TextOf(v1::EndReason reason, bool started) {
  switch (reason) {
    case v1::END_REASON_ICE_TIMEOUT:
      return started ? wcs::info::kFailedByIceKeepAlive : wcs::info::kFailedByIceTimeout;
    case v1::END_REASON_DTLS_ERROR:
      return wcs::info::kFailedByDtlsError;
    case v1::END_REASON_FINGERPRINT_MISMATCH:
      return wcs::info::kFailedByDtlsFingerprintError;
    case v1::END_REASON_NO_MEDIA:
      return wcs::info::kFailedByRtpActivity;
    case v1::END_REASON_STREAM_FAILED:
    case v1::END_REASON_NODE_DRAINED:
      return wcs::info::kStreamFailed;
    default:
      return wcs::info::kFailedByError;
  }
}

}  // namespace

FinalStatus FromError(const absl::Status& error) {
  switch (error.code()) {
    case absl::StatusCode::kNotFound:
      return Failed(wcs::info::kStreamNotFound);
    case absl::StatusCode::kAborted:
      return Failed(wcs::info::kStreamNameAlreadyInUse);
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

FinalStatus FromPublisherEnd(v1::EndReason reason, bool started) {
  switch (reason) {
    case v1::END_REASON_CLOSED:
    case v1::END_REASON_PUBLISHER_STOPPED:
      return {StreamStatus::kUnpublished, std::string(wcs::info::kStoppedByUser)};
    case v1::END_REASON_REPLACED:
    case v1::END_REASON_NAME_LOST:
      return Failed(wcs::info::kStreamNameAlreadyInUse);
    default:
      return Failed(TextOf(reason, started));
  }
}

FinalStatus FromPlayerEnd(v1::EndReason reason, bool started) {
  switch (reason) {
    case v1::END_REASON_CLOSED:
      return Stopped(wcs::info::kStoppedByUser);
    case v1::END_REASON_PUBLISHER_STOPPED:
      return Stopped(wcs::info::kStoppedByPublisherStop);
    default:
      return Failed(TextOf(reason, started));
  }
}

}  // namespace sluice::signalling_gateway
