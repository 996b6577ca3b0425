#include "services/ingest/status_map.h"

#include "libs/rtmp/command.h"

namespace sluice::ingest {

namespace codes = rtmp::status_code;

std::string_view PublishCode(const absl::Status& status) {
  switch (status.code()) {
    case absl::StatusCode::kAlreadyExists:
    case absl::StatusCode::kInvalidArgument:
      return codes::kPublishBadName;
    case absl::StatusCode::kPermissionDenied:
    case absl::StatusCode::kUnauthenticated:
      return codes::kPublishDenied;
    default:
      return codes::kPublishFailed;
  }
}

std::string_view PlayCode(const absl::Status& status) {
  switch (status.code()) {
    case absl::StatusCode::kNotFound:
    case absl::StatusCode::kInvalidArgument:
      return codes::kPlayStreamNotFound;
    default:
      return codes::kPlayFailed;
  }
}

}  // namespace sluice::ingest
