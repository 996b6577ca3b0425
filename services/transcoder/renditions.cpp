#include "services/transcoder/renditions.h"

#include <algorithm>
#include <array>
#include <utility>

#include "libs/base/status_macros.h"
#include "libs/base/text.h"
#include "libs/fanout/description_map.h"
#include "services/transcoder/picture_codecs.h"
#include "services/transcoder/picture_conversion.h"
#include "services/transcoder/sound_conversion.h"

namespace sluice::transcoder {

// What a rendition is made of, and how.
struct Renditions::Profile {
  std::string_view name;         // as in transcoder.proto
  std::string_view source_name;  // for people
  media::MediaKind kind;
  bool (*converts)(media::Codec codec);
  absl::StatusOr<std::unique_ptr<Conversion>> (*make)(ConversionContext& context,
                                                      const media::Track& source,
                                                      Conversion::Delegate delegate);

  static const Profile* Find(std::string_view name);
};

const Renditions::Profile* Renditions::Profile::Find(std::string_view name) {
  using media::Codec;
  static constexpr std::array<Profile, 3> kProfiles = {{
      {"opus", "AAC, MP3, PCMU, PCMA or G.722", media::MediaKind::kAudio,
       [](Codec codec) {
         return codec == Codec::kAac || codec == Codec::kMp3 || codec == Codec::kPcmu ||
                codec == Codec::kPcma || codec == Codec::kG722;
       },
       &SoundConversion::Make},
      {"h264", "H.264, VP8, VP9 or AV1", media::MediaKind::kVideo,
       [](Codec codec) { return FindPictureDecoder(codec) != nullptr; },
       &PictureConversion::Make<Codec::kH264>},
      {"vp8", "H.264, VP9 or AV1", media::MediaKind::kVideo,
       [](Codec codec) { return codec != Codec::kVp8 && FindPictureDecoder(codec) != nullptr; },
       &PictureConversion::Make<Codec::kVp8>},
  }};
  const auto* found = std::find_if(kProfiles.begin(), kProfiles.end(),
                                   [&](const Profile& profile) { return profile.name == name; });
  return found == kProfiles.end() ? nullptr : found;
}

Renditions::~Renditions() {
  *alive_ = false;
  renditions_.clear();  // each tells OnEnded(), which uses this
}

void Renditions::Start(const v1::StartRenditionRequest& request, const OnAnswer& on_answer) {
  const Profile* profile = Profile::Find(request.profile());
  if (profile == nullptr) {
    return on_answer(
        absl::InvalidArgumentError(StrCat("there is no profile \"", request.profile(), "\"")));
  }
  media::StreamKey key{request.stream_name(), request.profile()};
  absl::StatusOr<Rendition*> rendition = FindOrMake(key, *profile);
  if (!rendition.ok()) {
    ++context_.counters.renditions_refused;
    context_.log.WarningLimited("rendition refused",
                                {{"stream", key.ToString()}, {"cause", rendition.status()}});
    return on_answer(rendition.status());
  }
  (*rendition)->WhenStarted([this, key, on_answer](const absl::Status& status) {
    on_answer(AnswerFor(key, status));
  });
}

absl::StatusOr<Rendition*> Renditions::FindOrMake(const media::StreamKey& key,
                                                  const Profile& profile) {
  auto found = renditions_.find(key);
  if (found != renditions_.end()) return found->second.get();
  if (draining_) return absl::UnavailableError("this transcoder is being stopped");
  SLUICE_RETURN_IF_ERROR(CheckRoom(profile));
  SLUICE_ASSIGN_OR_RETURN(media::Track source, FindSource(key.name, profile));
  auto made = Rendition::Make(
      context_, key,
      [&](ConversionContext& conversions, Conversion::Delegate delegate) {
        return profile.make(conversions, source, std::move(delegate));
      },
      [this, key] { OnEnded(key); });
  SLUICE_RETURN_IF_ERROR(made.status());
  return renditions_.emplace(key, *std::move(made)).first->second.get();
}

size_t Renditions::CountOf(media::MediaKind kind) const {
  auto count = std::count_if(renditions_.begin(), renditions_.end(), [&](const auto& entry) {
    const Profile* profile = Profile::Find(entry.first.rendition);
    return profile != nullptr && profile->kind == kind;
  });
  return static_cast<size_t>(count);
}

double Renditions::Load() const {
  double of_all = static_cast<double>(renditions_.size()) / context_.config.max_renditions;
  double of_pictures =
      static_cast<double>(CountOf(media::MediaKind::kVideo)) / context_.config.video_capacity();
  return std::max(of_all, of_pictures);
}

absl::Status Renditions::CheckRoom(const Profile& profile) const {
  if (renditions_.size() >= context_.config.max_renditions) {
    return absl::ResourceExhaustedError("this transcoder has no room for another rendition");
  }
  if (profile.kind != media::MediaKind::kVideo) return absl::OkStatus();
  size_t running = CountOf(profile.kind);
  if (running < context_.config.video_capacity()) return absl::OkStatus();
  return absl::ResourceExhaustedError(StrCat("this transcoder makes ", running,
                                             " renditions of pictures already, as many as it may"));
}

absl::StatusOr<media::Track> Renditions::FindSource(const std::string& stream_name,
                                                    const Profile& profile) const {
  directory::StreamPtr entry = context_.relays.directory.FindStream({stream_name, ""});
  if (entry == nullptr) return absl::NotFoundError(StrCat("no stream ", stream_name));
  media::StreamDescription description = fanout::FromProto(entry->description());
  for (media::Track& track : description.tracks) {
    if (profile.converts(track.codec)) return std::move(track);
  }
  return absl::FailedPreconditionError(
      StrCat("stream ", stream_name, " has no ", profile.source_name, " track"));
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
