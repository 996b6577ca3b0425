#include "libs/directory/values.h"

#include "libs/fanout/description_map.h"

namespace sluice::directory {
namespace {

absl::StatusOr<PathValue> Serialize(std::string path,
                                    const google::protobuf::MessageLite& message) {
  PathValue result{std::move(path), message.SerializeAsString()};
  if (result.value.size() > kMaxValueBytes) {
    return absl::InvalidArgumentError("the directory entry is too large");
  }
  return result;
}

template <typename Message>
std::shared_ptr<Message> Parse(std::string_view value) {
  if (value.size() > kMaxValueBytes) return nullptr;
  auto message = std::make_shared<Message>();
  if (!message->ParseFromArray(value.data(), static_cast<int>(value.size()))) return nullptr;
  return message;
}

}  // namespace

NodePtr ParseNode(const NodeName& name, std::string_view value) {
  auto node = Parse<v1::Node>(value);
  if (!node || node->id() != name.id || node->service() != name.service) return nullptr;
  return node;
}

StreamPtr ParseStream(const media::StreamKey& key, std::string_view value) {
  auto entry = Parse<v1::StreamEntry>(value);
  if (!entry || fanout::FromProto(entry->key()) != key || entry->node_id().empty()) return nullptr;
  return entry;
}

absl::StatusOr<PathValue> SerializeNode(const v1::Node& node) {
  return Serialize(NodePath({node.service(), node.id()}), node);
}

absl::StatusOr<PathValue> SerializeStream(const v1::StreamEntry& entry) {
  const media::StreamKey key = fanout::FromProto(entry.key());
  if (!media::IsValidStreamName(key.name) || key.rendition.size() > 255) {
    return absl::InvalidArgumentError(
        "not a stream name: 1 to 255 bytes of UTF-8 without control characters");
  }
  return Serialize(StreamPath(key), entry);
}

}  // namespace sluice::directory
