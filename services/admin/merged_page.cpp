#include "services/admin/merged_page.h"

#include <algorithm>
#include <map>

namespace sluice::admin {
namespace {

using Labels = std::vector<std::pair<std::string, std::string>>;

// Labels that identify where a sample comes from.
Labels Origin(const Answer& answer, bool several_nodes) {
  Labels labels = {{"service", answer.service}};
  if (several_nodes) labels.emplace_back("node", answer.node_id);
  return labels;
}

// Those of `origin` that the sample lacks come first.
void AddMissing(metrics::PageSample& sample, const Labels& origin) {
  Labels missing;
  for (const auto& label : origin) {
    auto same = [&label](const auto& one) { return one.first == label.first; };
    bool has = std::any_of(sample.labels.begin(), sample.labels.end(), same);
    if (!has) missing.push_back(label);
  }
  sample.labels.insert(sample.labels.begin(), missing.begin(), missing.end());
}

void Merge(const metrics::PageFamily& family, const Labels& origin,
           std::map<std::string, metrics::PageFamily>& merged) {
  auto [place, added] = merged.try_emplace(
      family.name,
      metrics::PageFamily{.name = family.name, .type = family.type, .help = family.help});
  metrics::PageFamily& into = place->second;
  if (into.type != family.type) return;
  for (metrics::PageSample sample : family.samples) {
    AddMissing(sample, origin);
    into.samples.push_back(std::move(sample));
  }
}

}  // namespace

std::string MergePages(const std::vector<Answer>& answers) {
  std::map<std::string, int> nodes;
  for (const Answer& answer : answers) ++nodes[answer.service];
  std::map<std::string, metrics::PageFamily> merged;
  metrics::PageFamily up{
      .name = "sluice_up", .type = "gauge", .help = "1 if the daemon answered this scrape."};
  for (const Answer& answer : answers) {
    Labels origin = Origin(answer, nodes[answer.service] > 1);
    up.samples.push_back({.name = up.name, .labels = origin, .value = answer.families ? "1" : "0"});
    if (!answer.families) continue;
    for (const metrics::PageFamily& family : *answer.families) Merge(family, origin, merged);
  }
  merged.insert_or_assign(up.name, up);
  std::string page;
  for (const auto& [name, family] : merged) page.append(metrics::SerializeFamily(family));
  return page;
}

}  // namespace sluice::admin
