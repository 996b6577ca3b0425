#include "services/ingest/stream_messages.h"

#include "libs/amf/amf0.h"
#include "libs/rtmp/command.h"

namespace sluice::ingest {

void StreamMessages::SetMetadata(const std::string& name, const amf::Value& metadata) {
  if (amf::SerializeValues({metadata}).size() > rtmp::kMaxCommandLength) return;
  metadata_[name] = metadata;
  auto listener = listeners_.find(name);
  if (listener != listeners_.end()) listener->second->OnMetadata(metadata);
}

void StreamMessages::Push(const std::string& name, const std::vector<amf::Value>& values) {
  auto listener = listeners_.find(name);
  if (listener == listeners_.end()) return;
  Bytes bytes = amf::SerializeValues(values);
  if (bytes.size() <= rtmp::kMaxCommandLength) listener->second->OnData(bytes);
}

void StreamMessages::TakeOver(const std::string& name) {
  metadata_.erase(name);
  auto listener = listeners_.find(name);
  if (listener != listeners_.end()) listener->second->OnTakenOver();
}

void StreamMessages::Forget(const std::string& name) { metadata_.erase(name); }

void StreamMessages::Attach(const std::string& name, Listener& listener) {
  listeners_[name] = &listener;
  auto metadata = metadata_.find(name);
  if (metadata != metadata_.end()) listener.OnMetadata(metadata->second);
}

void StreamMessages::Detach(const std::string& name, Listener& listener) {
  auto found = listeners_.find(name);
  if (found != listeners_.end() && found->second == &listener) listeners_.erase(found);
}

}  // namespace sluice::ingest
