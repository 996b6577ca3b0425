#include "services/signalling-gateway/status_map.h"

#include <catch2/catch.hpp>

namespace sluice::signalling_gateway {
namespace {

using wcs::StreamStatus;

TEST_CASE("errors of a node become the texts that the SDK compares") {
  CHECK(FromError(absl::NotFoundError("x")).info == "Stream not found");
  CHECK(FromError(absl::AlreadyExistsError("x")).info == "MediaSessionId is already in use");
  CHECK(FromError(absl::FailedPreconditionError("x")).info == "No common codecs");
  CHECK(FromError(absl::PermissionDeniedError("x")).info == "Restricted access");
  CHECK(FromError(absl::InternalError("")).info == "Failed by error");
  CHECK(FromError(absl::UnavailableError("No media node is ready")).info ==
        "No media node is ready");
  CHECK(FromError(absl::NotFoundError("x")).status == StreamStatus::kFailed);
}

TEST_CASE("a player that ends as it should is STOPPED, otherwise FAILED") {
  for (bool played : {false, true}) {
    CHECK(FromEnd(v1::END_REASON_CLOSED, played).status == StreamStatus::kStopped);
    CHECK(FromEnd(v1::END_REASON_CLOSED, played).info == "Stopped by user");
    CHECK(FromEnd(v1::END_REASON_PUBLISHER_STOPPED, played).status == StreamStatus::kStopped);
    CHECK(FromEnd(v1::END_REASON_PUBLISHER_STOPPED, played).info == "Stopped by publisher stop");
    CHECK(FromEnd(v1::END_REASON_DTLS_ERROR, played).info == "Failed by DTLS error");
    CHECK(FromEnd(v1::END_REASON_STREAM_FAILED, played).info == "Stream failed");
    CHECK(FromEnd(v1::END_REASON_NODE_DRAINED, played).info == "Stream failed");
    CHECK(FromEnd(v1::END_REASON_UNSPECIFIED, played).info == "Failed by error");
  }
  CHECK(FromEnd(v1::END_REASON_ICE_TIMEOUT, false).info == "Failed by ICE timeout");
  CHECK(FromEnd(v1::END_REASON_ICE_TIMEOUT, true).info == "Failed by ICE keep alive");
  CHECK(FromEnd(v1::END_REASON_FINGERPRINT_MISMATCH, false).info ==
        "Failed by DTLS fingerprint error");
  for (int reason = v1::EndReason_MIN; reason <= v1::EndReason_MAX; ++reason) {
    CHECK(wcs::IsFinal(FromEnd(static_cast<v1::EndReason>(reason), false).status));
  }
}

}  // namespace
}  // namespace sluice::signalling_gateway
