#include "libs/metrics/exposition.h"

#include <algorithm>
#include <charconv>
#include <map>
#include <optional>

#include "libs/base/status_macros.h"
#include "libs/base/text.h"

namespace sluice::metrics {
namespace {

constexpr std::string_view kBlank = " \t";
constexpr std::string_view kTypes[] = {"counter", "gauge", "histogram", "summary", "untyped"};

absl::Status Wrong(std::string_view what) { return absl::InvalidArgumentError(ToAbsl(what)); }

std::string_view Trim(std::string_view text) {
  size_t start = text.find_first_not_of(kBlank);
  if (start == std::string_view::npos) return {};
  return text.substr(start, text.find_last_not_of(kBlank) - start + 1);
}

// Cuts the next word off the front, with the blanks before it.
std::string_view TakeWord(std::string_view& text) {
  text.remove_prefix(std::min(text.find_first_not_of(kBlank), text.size()));
  std::string_view word = text.substr(0, text.find_first_of(kBlank));
  text.remove_prefix(word.size());
  return word;
}

bool IsLetter(char c) { return (c >= 'a' && c <= 'z') || (c >= 'A' && c <= 'Z') || c == '_'; }
bool IsDigit(char c) { return c >= '0' && c <= '9'; }

// [a-zA-Z_:][a-zA-Z0-9_:]*, labels without the colon.
bool IsName(std::string_view name, bool colon) {
  auto fits = [colon](char c) { return IsLetter(c) || IsDigit(c) || (colon && c == ':'); };
  return !name.empty() && !IsDigit(name[0]) && std::all_of(name.begin(), name.end(), fits);
}

bool IsFloat(std::string_view text) {
  if (text == "NaN" || text == "+Inf" || text == "-Inf" || text == "Inf") return true;
  if (text.starts_with('+')) text.remove_prefix(1);
  double value = 0;
  auto [end, error] = std::from_chars(text.data(), text.data() + text.size(), value);
  bool whole = !text.empty() && end == text.data() + text.size();
  return whole && (error == std::errc() || error == std::errc::result_out_of_range);
}

bool IsTimestamp(std::string_view text) {
  int64_t value = 0;
  auto [end, error] = std::from_chars(text.data(), text.data() + text.size(), value);
  return error == std::errc() && end == text.data() + text.size();
}

// What follows the opening quote, up to the closing one; `text` goes behind that.
std::optional<std::string_view> TakeQuoted(std::string_view& text) {
  for (size_t i = 0; i < text.size(); ++i) {
    if (text[i] == '"') {
      std::string_view value = text.substr(0, i);
      text.remove_prefix(i + 1);
      return value;
    }
    if (text[i] != '\\') continue;
    ++i;  // \\ \" \n
    if (i == text.size() || (text[i] != '\\' && text[i] != '"' && text[i] != 'n')) break;
  }
  return std::nullopt;
}

// name="value"[,...]} with the opening brace gone; `text` goes behind the closing one.
absl::Status TakeLabels(std::string_view& text, PageSample& sample) {
  for (;;) {
    text = Trim(text);
    if (text.starts_with('}')) break;
    size_t equals = std::min(text.find('='), text.size());
    std::string_view name = Trim(text.substr(0, equals));
    if (!IsName(name, false)) return Wrong("not a label name");
    text = Trim(text.substr(std::min(equals + 1, text.size())));
    if (!text.starts_with('"')) return Wrong("a label value is not quoted");
    text.remove_prefix(1);
    std::optional<std::string_view> value = TakeQuoted(text);
    if (!value) return Wrong("a label value does not end, or has an unknown escape");
    if (sample.labels.size() == kMostLabels) return Wrong("too many labels");
    sample.labels.emplace_back(name, *value);
    text = Trim(text);
    if (text.starts_with(',')) {
      text.remove_prefix(1);
    } else if (!text.starts_with('}')) {
      return Wrong("expected , or } after a label");
    }
  }
  text.remove_prefix(1);
  return absl::OkStatus();
}

absl::StatusOr<PageSample> ParseSample(std::string_view line) {
  PageSample sample;
  size_t name_end = std::min(line.find_first_of(" \t{"), line.size());
  sample.name = line.substr(0, name_end);
  if (!IsName(sample.name, true)) return Wrong("not a metric name");
  line = Trim(line.substr(name_end));
  if (line.starts_with('{')) {
    line.remove_prefix(1);
    SLUICE_RETURN_IF_ERROR(TakeLabels(line, sample));
  }
  std::string_view value = TakeWord(line);
  if (!IsFloat(value)) return Wrong("not a sample value");
  std::string_view timestamp = TakeWord(line);
  if (!timestamp.empty() && !IsTimestamp(timestamp)) return Wrong("not a timestamp");
  if (!Trim(line).empty()) return Wrong("text after the sample");
  sample.value = timestamp.empty() ? std::string(value) : StrCat(value, " ", timestamp);
  return sample;
}

// Gathers lines into families.
class Page {
 public:
  absl::Status Take(std::string_view line) {
    line = Trim(line);
    if (line.empty()) return absl::OkStatus();
    if (line.starts_with('#')) return TakeComment(line.substr(1));
    SLUICE_ASSIGN_OR_RETURN(PageSample sample, ParseSample(line));
    PageFamily& family = FamilyOf(sample.name);
    family.samples.push_back(std::move(sample));
    return absl::OkStatus();
  }
  std::vector<PageFamily> TakeFamilies() { return std::move(families_); }

