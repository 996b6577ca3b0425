#include "libs/config/yaml_document.h"

#include <yaml-cpp/yaml.h>
// After yaml.h: these two need it.
#include <yaml-cpp/eventhandler.h>
#include <yaml-cpp/parser.h>

#include <sstream>

#include "libs/base/text.h"

namespace sluice::config {
namespace {

// Follows the one shape that a configuration has. A fault is thrown as yaml-cpp's own exception, to
// leave its parser; ParseYaml below catches it.
class Reader final : public YAML::EventHandler {
 public:
  std::vector<YamlSection> TakeSections() { return std::move(sections_); }

  void OnDocumentStart(const YAML::Mark& mark) override {
    if (++documents_ > 1) Refuse(mark, "a second document in one file");
  }
  void OnDocumentEnd() override {}

  void OnNull(const YAML::Mark& mark, YAML::anchor_t) override {
    if (place_ == Place::kDocument) return;
    if (place_ == Place::kSectionStart) return Leave(Place::kSections);
    Refuse(mark, "a value is missing here; write \"\" for an empty text and [] for an empty list");
  }

  void OnAlias(const YAML::Mark& mark, YAML::anchor_t) override {
    Refuse(mark, "aliases are not supported");
  }

  void OnScalar(const YAML::Mark& mark, const std::string& tag, YAML::anchor_t anchor,
                const std::string& value) override {
    RefuseExtras(mark, tag, anchor);
    switch (place_) {
      case Place::kSections:
        sections_.push_back({.line = Line(mark), .name = value});
        return Leave(Place::kSectionStart);
      case Place::kKeys:
        sections_.back().entries.push_back({.line = Line(mark), .key = value});
        return Leave(Place::kValue);
      case Place::kValue:
        entry().written.items = {value};
        return Leave(Place::kKeys);
      case Place::kList:
        return entry().written.items.push_back(value);
      case Place::kDocument:
      case Place::kSectionStart:
        Refuse(mark, "expected \"key: value\" lines here");
    }
  }

  void OnSequenceStart(const YAML::Mark& mark, const std::string& tag, YAML::anchor_t anchor,
                       YAML::EmitterStyle::value) override {
    RefuseExtras(mark, tag, anchor);
    if (place_ != Place::kValue) Refuse(mark, "a list cannot stand here");
    entry().written.is_list = true;
    Leave(Place::kList);
  }
  void OnSequenceEnd() override { Leave(Place::kKeys); }

  void OnMapStart(const YAML::Mark& mark, const std::string& tag, YAML::anchor_t anchor,
                  YAML::EmitterStyle::value) override {
    RefuseExtras(mark, tag, anchor);
    if (place_ == Place::kDocument) return Leave(Place::kSections);
    if (place_ == Place::kSectionStart) return Leave(Place::kKeys);
    Refuse(mark, "keys cannot be nested here");
  }
  void OnMapEnd() override { Leave(place_ == Place::kKeys ? Place::kSections : Place::kDocument); }

 private:
  enum class Place {
    kDocument,      // before and after the outermost map
    kSections,      // a section's name is next
    kSectionStart,  // its map is next
    kKeys,          // a key is next
    kValue,         // its value is next
    kList,          // an item is next
  };

  static int Line(const YAML::Mark& mark) { return mark.line + 1; }
  [[noreturn]] static void Refuse(const YAML::Mark& mark, const char* why) {
    throw YAML::ParserException(mark, why);
  }
  // "?" is a plain scalar or collection, "!" a quoted scalar.
  static void RefuseExtras(const YAML::Mark& mark, const std::string& tag, YAML::anchor_t anchor) {
    if (anchor != YAML::NullAnchor) Refuse(mark, "anchors are not supported");
    if (!tag.empty() && tag != "?" && tag != "!") Refuse(mark, "tags are not supported");
  }
  void Leave(Place next) { place_ = next; }
  YamlEntry& entry() { return sections_.back().entries.back(); }

  Place place_ = Place::kDocument;
  int documents_ = 0;
  std::vector<YamlSection> sections_;
};

// Letters and signs that mean nothing in YAML, also inside brackets.
bool IsPlain(std::string_view text) {
  constexpr std::string_view kFirst =
      "ABCDEFGHIJKLMNOPQRSTUVWXYZabcdefghijklmnopqrstuvwxyz0123456789/.";
  constexpr std::string_view kRest =
      "ABCDEFGHIJKLMNOPQRSTUVWXYZabcdefghijklmnopqrstuvwxyz0123456789/._:-+=@%";
  return !text.empty() && kFirst.find(text[0]) != std::string_view::npos &&
         text.find_first_not_of(kRest) == std::string_view::npos && text.back() != ':' &&
         text != "null" && text != "Null" && text != "NULL" && text.find("...") != 0;
}

void AppendQuoted(std::string& out, char c) {
  constexpr char kDigits[] = "0123456789abcdef";
  auto value = static_cast<unsigned char>(c);
  if (c == '"' || c == '\\') {
    out.append(1, '\\').append(1, c);
  } else if (value < 0x20 || value == 0x7F) {
    out.append("\\x").append(1, kDigits[value >> 4]).append(1, kDigits[value & 15]);
  } else {
    out.append(1, c);
  }
}

}  // namespace

absl::StatusOr<std::vector<YamlSection>> ParseYaml(std::string_view text) {
  if (text.size() > kLargestDocument) {
    return absl::InvalidArgumentError(
        absl::StrCat("1: the file is larger than ", kLargestDocument, " bytes"));
  }
  try {
    std::istringstream stream{std::string(text)};
    YAML::Parser parser(stream);
    Reader reader;
    while (parser.HandleNextDocument(reader)) {
    }
    return reader.TakeSections();
  } catch (const YAML::Exception& error) {
    return absl::InvalidArgumentError(absl::StrCat(error.mark.line + 1, ": ", error.msg));
  } catch (const std::exception& error) {
    return absl::InvalidArgumentError(absl::StrCat("1: ", error.what()));
  }
}

std::string YamlScalar(std::string_view text) {
  if (IsPlain(text)) return std::string(text);
  std::string out = "\"";
  for (char c : text) AppendQuoted(out, c);
  return out.append("\"");
}

}  // namespace sluice::config
