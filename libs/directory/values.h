// The values of the directory: serialised protobuf messages, checked against their keys.
#pragma once

#include <string>
#include <string_view>

#include "absl/status/statusor.h"
#include "libs/directory/directory.h"
#include "libs/directory/keys.h"

namespace sluice::directory {

// A path with what stands there, as read from the shared directory.
struct PathValue {
  std::string path;
  std::string value;
};

// nullptr: not a message, over kMaxValueBytes, or its own names are not those of its key.
NodePtr ParseNode(const NodeName& name, std::string_view value);
StreamPtr ParseStream(const media::StreamKey& key, std::string_view value);

// InvalidArgument: not a valid stream name, or the value is over kMaxValueBytes.
absl::StatusOr<PathValue> SerializeNode(const v1::Node& node);
absl::StatusOr<PathValue> SerializeStream(const v1::StreamEntry& entry);

}  // namespace sluice::directory