 private:
  // Anything but HELP and TYPE is for people.
  absl::Status TakeComment(std::string_view line) {
    std::string_view keyword = TakeWord(line);
    if (keyword != "HELP" && keyword != "TYPE") return absl::OkStatus();
    std::string_view name = TakeWord(line);
    if (!IsName(name, true)) return Wrong("not a metric name");
    PageFamily& family = Named(std::string(name));
    line = Trim(line);
    if (keyword == "HELP") {
      if (!family.help.empty()) return Wrong("a second HELP for one metric");
      family.help = line;
      return absl::OkStatus();
    }
    if (std::find(std::begin(kTypes), std::end(kTypes), line) == std::end(kTypes)) {
      return Wrong("unknown type");
    }
    if (!family.samples.empty() || family.type != "untyped") return Wrong("TYPE comes too late");
    family.type = line;
    return absl::OkStatus();
  }

  PageFamily& Named(const std::string& name) {
    auto [place, added] = index_.try_emplace(name, families_.size());
    if (added) families_.push_back({.name = name});
    return families_[place->second];
  }

  // Parts of a histogram or summary belong to the name without their ending.
  PageFamily& FamilyOf(const std::string& sample_name) {
    for (std::string_view ending : {"_bucket", "_sum", "_count"}) {
      if (!sample_name.ends_with(ending)) continue;
      auto found = index_.find(sample_name.substr(0, sample_name.size() - ending.size()));
      if (found == index_.end()) continue;
      PageFamily& family = families_[found->second];
      bool has_buckets = family.type == "histogram";
      if (has_buckets || (family.type == "summary" && ending != "_bucket")) return family;
    }
    return Named(sample_name);
  }

  std::vector<PageFamily> families_;
  std::map<std::string, size_t> index_;  // by name
};

}  // namespace

absl::StatusOr<std::vector<PageFamily>> ParseExposition(std::string_view text) {
  if (text.size() > kLargestPage) return Wrong("line 1: the page is too large");
  if (!text.empty() && !text.ends_with('\n')) return Wrong("the last line does not end");
  Page page;
  for (int line = 1; !text.empty(); ++line) {
    size_t end = text.find('\n');
    absl::Status taken = page.Take(text.substr(0, end));
    if (!taken.ok()) return Wrong(StrCat("line ", line, ": ", ToStd(taken.message())));
    text.remove_prefix(end + 1);
  }
  return page.TakeFamilies();
}

std::string SerializeFamily(const PageFamily& family) {
  std::string out;
  if (!family.help.empty()) out = StrCat("# HELP ", family.name, " ", family.help, "\n");
  out.append(StrCat("# TYPE ", family.name, " ", family.type, "\n"));
  for (const PageSample& sample : family.samples) {
    out.append(sample.name);
    for (const auto& [name, value] : sample.labels) {
      bool first = &name == &sample.labels.front().first;
      out.append(StrCat(first ? "{" : ",", name, "=\"", value, "\""));
    }
    out.append(StrCat(sample.labels.empty() ? " " : "} ", sample.value, "\n"));
  }
  return out;
}

}  // namespace sluice::metrics
