#include "libs/publications/publication_table.h"

#include <utility>

#include "libs/base/text.h"

namespace sluice::publications {

absl::Status PublicationTable::Add(std::shared_ptr<fanout::Publication> publication) {
  media::StreamKey key = publication->key();
  if (!publications_.try_emplace(key, std::move(publication)).second) {
    return absl::AlreadyExistsError(StrCat("stream ", key.ToString(), " is being published here"));
  }
  return absl::OkStatus();
}

std::shared_ptr<fanout::Publication> PublicationTable::Find(const media::StreamKey& key) const {
  auto found = publications_.find(key);
  return found == publications_.end() ? nullptr : found->second;
}

std::vector<fanout::Publication*> PublicationTable::List() const {
  std::vector<fanout::Publication*> list;
  for (const auto& [key, publication] : publications_) list.push_back(publication.get());
  return list;
}

}  // namespace sluice::publications
