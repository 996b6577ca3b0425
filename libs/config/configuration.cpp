#include "libs/config/configuration.h"

#include <algorithm>
#include <cerrno>
#include <cstring>
#include <fstream>
#include <map>
#include <sstream>

#include "libs/base/status_macros.h"
#include "libs/base/text.h"
#include "libs/config/nearest.h"
#include "libs/config/yaml_document.h"

namespace sluice::config {
namespace {

// What is wrong, one line each; at most kMostFaults are told.
class Faults {
 public:
  void Add(std::string_view place, std::string_view what) {
    if (++count_ <= kMostFaults)
      text_.append(text_.empty() ? "" : "\n").append(StrCat(place, ": ", what));
  }
  absl::Status status() const {
    if (count_ == 0) return absl::OkStatus();
    if (count_ <= kMostFaults) return absl::InvalidArgumentError(text_);
    return absl::InvalidArgumentError(StrCat(text_, "\nand ", count_ - kMostFaults, " more"));
  }

 private:
  static constexpr int kMostFaults = 20;
  int count_ = 0;
  std::string text_;
};

std::vector<std::string> KeyNames(const Section& section) {
  std::vector<std::string> names;
  for (const Key& key : section.keys()) names.push_back(key.name);
  return names;
}

// "Names twice" of sections and of keys.
class Seen {
 public:
  // The line where `name` was first, 0 if it is new.
  int FirstLine(const std::string& name, int line) {
    auto [place, added] = lines_.try_emplace(name, line);
    return added ? 0 : place->second;
  }

 private:
  std::map<std::string, int> lines_;
};

void StoreEntry(const Section& section, const YamlEntry& entry, std::string_view place,
                Faults& faults) {
  std::string full_name = StrCat(section.name(), ".", entry.key);
  const Key* key = section.Find(entry.key);
  if (key == nullptr) {
    return faults.Add(place,
                      StrCat(full_name, ": unknown key", DidYouMean(entry.key, KeyNames(section))));
  }
  if (absl::Status stored = key->store(entry.written); !stored.ok()) {
    faults.Add(place, StrCat(full_name, ": ", ToStd(stored.message())));
  }
}

std::string UpperName(std::string_view name) {
  std::string out;
  for (char c : name)
    out.push_back(c == '-' || c == '.'
                      ? '_'
                      : static_cast<char>(std::toupper(static_cast<unsigned char>(c))));
  return out;
}

// A list's items are separated by commas; what is no list takes the text as it stands.
Written FromEnvironment(const Key& key, std::string_view text) {
  if (!key.type.starts_with("list")) return {.items = {std::string(text)}};
  Written written{.is_list = true};
  while (!text.empty()) {
    size_t comma = std::min(text.find(','), text.size());
    written.items.emplace_back(text.substr(0, comma));
    text.remove_prefix(std::min(comma + 1, text.size()));
  }
  return written;
}

}  // namespace

Configuration::Configuration(std::vector<std::string> other_sections)
    : other_sections_(std::move(other_sections)) {}

const Section* Configuration::Find(std::string_view name) const {
  for (const auto& section : sections_) {
    if (section->name() == name) return section.get();
  }
  return nullptr;
}

absl::Status Configuration::Load(const std::string& path) {
  std::ifstream file(path, std::ios::binary);
  if (!file) {
    int error = errno;
    std::string what = StrCat(path, ": ", std::strerror(error));
    return error == EACCES ? absl::PermissionDeniedError(what) : absl::NotFoundError(what);
  }
  std::string text(kLargestDocument + 1, '\0');
  file.read(text.data(), static_cast<std::streamsize>(text.size()));
  if (file.bad()) return absl::UnavailableError(StrCat(path, ": cannot be read"));
  text.resize(static_cast<size_t>(file.gcount()));
  return Parse(text, path);
}

absl::Status Configuration::Parse(std::string_view text, const std::string& file_name) {
  absl::StatusOr<std::vector<YamlSection>> document = ParseYaml(text);
  if (!document.ok()) {
    return absl::InvalidArgumentError(StrCat(file_name, ":", ToStd(document.status().message())));
  }
  Faults faults;
  Seen sections;
  std::vector<std::string> names = other_sections_;
  for (const auto& section : sections_) names.push_back(section->name());
  for (const YamlSection& written : *document) {
    std::string place = StrCat(file_name, ":", written.line);
    if (int first = sections.FirstLine(written.name, written.line)) {
      faults.Add(place, StrCat(written.name, ": section stands twice, first on line ", first));
    }
    if (std::find(names.begin(), names.end(), written.name) == names.end()) {
      faults.Add(place, StrCat(written.name, ": unknown section", DidYouMean(written.name, names)));
    }
    const Section* section = Find(written.name);
    if (section == nullptr) continue;
    Seen keys;
    for (const YamlEntry& entry : written.entries) {
      std::string entry_place = StrCat(file_name, ":", entry.line);
      if (int first = keys.FirstLine(entry.key, entry.line)) {
        faults.Add(entry_place, StrCat(written.name, ".", entry.key,
                                       ": key stands twice, first on line ", first));
      }
      StoreEntry(*section, entry, entry_place, faults);
    }
  }
  return faults.status();
}

absl::Status Configuration::ApplyEnvironment(const std::vector<std::string>& environment) {
  Faults faults;
  for (const std::string& assignment : environment) {
    size_t equals = std::min(assignment.find('='), assignment.size());
    std::string name = assignment.substr(0, equals);
    for (const auto& section : sections_) {
      std::string prefix = StrCat("SLUICE_", UpperName(section->name()), "_");
      if (!name.starts_with(prefix)) continue;
      std::vector<std::string> names;
      const Key* found = nullptr;
      for (const Key& key : section->keys()) {
        names.push_back(prefix + UpperName(key.name));
        if (names.back() == name) found = &key;
      }
      if (found == nullptr) {
        faults.Add(name, StrCat("unknown variable", DidYouMean(name, names)));
        continue;
      }
      std::string_view value =
          std::string_view(assignment).substr(std::min(equals + 1, assignment.size()));
      absl::Status stored = found->store(FromEnvironment(*found, value));
      if (!stored.ok()) faults.Add(name, ToStd(stored.message()));
    }
  }
  return faults.status();
}

}  // namespace sluice::config
