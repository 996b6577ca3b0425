// The renditions of this daemon: started on request, one for each key.
#pragma once

#include <map>
#include <memory>
#include <string>

#include "services/transcoder/rendition.h"
#include "sluice/v1/transcoder.pb.h"

namespace sluice::transcoder {

// Main loop only.
class Renditions {
 public:
  using OnAnswer = std::function<void(const absl::StatusOr<v1::StartRenditionResponse>& answer)>;

  explicit Renditions(RenditionContext& context) : context_(context) {}
  ~Renditions();

  // Starts it, or finds it running here or in another transcoder. Errors: as in transcoder.proto,
  // and Unavailable while draining.
  void Start(const v1::StartRenditionRequest& request, const OnAnswer& on_answer);
  // From now on nothing is started; `drained` is called once none is left, perhaps at once.
  void Drain(std::function<void()> drained);

  size_t size() const { return renditions_.size(); }
  // How much of the room is taken, of pictures or of all: 0 to 1.
  double Load() const;

 private:
  struct Profile;

  absl::StatusOr<media::Track> FindSource(const std::string& stream_name,
                                          const Profile& profile) const;
  absl::StatusOr<Rendition*> FindOrMake(const media::StreamKey& key, const Profile& profile);
  size_t CountOf(media::MediaKind kind) const;
  absl::Status CheckRoom(const Profile& profile) const;
  absl::StatusOr<v1::StartRenditionResponse> AnswerFor(const media::StreamKey& key,
                                                       const absl::Status& status) const;
  void OnEnded(const media::StreamKey& key);

  RenditionContext& context_;
  // At most Config::max_renditions. Ended ones are erased in the next turn of the loop.
  std::map<media::StreamKey, std::unique_ptr<Rendition>> renditions_;
  bool draining_ = false;
  std::function<void()> drained_;
  std::shared_ptr<bool> alive_ = std::make_shared<bool>(true);
};

}  // namespace sluice::transcoder
