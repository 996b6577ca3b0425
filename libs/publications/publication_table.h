// The publications of one daemon.
#pragma once

#include <map>
#include <memory>
#include <vector>

#include "absl/status/status.h"
#include "libs/fanout/publication.h"

namespace sluice::publications {

// Home loop only. Bounded by whoever adds: one entry per publisher connection or rendition.
class PublicationTable {
 public:
  // AlreadyExists if its key is taken here.
  absl::Status Add(std::shared_ptr<fanout::Publication> publication);
  // nullptr if there is none.
  std::shared_ptr<fanout::Publication> Find(const media::StreamKey& key) const;
  void Remove(const media::StreamKey& key) { publications_.erase(key); }
  // In order of key. Borrowed until the table changes.
  std::vector<fanout::Publication*> List() const;
  size_t size() const { return publications_.size(); }

 private:
  std::map<media::StreamKey, std::shared_ptr<fanout::Publication>> publications_;
};

}  // namespace sluice::publications
