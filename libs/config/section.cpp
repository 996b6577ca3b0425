#include "libs/config/section.h"

#include <algorithm>
#include <optional>

#include "libs/base/status_macros.h"
#include "libs/base/text.h"
#include "libs/config/nearest.h"
#include "libs/config/yaml_document.h"

namespace sluice::config {
namespace {

absl::Status Expected(std::string_view what, std::string_view found) {
  return absl::InvalidArgumentError(StrCat("expected ", what, ", found \"", found, "\""));
}

// The one scalar that was written.
absl::StatusOr<std::string> Single(const Written& written, std::string_view what) {
  if (written.is_list) {
    return absl::InvalidArgumentError(StrCat("expected ", what, ", found a list"));
  }
  return written.items.at(0);
}

// A list; a lone scalar is a list of one.
template <typename T, typename Parse>
absl::StatusOr<std::vector<T>> Each(const Written& written, std::string_view what, Parse parse) {
  std::vector<T> out;
  for (const std::string& item : written.items) {
    std::optional<T> value = parse(item);
    if (!value) return Expected(what, item);
    out.push_back(*std::move(value));
  }
  return out;
}

std::string YamlList(const std::vector<std::string>& items) {
  std::string out = "[";
  for (const std::string& item : items) {
    out.append(out.size() > 1 ? ", " : "").append(YamlScalar(item));
  }
  return out.append("]");
}

bool HasControlCharacter(std::string_view text) {
  return std::any_of(text.begin(), text.end(),
                     [](char c) { return static_cast<unsigned char>(c) < 0x20 || c == 0x7F; });
}

std::optional<std::string> ParseText(std::string_view text) {
  if (HasControlCharacter(text)) return std::nullopt;
  return std::string(text);
}

// Reads one scalar with `parse`, checks bounds, stores.
template <typename T, typename Parse>
std::function<absl::Status(const Written&)> Storer(T& field, std::string what, Parse parse) {
  return [&field, what = std::move(what), parse](const Written& written) -> absl::Status {
    SLUICE_ASSIGN_OR_RETURN(std::string text, Single(written, what));
    auto value = parse(text);
    if (!value) return Expected(what, text);
    field = *std::move(value);
    return absl::OkStatus();
  };
}

// `parse` that also refuses what is outside the bounds.
template <typename T, typename Parse>
auto Bounded(Bounds<T> bounds, Parse parse) {
  return [bounds, parse](std::string_view text) -> std::optional<T> {
    std::optional<T> value = parse(text);
    if (!value || *value < bounds.min || bounds.max < *value) return std::nullopt;
    return value;
  };
}

}  // namespace

void Section::Add(Key key) {
  key.default_yaml = key.yaml();
  keys_.push_back(std::move(key));
}

const Key* Section::Find(std::string_view key) const {
  for (const Key& candidate : keys_) {
    if (candidate.name == key) return &candidate;
  }
  return nullptr;
}

void Section::Bind(std::string key, bool& field, std::string doc) {
  Add({.name = std::move(key),
       .type = "true or false",
       .doc = std::move(doc),
       .store = Storer(field, "true or false", ParseBool),
       .yaml = [&field] { return std::string(field ? "true" : "false"); }});
}

void Section::Bind(std::string key, double& field, Bounds<double> bounds, std::string unit,
                   std::string doc) {
  std::string allowed =
      StrCat(FormatDouble(bounds.min), " to ", FormatDouble(bounds.max), " ", unit);
  Add({.name = std::move(key),
       .type = "number",
       .allowed = allowed,
       .doc = std::move(doc),
       .store = Storer(field, "a number from " + allowed, Bounded(bounds, ParseDouble)),
       .yaml = [&field] { return FormatDouble(field); }});
}

void Section::Bind(std::string key, std::string& field, std::string doc) {
  Add({.name = std::move(key),
       .type = "text",
       .doc = std::move(doc),
       .store = Storer(field, "a text without control characters", ParseText),
       .yaml = [&field] { return YamlScalar(field); }});
}

void Section::Bind(std::string key, std::vector<std::string>& field, std::string doc) {
  Add({.name = std::move(key),
       .type = "list of texts",
       .doc = std::move(doc),
       .store = [&field](const Written& written) -> absl::Status {
         SLUICE_ASSIGN_OR_RETURN(
             field, Each<std::string>(written, "texts without control characters", ParseText));
         return absl::OkStatus();
       },
       .yaml = [&field] { return YamlList(field); }});
}

void Section::Bind(std::string key, Duration& field, Bounds<Duration> bounds, std::string doc) {
  std::string allowed = StrCat(FormatDuration(bounds.min), " to ", FormatDuration(bounds.max));
  Add({.name = std::move(key),
       .type = "duration",
       .allowed = allowed,
       .doc = std::move(doc),
       .store = Storer(field, "a duration from " + allowed, Bounded(bounds, ParseDuration)),
       .yaml = [&field] { return FormatDuration(field); }});
}

void Section::Bind(std::string key, ByteSize& field, Bounds<ByteSize> bounds, std::string doc) {
  std::string allowed = StrCat(FormatByteSize(bounds.min), " to ", FormatByteSize(bounds.max));
  Add({.name = std::move(key),
       .type = "bytes",
       .allowed = allowed,
       .doc = std::move(doc),
       .store = Storer(field, "a number of bytes from " + allowed, Bounded(bounds, ParseByteSize)),
       .yaml = [&field] { return FormatByteSize(field); }});
}

void Section::Bind(std::string key, Port& field, std::string doc) {
  auto parse = [](std::string_view text) -> std::optional<Port> {
    std::optional<int64_t> value = ParseInteger(text);
    if (!value || *value < 0 || *value > 65535) return std::nullopt;
    return Port{static_cast<uint16_t>(*value)};
  };
  Add({.name = std::move(key),
       .type = "port",
       .allowed = "0 to 65535, 0 = chosen by the system",
       .doc = std::move(doc),
       .store = Storer(field, "a port from 0 to 65535", parse),
       .yaml = [&field] { return StrCat(field.value); }});
}

void Section::Bind(std::string key, HostPort& field, std::string doc) {
  Add({.name = std::move(key),
       .type = "host:port",
       .doc = std::move(doc),
       .store = Storer(field, "host:port", ParseHostPort),
       .yaml = [&field] { return YamlScalar(field.ToString()); }});
}

void Section::Bind(std::string key, std::vector<HostPort>& field, std::string doc) {
  auto yaml = [&field] {
    std::vector<std::string> items;
    for (const HostPort& item : field) items.push_back(item.ToString());
    return YamlList(items);
  };
  Add({.name = std::move(key),
       .type = "list of host:port",
       .doc = std::move(doc),
       .store = [&field](const Written& written) -> absl::Status {
         SLUICE_ASSIGN_OR_RETURN(field, Each<HostPort>(written, "host:port", ParseHostPort));
         return absl::OkStatus();
       },
       .yaml = yaml});
}

void Section::BindInteger(std::string key, Bounds<int64_t> bounds, std::string unit,
                          std::string doc, std::function<void(int64_t)> set,
                          std::function<int64_t()> get) {
  std::string allowed = StrCat(bounds.min, " to ", bounds.max, " ", unit);
  std::string what = "a whole number from " + allowed;
  auto parse = Bounded(bounds, ParseInteger);
  Add({.name = std::move(key),
       .type = "whole number",
       .allowed = allowed,
       .doc = std::move(doc),
       .store = [set, what, parse](const Written& written) -> absl::Status {
         SLUICE_ASSIGN_OR_RETURN(std::string text, Single(written, what));
         std::optional<int64_t> value = parse(text);
         if (!value) return Expected(what, text);
         set(*value);
         return absl::OkStatus();
       },
       .yaml = [get] { return StrCat(get()); }});
}

void Section::BindWord(std::string key, std::vector<std::string> words, std::string doc,
                       std::function<void(size_t)> set, std::function<size_t()> get) {
  std::string type = "one of ";
  for (const std::string& word : words) type.append(&word == &words[0] ? "" : ", ").append(word);
  Add({.name = std::move(key),
       .type = type,
       .doc = std::move(doc),
       .store = [set, type, words](const Written& written) -> absl::Status {
         SLUICE_ASSIGN_OR_RETURN(std::string text, Single(written, type));
         auto found = std::find(words.begin(), words.end(), text);
         if (found == words.end()) {
           return absl::InvalidArgumentError(
               StrCat("expected ", type, ", found \"", text, "\"", DidYouMean(text, words)));
         }
         set(static_cast<size_t>(found - words.begin()));
         return absl::OkStatus();
       },
       .yaml = [get, words] { return words.at(get()); }});
}

}  // namespace sluice::config
