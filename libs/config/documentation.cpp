// The two texts for people that come out of a description.
#include "libs/base/text.h"
#include "libs/config/configuration.h"

namespace sluice::config {
namespace {

// "whole number, 1 to 64 connections; default 8"
std::string Form(const Key& key) {
  std::string allowed = key.allowed.empty() ? "" : StrCat(", ", key.allowed);
  return StrCat(key.type, allowed, "; default ", key.default_yaml);
}

std::string VariableName(const Section& section, const Key& key) {
  std::string out = StrCat("SLUICE_", section.name(), "_", key.name);
  for (char& c : out) {
    c = c == '-' || c == '.' ? '_' : static_cast<char>(std::toupper(static_cast<unsigned char>(c)));
  }
  return out;
}

// A bar would end the cell.
std::string Cell(std::string_view text) {
  std::string out;
  for (char c : text) out.append(c == '|' ? "\\|" : std::string(1, c));
  return out;
}

}  // namespace

std::string Configuration::Print() const {
  std::string out;
  for (const auto& section : sections_) {
    out.append(StrCat(out.empty() ? "" : "\n", "# ", section->doc(), "\n", section->name(), ":\n"));
    for (const Key& key : section->keys()) {
      out.append(
          StrCat("  # ", key.doc, "\n  # (", Form(key), ")\n  ", key.name, ": ", key.yaml(), "\n"));
    }
  }
  return out;
}

std::string Configuration::Documentation() const {
  std::string out;
  for (const auto& section : sections_) {
    out.append(
        StrCat(out.empty() ? "" : "\n", "## ", section->name(), "\n\n", section->doc(),
               "\n\n| key | what it is | value | environment |\n| --- | --- | --- | --- |\n"));
    for (const Key& key : section->keys()) {
      out.append(StrCat("| `", key.name, "` | ", Cell(key.doc), " | ", Cell(Form(key)), " | `",
                        VariableName(*section, key), "` |\n"));
    }
  }
  return out;
}

}  // namespace sluice::config
