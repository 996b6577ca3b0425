// The shared picture of nodes and streams, as one daemon sees it.
#pragma once

#include <functional>
#include <memory>
#include <string>
#include <string_view>
#include <vector>

#include "absl/status/status.h"
#include "libs/media/track.h"
#include "sluice/v1/node.pb.h"
#include "sluice/v1/stream.pb.h"

namespace sluice::directory {

using NodePtr = std::shared_ptr<const v1::Node>;
using StreamPtr = std::shared_ptr<const v1::StreamEntry>;

// Stops the notices it stands for when destroyed. Must go before the directory.
class Watch {
 public:
  virtual ~Watch() = default;
};

// Lives on one loop; every call and callback is on its thread. Looking up is a memory read of the
// local copy, which follows the shared one by milliseconds and stays usable when that is away.
// What this daemon has claimed is in its copy at once. No callback runs inside the call that gave
// it.
class Directory {
 public:
  using OnStream = std::function<void(const media::StreamKey& key, const StreamPtr& entry)>;
  using OnNode = std::function<void(const std::string& node_id, const NodePtr& node)>;
  using OnClaimed = std::function<void(const absl::Status& status)>;
  using OnClaimLost = std::function<void(const absl::Status& reason)>;

  virtual ~Directory() = default;

  // This daemon's own node: entered, or replaced. `id`, `service` and `incarnation` stay as they
  // were given to the directory.
  virtual void SetNode(const v1::Node& node) = 0;
  // Own node, partly. Load (0 idle .. 1 full) is written when it differs by 0.02, once a second at
  // most: report as often as you like.
  virtual void SetState(v1::NodeState state) = 0;
  virtual void SetLoad(double load) = 0;

  // nullptr: no such node is alive.
  virtual NodePtr FindNode(std::string_view node_id) const = 0;
  // Of one service, or of all if `service` is empty; in order of node id.
  virtual std::vector<NodePtr> ListNodes(std::string_view service) const = 0;
  // The least loaded node of `service` that is READY; one that holds `preferred` or a rendition of
  // it comes first. nullptr: none is ready.
  virtual NodePtr ChooseNode(std::string_view service, const media::StreamKey* preferred) const = 0;

  // nullptr: no such stream.
  virtual StreamPtr FindStream(const media::StreamKey& key) const = 0;
  // Renditions included; in order of key.
  virtual std::vector<StreamPtr> ListStreams() const = 0;

  // Claims entry.key() for this node, whose id and incarnation are filled in. on_claimed, once:
  //   Ok             ours. Also if the shared directory is away: then the claim is made when it is
  //                  back, and if the name turns out to be taken by an older stream (or a newer one
  //                  is taken over by us), the newer one's holder gets on_lost.
  //   AlreadyExists  who has it is in the message, and in FindStream(). Also if we have it
  //   ourselves. InvalidArgument  not a stream name, or the entry is over kMaxValueBytes.
  // on_lost, at most once, only after Ok: the name is another's now, end the publication with that
  // reason; the claim is gone, do not release it. ReleaseStream() before on_claimed: it is not
  // called.
  virtual void ClaimStream(v1::StreamEntry entry, OnClaimed on_claimed, OnClaimLost on_lost) = 0;
  // Replaces the value of a stream that this daemon has claimed. NotFound: it has not.
  virtual absl::Status UpdateStream(v1::StreamEntry entry) = 0;
  // Gives the name back. Nothing happens if this daemon does not have it.
  virtual void ReleaseStream(const media::StreamKey& key) = 0;

  // Every change of the local copy from now on; nullptr = gone. What is there already is not told:
  // list it. The callback may destroy its own watch.
  [[nodiscard]] virtual std::unique_ptr<Watch> WatchStreams(OnStream on_change) = 0;
  [[nodiscard]] virtual std::unique_ptr<Watch> WatchNodes(OnNode on_change) = 0;

  // False until the shared directory has been read once: before that, "not found" means little.
  virtual bool synced() const = 0;
  // The shared directory answers now.
  virtual bool connected() const = 0;
};

// A serialised node or stream entry is at most this; larger ones are refused and not read.
inline constexpr size_t kMaxValueBytes = 64 * 1024;
// Nodes or streams in the local copy; more are counted and left out.
inline constexpr size_t kMaxEntries = 100'000;

}  // namespace sluice::directory
