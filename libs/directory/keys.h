// The layout of the directory in etcd.
#pragma once

#include <optional>
#include <string>
#include <string_view>

#include "libs/media/track.h"

namespace sluice::directory {

inline constexpr std::string_view kRoot = "/sluice/v1/";

struct NodeName {
  std::string service;
  std::string id;

  friend bool operator==(const NodeName&, const NodeName&) = default;
};

//   /sluice/v1/nodes/<service>/<id>
//   /sluice/v1/streams/<name>
//   /sluice/v1/streams/<name>/r/<profile>
// where service, id, name and profile are percent-encoded: all bytes but A-Z a-z 0-9 - . _ ~ become
// %XX with upper-case digits (RFC 3986 §2.1, §6.2.2). So a name may contain "/r/" itself.
std::string NodePath(const NodeName& node);
std::string StreamPath(const media::StreamKey& key);

// nullopt: not such a path, or not encoded exactly as above (one thing has one path), or not a
// valid stream name; service, id and profile have 1 to 255 bytes.
std::optional<NodeName> ParseNodePath(std::string_view path);
std::optional<media::StreamKey> ParseStreamPath(std::string_view path);

// The first key after all that begin with `prefix`, which is not empty and does not end in 0xff.
std::string EndOfPrefix(std::string_view prefix);

}  // namespace sluice::directory
