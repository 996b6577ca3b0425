// The suite's configuration: one YAML file whose sections are described by structs.
#pragma once

#include <memory>
#include <string>
#include <string_view>
#include <vector>

#include "absl/status/status.h"
#include "libs/config/section.h"

namespace sluice::config {

// The sections that one program reads. Order of use: Add each section, then Parse (or Load), then
// ApplyEnvironment; later ones win. One thread.
class Configuration {
 public:
  // other_sections: names that may stand in the file and are somebody else's; they are not looked
  // into. Any other unknown name is refused.
  explicit Configuration(std::vector<std::string> other_sections = {});

  // target: has Describe(Section&), see there; outlives this and does not move.
  template <typename T>
  void Add(std::string name, std::string doc, T& target) {
    auto section = std::make_unique<Section>(std::move(name), std::move(doc));
    target.Describe(*section);
    sections_.push_back(std::move(section));
  }

  // Reads the file at `path` (at most 1 MiB). NotFound, PermissionDenied; else as Parse.
  absl::Status Load(const std::string& path);
  // text: one YAML document of at most 1 MiB; empty = all defaults.
  // InvalidArgument lists every fault on a line of its own,
  //   "sluice.yaml:12: ingest.rtmp_prot: unknown key; did you mean rtmp_port?",
  // what is right in the file is stored nevertheless.
  absl::Status Parse(std::string_view text, const std::string& file_name);

  // environment: "NAME=value" texts as in `environ`. SLUICE_<SECTION>_<KEY> (upper case, dashes to
  // underscores) overrides; lists are comma-separated. InvalidArgument for a bad value, or for a
  // name that begins like one of our sections and has no such key.
  absl::Status ApplyEnvironment(const std::vector<std::string>& environment);

  // The effective values as a commented YAML file that Parse reads back to the same values.
  std::string Print() const;
  // The same description as a Markdown table per section.
  std::string Documentation() const;

  const std::vector<std::unique_ptr<Section>>& sections() const { return sections_; }

 private:
  // nullptr if no section of that name is ours.
  const Section* Find(std::string_view name) const;

  std::vector<std::string> other_sections_;
  std::vector<std::unique_ptr<Section>> sections_;
};

}  // namespace sluice::config
