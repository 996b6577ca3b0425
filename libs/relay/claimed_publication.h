// A publication whose name this daemon holds in the directory.
#pragma once

#include <functional>
#include <memory>
#include <string>

#include "libs/directory/directory.h"
#include "libs/log/logger.h"
#include "libs/relay/publications.h"

namespace sluice::relay {

// What all publications of a daemon share; all of it outlives them.
struct ClaimContext {
  loop::EventLoop& loop;
  log::Logger& log;
  RandomSource& random;
  directory::Directory& directory;
  Publications& publications;
};

// Claims a user's stream name, then makes its publication, shows it to other daemons, and keeps its
// entry in the directory up to date. Home loop only.
class ClaimedPublication {
 public:
  // Ok: the publication is there. AlreadyExists: the name is taken; InvalidArgument: not a stream
  // name. Once, never inside the constructor.
  using OnDecided = std::function<void(const absl::Status&)>;
  // The name is another's now, and the publication has ended. At most once, after OnDecided(Ok).
  // May delete this.
  using OnNameLost = std::function<void(const absl::Status& reason)>;

  // settings: media_session_id is chosen here if it is empty.
  ClaimedPublication(ClaimContext& context, fanout::Publication::Settings settings,
                     OnDecided on_decided, OnNameLost on_name_lost);
  // End(kFailed) if it has not ended.
  ~ClaimedPublication();
  ClaimedPublication(const ClaimedPublication&) = delete;
  ClaimedPublication& operator=(const ClaimedPublication&) = delete;

  // nullptr before OnDecided(Ok) and after the end.
  fanout::Publication* get() const { return publication_.get(); }
  fanout::Publication* operator->() const { return publication_.get(); }
  fanout::Publication& operator*() const { return *publication_; }

  // Another client goes on with the stream, see Publication::TakeOver().
  void TakeOver(std::string address, std::string agent, std::string parameters);
  // Writes the tracks into the directory, once the stream is ready, when they have changed; and a
  // new remark into the log. To be called after anything that may have changed them.
  void Update();
  // Ends the publication and gives the name back. Idempotent.
  void End(fanout::EndCause cause, std::string detail);

 private:
  void Claim();
  void OnClaimed(const absl::Status& status);
  void OnLost(const absl::Status& reason);
  void LogRemark();
  v1::StreamEntry MakeEntry() const;

  ClaimContext& context_;
  fanout::Publication::Settings settings_;
  OnDecided on_decided_;
  OnNameLost on_name_lost_;
  bool claimed_ = false;  // the claim was made, if not answered yet
  std::shared_ptr<fanout::Publication> publication_;
  uint64_t entry_epoch_ = 0;  // of the description that stands in the directory
  std::string logged_remark_;
  std::shared_ptr<bool> alive_ = std::make_shared<bool>(true);  // false once this is deleted
};

}  // namespace sluice::relay
