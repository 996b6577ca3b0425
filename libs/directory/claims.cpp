#include "libs/directory/claims.h"

#include <algorithm>
#include <utility>

#include "libs/base/status_macros.h"
#include "libs/base/text.h"
#include "libs/directory/values.h"
#include "libs/fanout/description_map.h"

namespace sluice::directory {
namespace {

absl::Status TakenBy(const media::StreamKey& key, const v1::StreamEntry& holder) {
  return absl::AlreadyExistsError(
      StrCat("stream ", key.ToString(), " is published on node ", holder.node_id()));
}

}  // namespace

Claims::Claims(LocalCopy& copy, std::string node_id, std::string incarnation)
    : copy_(copy), node_id_(std::move(node_id)), incarnation_(std::move(incarnation)) {}

void Claims::Claim(v1::StreamEntry entry, Directory::OnClaimed on_claimed,
                   Directory::OnClaimLost on_lost, Instant now) {
  entry.set_node_id(node_id_);
  entry.set_incarnation(incarnation_);
  const media::StreamKey key = fanout::FromProto(entry.key());
  const auto refuse = [&](absl::Status status) {
    AddResult(key, [on_claimed = std::move(on_claimed), status] { on_claimed(status); });
  };
  if (const auto value = SerializeStream(entry); !value.ok()) return refuse(value.status());
  auto found = claims_.find(key);
  if (found != claims_.end() && found->second.phase != Phase::kReleased) {
    return refuse(TakenBy(key, entry));
  }
  if (found == claims_.end() && claims_.size() >= kMaxClaims) {
    return refuse(absl::ResourceExhaustedError("this node publishes too many streams"));
  }
  found = claims_.try_emplace(key).first;
  OneClaim& claim = found->second;
  claim.phase = Phase::kAsked;
  claim.entry = std::make_shared<v1::StreamEntry>(std::move(entry));
  claim.asked_at = now;
  claim.on_claimed = std::move(on_claimed);
  claim.on_lost = std::move(on_lost);
  ++claim.version;
  if (!claim.on_the_way) to_write_.insert(key);
  if (!online_ && was_online_) DecideLocally(found);
}

absl::Status Claims::Update(v1::StreamEntry entry) {
  entry.set_node_id(node_id_);
  entry.set_incarnation(incarnation_);
  const media::StreamKey key = fanout::FromProto(entry.key());
  SLUICE_RETURN_IF_ERROR(SerializeStream(entry).status());
  const auto found = claims_.find(key);
  if (found == claims_.end() || found->second.phase == Phase::kReleased) {
    return absl::NotFoundError(StrCat("this node has no stream ", key.ToString()));
  }
  OneClaim& claim = found->second;
  claim.entry = std::make_shared<v1::StreamEntry>(std::move(entry));
  ++claim.version;
  if (!claim.on_the_way) to_write_.insert(key);
  if (claim.phase == Phase::kAccepted) copy_.SetStream(claim.entry);
  return absl::OkStatus();
}

void Claims::Release(const media::StreamKey& key) {
  std::erase_if(results_, [&](const Result& result) { return result.key == key; });
  const auto found = claims_.find(key);
  if (found == claims_.end() || found->second.phase == Phase::kReleased) return;
  OneClaim& claim = found->second;
  if (claim.phase == Phase::kAccepted) copy_.RemoveStream(key);
  claim.phase = Phase::kReleased;
  claim.on_claimed = nullptr;
  claim.on_lost = nullptr;
  if (!claim.tried) return Erase(found);
  if (!claim.on_the_way) to_write_.insert(key);
}

void Claims::Online() { online_ = was_online_ = true; }

void Claims::Offline() {
  online_ = false;
  writes_on_the_way_ = 0;
  for (auto& [key, claim] : claims_) {
    if (!std::exchange(claim.on_the_way, false)) continue;
    claim.seen.reset();
    to_write_.insert(key);
  }
}

void Claims::LeaseLost() {
  for (auto i = claims_.begin(); i != claims_.end();) {
    const auto found = i++;
    OneClaim& claim = found->second;
    claim.revision = 0;
    if (claim.on_the_way) continue;
    if (claim.phase == Phase::kReleased) {
      Erase(found);
    } else {
      to_write_.insert(found->first);
    }
  }
}

std::optional<Instant> Claims::DecideOverdue(Instant now) {
  std::optional<Instant> next;
  for (auto i = claims_.begin(); i != claims_.end();) {
    const auto found = i++;
    if (found->second.phase != Phase::kAsked) continue;
    const Instant due = found->second.asked_at + kMaxWait;
    if (due <= now) {
      DecideLocally(found);
    } else {
      next = next ? std::min(*next, due) : due;
    }
  }
  return next;
}

std::optional<Claims::Write> Claims::NextWrite() {
  if (!online_ || to_write_.empty() || writes_on_the_way_ >= kMaxWritesOnTheWay)
    return std::nullopt;
  const media::StreamKey key = *to_write_.begin();
  to_write_.erase(to_write_.begin());
  OneClaim& claim = claims_.at(key);
  claim.on_the_way = claim.tried = true;
  claim.version_written = claim.version;
  ++writes_on_the_way_;
  Write write{key, StreamPath(key), "", claim.revision, claim.phase == Phase::kReleased};
  if (!write.remove) write.value = claim.entry->SerializeAsString();
  return write;
}

void Claims::OnWritten(const media::StreamKey& key, int64_t revision) {
  const auto found = claims_.find(key);
  if (found == claims_.end()) return;
  OneClaim& claim = found->second;
  EndWrite(claim);
  claim.revision = revision;
  if (claim.phase == Phase::kAsked) Accept(key, claim);
  if (claim.phase == Phase::kReleased || claim.version != claim.version_written) {
    to_write_.insert(key);
  }
  // A notice may overtake the answer to the write that came before it.
  if (const auto seen = std::exchange(claim.seen, std::nullopt)) {
    OnSharedChange(found, *seen, claim.seen_revision);
  }
}

void Claims::OnRefused(const media::StreamKey& key, const Standing& standing) {
  const auto found = claims_.find(key);
  if (found == claims_.end()) return;
  OneClaim& claim = found->second;
  EndWrite(claim);
  claim.seen.reset();
  if (claim.phase == Phase::kReleased || standing.revision == 0 || standing.entry == nullptr ||
      MayTake(claim, *standing.entry)) {
    claim.revision = standing.revision;
    to_write_.insert(key);
  } else if (claim.phase == Phase::kAsked) {
    copy_.SetStream(standing.entry);
    claim.tried = false;  // nothing of ours is there to be removed
    Refuse(found, *standing.entry);
  } else {
    Lose(found, standing.entry);
  }
}

void Claims::OnRemoved(const media::StreamKey& key) {
  const auto found = claims_.find(key);
  if (found == claims_.end()) return;
  OneClaim& claim = found->second;
  EndWrite(claim);
  if (claim.phase == Phase::kReleased) return Erase(found);
  // Claimed again meanwhile.
  claim.revision = 0;
  to_write_.insert(key);
}

bool Claims::OnShared(const media::StreamKey& key, const Standing& standing, int64_t revision) {
  const auto found = claims_.find(key);
  // We alone know what is ours: a late notice of what we have released is not news.
  if (standing.entry != nullptr && IsOurs(*standing.entry)) {
    if (found != claims_.end()) found->second.revision = std::max(found->second.revision, revision);
    return true;
  }
  if (found == claims_.end() || found->second.phase != Phase::kAccepted) return false;
  OneClaim& claim = found->second;
  if (claim.on_the_way) {
    claim.seen = standing;
    claim.seen_revision = revision;
  } else {
    OnSharedChange(found, standing, revision);
  }
  return true;
}

std::vector<media::StreamKey> Claims::WrittenKeys() const {
  std::vector<media::StreamKey> keys;
  for (const auto& [key, claim] : claims_) {
    if (claim.phase == Phase::kAccepted && claim.revision > 0) keys.push_back(key);
  }
  return keys;
}

bool Claims::Has(const media::StreamKey& key) const {
  const auto found = claims_.find(key);
  return found != claims_.end() && found->second.phase == Phase::kAccepted;
}

void Claims::TellResults() {
  while (!results_.empty()) {
    const Result result = std::move(results_.front());
    results_.pop_front();
    result.call();
  }
}

bool Claims::IsOurs(const v1::StreamEntry& entry) const {
  return entry.node_id() == node_id_ && entry.incarnation() == incarnation_;
}

// From ourselves, now or before a restart, always. From another only when we have been publishing
// already, and for longer: both have told their publisher that all is well, and the newer one ends.
bool Claims::MayTake(const OneClaim& claim, const v1::StreamEntry& holder) const {
  if (holder.node_id() == node_id_) return true;
  if (claim.phase != Phase::kAccepted) return false;
  const int64_t ours = claim.entry->created_unix_ms();
  const int64_t theirs = holder.created_unix_ms();
  return ours != theirs ? ours < theirs : node_id_ < holder.node_id();
}

void Claims::Accept(const media::StreamKey& key, OneClaim& claim) {
  claim.phase = Phase::kAccepted;
  copy_.SetStream(claim.entry);
  AddResult(key, [call = std::exchange(claim.on_claimed, nullptr)] { call(absl::OkStatus()); });
}

void Claims::DecideLocally(Map::iterator found) {
  const StreamPtr holder = copy_.FindStream(found->first);
  if (holder == nullptr || holder->node_id() == node_id_)
    return Accept(found->first, found->second);
  Refuse(found, *holder);
}

void Claims::Refuse(Map::iterator found, const v1::StreamEntry& holder) {
  OneClaim& claim = found->second;
  const media::StreamKey key = found->first;
  auto call = std::exchange(claim.on_claimed, nullptr);
  Release(key);
  AddResult(key, [call = std::move(call), status = TakenBy(key, holder)] { call(status); });
}

void Claims::Lose(Map::iterator found, const StreamPtr& holder) {
  const media::StreamKey key = found->first;
  auto call = std::move(found->second.on_lost);
  Erase(found);
  ++lost_;
  copy_.SetStream(holder);
  if (!call) return;
  AddResult(key, [call = std::move(call), status = TakenBy(key, *holder)] { call(status); });
}

void Claims::Erase(Map::iterator found) {
  if (found->second.on_the_way) --writes_on_the_way_;
  to_write_.erase(found->first);
  claims_.erase(found);
}

void Claims::EndWrite(OneClaim& claim) {
  if (std::exchange(claim.on_the_way, false)) --writes_on_the_way_;
}

void Claims::OnSharedChange(Map::iterator found, const Standing& standing, int64_t revision) {
  OneClaim& claim = found->second;
  if (claim.phase != Phase::kAccepted || revision <= claim.revision) return;
  // A write that waits will be told what stands there, and decides then.
  const bool undecided = claim.revision == 0 && to_write_.contains(found->first);
  if (standing.entry != nullptr && !undecided) return Lose(found, standing.entry);
  if (standing.entry != nullptr) return;
  claim.revision = 0;
  to_write_.insert(found->first);
}

void Claims::AddResult(const media::StreamKey& key, std::function<void()> call) {
  results_.push_back({key, std::move(call)});
}

}  // namespace sluice::directory
