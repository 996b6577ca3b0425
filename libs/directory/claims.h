// The stream names this daemon has, and what must be written so that the shared directory says so.
#pragma once

#include <deque>
#include <functional>
#include <map>
#include <optional>
#include <set>
#include <string>

#include "absl/status/status.h"
#include "libs/base/instant.h"
#include "libs/directory/directory.h"
#include "libs/directory/local_copy.h"

namespace sluice::directory {

// What stands at a key of the shared directory; entry is nullptr if nothing does.
struct Standing {
  StreamPtr entry;
  int64_t revision = 0;  // of the last change of the key; 0 = it is not there
};

// A state machine without I/O: its owner asks NextWrite() what to write and tells what came of it.
// A claim is asked for, accepted (by the shared directory, or by ourselves while that is away), and
// at last released; of every key at most one write is on its way.
class Claims {
 public:
  static constexpr size_t kMaxClaims = 10'000;
  static constexpr size_t kMaxWritesOnTheWay = 64;
  // A claim that the shared directory has not decided by then is decided from the local copy.
  static constexpr Duration kMaxWait = 1s;

  // copy outlives this; accepted claims are entered into it.
  Claims(LocalCopy& copy, std::string node_id, std::string incarnation);

  // As in Directory; callbacks come by TellResults().
  void Claim(v1::StreamEntry entry, Directory::OnClaimed on_claimed, Directory::OnClaimLost on_lost,
             Instant now);
  absl::Status Update(v1::StreamEntry entry);
  void Release(const media::StreamKey& key);

  // The shared directory can be written to. After Offline(), what was on its way is written again.
  void Online();
  void Offline();
  // All that we had written is gone with the lease, and is to be written again.
  void LeaseLost();
  // Decides the claims that have waited too long. Returns when to ask again, if any wait.
  std::optional<Instant> DecideOverdue(Instant now);

  // One transaction. Put: if `path` still stands at expected_revision, write `value`; else read it.
  // Remove: delete `path` if it stands under our lease.
  struct Write {
    media::StreamKey key;
    std::string path;
    std::string value;
    int64_t expected_revision = 0;
    bool remove = false;
  };
  // nullopt: nothing is to be written now. Answer each by one of the three below, or by Offline().
  std::optional<Write> NextWrite();
  void OnWritten(const media::StreamKey& key, int64_t revision);
  void OnRefused(const media::StreamKey& key, const Standing& standing);
  void OnRemoved(const media::StreamKey& key);

  // The shared directory has changed. False: this is not about a name of ours; apply it to the
  // copy.
  bool OnShared(const media::StreamKey& key, const Standing& standing, int64_t revision);
  // The names that the shared directory should have from us; for the comparison with a full read.
  std::vector<media::StreamKey> WrittenKeys() const;
  // Accepted and not released: the local copy has our entry, whatever the shared directory says.
  bool Has(const media::StreamKey& key) const;

  bool has_results() const { return !results_.empty(); }
  void TellResults();
  uint64_t lost() const { return lost_; }

 private:
  enum class Phase { kAsked, kAccepted, kReleased };
  struct OneClaim {
    Phase phase = Phase::kAsked;
    StreamPtr entry;
    Instant asked_at;
    Directory::OnClaimed on_claimed;
    Directory::OnClaimLost on_lost;
    int64_t revision = 0;          // what we know to stand at the key
    uint64_t version = 0;          // of `entry`
    uint64_t version_written = 0;  // of the write on its way, or the last one
    bool on_the_way = false;
    bool tried = false;            // a write may have arrived
    std::optional<Standing> seen;  // told by a notice while a write was on its way
    int64_t seen_revision = 0;
  };
  using Map = std::map<media::StreamKey, OneClaim>;

  bool IsOurs(const v1::StreamEntry& entry) const;
  bool MayTake(const OneClaim& claim, const v1::StreamEntry& holder) const;
  void Accept(const media::StreamKey& key, OneClaim& claim);
  void DecideLocally(Map::iterator found);
  void Refuse(Map::iterator found, const v1::StreamEntry& holder);
  void Lose(Map::iterator found, const StreamPtr& holder);
  void Erase(Map::iterator found);
  void EndWrite(OneClaim& claim);
  void OnSharedChange(Map::iterator found, const Standing& standing, int64_t revision);
  void AddResult(const media::StreamKey& key, std::function<void()> call);

  LocalCopy& copy_;
  const std::string node_id_;
  const std::string incarnation_;
  Map claims_;                           // at most kMaxClaims
  std::set<media::StreamKey> to_write_;  // a subset of claims_, none on its way
  size_t writes_on_the_way_ = 0;
  bool online_ = false;
  bool was_online_ = false;
  uint64_t lost_ = 0;
  struct Result {
    media::StreamKey key;
    std::function<void()> call;
  };
  std::deque<Result> results_;  // at most two per claim
};

}  // namespace sluice::directory
