#include "services/signalling-gateway/status_map.h"

#include <catch2/catch.hpp>

namespace sluice::signalling_gateway {
namespace {

using wcs::StreamStatus;

TEST_CASE("errors of a node become the texts that the SDK compares") {
  CHECK(FromError(absl::NotFoundError("x")).info == "Stream not found");
  CHECK(FromError(absl::AlreadyExistsError("x")).info == "MediaSessionId is already in use");
  CHECK(FromError(absl::AbortedError("x")).info == "Stream name is already in use");
  CHECK(FromError(absl::FailedPreconditionError("x")).info == "No common codecs");
  CHECK(FromError(absl::PermissionDeniedError("x")).info == "Restricted access");
  CHECK(FromError(absl::InternalError("")).info == "Failed by error");
  CHECK(FromError(absl::UnavailableError("No media node is ready")).info ==
        "No media node is ready");
  CHECK(FromError(absl::NotFoundError("x")).status == StreamStatus::kFailed);
}

TEST_CASE("a player that ends as it should is STOPPED, otherwise FAILED") {
  for (bool played : {false, true}) {
    CHECK(FromPlayerEnd(v1::END_REASON_CLOSED, played).status == StreamStatus::kStopped);
    CHECK(FromPlayerEnd(v1::END_REASON_CLOSED, played).info == "Stopped by user");
    CHECK(FromPlayerEnd(v1::END_REASON_PUBLISHER_STOPPED, played).status == StreamStatus::kStopped);
    CHECK(FromPlayerEnd(v1::END_REASON_PUBLISHER_STOPPED, played).info ==
          "Stopped by publisher stop");
    CHECK(FromPlayerEnd(v1::END_REASON_DTLS_ERROR, played).info == "Failed by DTLS error");
    CHECK(FromPlayerEnd(v1::END_REASON_STREAM_FAILED, played).info == "Stream failed");
    CHECK(FromPlayerEnd(v1::END_REASON_NODE_DRAINED, played).info == "Stream failed");
    CHECK(FromPlayerEnd(v1::END_REASON_UNSPECIFIED, played).info == "Failed by error");
  }
  CHECK(FromPlayerEnd(v1::END_REASON_ICE_TIMEOUT, false).info == "Failed by ICE timeout");
  CHECK(FromPlayerEnd(v1::END_REASON_ICE_TIMEOUT, true).info == "Failed by ICE keep alive");
  CHECK(FromPlayerEnd(v1::END_REASON_FINGERPRINT_MISMATCH, false).info ==
        "Failed by DTLS fingerprint error");
  for (int reason = v1::EndReason_MIN; reason <= v1::EndReason_MAX; ++reason) {
    CHECK(wcs::IsFinal(FromPlayerEnd(static_cast<v1::EndReason>(reason), false).status));
  }
}

TEST_CASE("a publisher that ends as it should is UNPUBLISHED, otherwise FAILED") {
  CHECK(FromPublisherEnd(v1::END_REASON_CLOSED, true).status == StreamStatus::kUnpublished);
  CHECK(FromPublisherEnd(v1::END_REASON_CLOSED, true).info == "Stopped by user");
  struct Case {
    v1::EndReason reason;
    bool started;
    const char* info;
  };
  for (const Case& c :
       {Case{v1::END_REASON_REPLACED, true, "Stream name is already in use"},
        Case{v1::END_REASON_NAME_LOST, true, "Stream name is already in use"},
        Case{v1::END_REASON_NO_MEDIA, true, "Failed by RTP activity"},
        Case{v1::END_REASON_ICE_TIMEOUT, false, "Failed by ICE timeout"},
        Case{v1::END_REASON_ICE_TIMEOUT, true, "Failed by ICE keep alive"},
        Case{v1::END_REASON_DTLS_ERROR, false, "Failed by DTLS error"},
        Case{v1::END_REASON_FINGERPRINT_MISMATCH, false, "Failed by DTLS fingerprint error"},
        Case{v1::END_REASON_NODE_DRAINED, true, "Stream failed"},
        Case{v1::END_REASON_UNSPECIFIED, true, "Failed by error"}}) {
    FinalStatus end = FromPublisherEnd(c.reason, c.started);
    CHECK(end.status == StreamStatus::kFailed);
    CHECK(end.info == c.info);
  }
}

}  // namespace
}  // namespace sluice::signalling_gateway
