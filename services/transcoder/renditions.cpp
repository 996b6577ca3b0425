#include "services/transcoder/renditions.h"

#include <utility>

#include "libs/base/status_macros.h"
#include "libs/base/text.h"
#include "libs/fanout/description_map.h"

namespace sluice::transcoder {
namespace {

constexpr char kOpusProfile[] = "opus";

}  // namespace

Renditions::~Renditions() {
  *alive_ = false;
  renditions_.clear();  // each tells OnEnded(), which uses this
}

void Renditions::Start(const v1::StartRenditionRequest& request, const OnAnswer& on_answer) {
  if (request.profile() != kOpusProfile) {
    return on_answer(
        absl::InvalidArgumentError(StrCat("there is no profile \"", request.profile(), "\"")));
  }
  media::StreamKey key{request.stream_name(), request.profile()};
  absl::StatusOr<Rendition*> rendition = FindOrMake(key);
  if (!rendition.ok()) {
    ++context_.counters.renditions_refused;
    return on_answer(rendition.status());
  }
  (*rendition)->WhenStarted([this, key, on_answer](const absl::Status& status) {
    on_answer(AnswerFor(key, status));
  });
}

absl::StatusOr<Rendition*> Renditions::FindOrMake(const media::StreamKey& key) {
  auto found = renditions_.find(key);
  if (found != renditions_.end()) return found->second.get();
  if (draining_) return absl::UnavailableError("this transcoder is being stopped");
  if (renditions_.size() >= context_.config.max_renditions) {
    return absl::ResourceExhaustedError("this transcoder has no room for another rendition");
  }
  SLUICE_ASSIGN_OR_RETURN(Source source, FindSource(key.name));
  auto made = std::make_unique<Rendition>(context_, key, std::move(source.track), source.format,
                                          [this, key] { OnEnded(key); });
  return renditions_.emplace(key, std::move(made)).first->second.get();
}

absl::StatusOr<Renditions::Source> Renditions::FindSource(const std::string& stream_name) const {
  directory::StreamPtr entry = context_.relays.directory.FindStream({stream_name, ""});
  if (entry == nullptr) return absl::NotFoundError(StrCat("no stream ", stream_name));
  media::StreamDescription description = fanout::FromProto(entry->description());
  for (media::Track& track : description.tracks) {
    if (track.codec != media::Codec::kAac) continue;
    Source source;
    SLUICE_ASSIGN_OR_RETURN(source.format, media::ParseAudioSpecificConfig(track.codec_config));
    source.track = std::move(track);
    return source;
  }
  return absl::FailedPreconditionError(StrCat("stream ", stream_name, " has no AAC track"));
}

absl::StatusOr<v1::StartRenditionResponse> Renditions::AnswerFor(const media::StreamKey& key,
                                                                 const absl::Status& status) const {
  const directory::Directory& directory = context_.relays.directory;
  std::string node_id = context_.relays.node_id;
  if (absl::IsAlreadyExists(status)) {  // another transcoder was quicker: it is as good
    directory::StreamPtr entry = directory.FindStream(key);
    if (entry == nullptr) return absl::UnavailableError("the rendition has just ended elsewhere");
    node_id = entry->node_id();
  } else if (!status.ok()) {
    return status;
  }
  v1::StartRenditionResponse response;
  *response.mutable_key() = fanout::ToProto(key);
  response.set_node_id(node_id);
  directory::NodePtr node = directory.FindNode(node_id);
  if (node != nullptr) response.set_grpc_address(node->grpc_address());
  return response;
}

void Renditions::OnEnded(const media::StreamKey& key) {
  context_.loop.Post([this, key, alive = alive_] {
    if (!*alive) return;
    renditions_.erase(key);
    if (renditions_.empty() && drained_ != nullptr) std::exchange(drained_, nullptr)();
  });
}

void Renditions::Drain(std::function<void()> drained) {
  draining_ = true;
  if (renditions_.empty()) return drained();
  drained_ = std::move(drained);
}

}  // namespace sluice::transcoder
