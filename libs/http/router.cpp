#include "libs/http/router.h"

#include <optional>
#include <utility>

#include "absl/strings/ascii.h"
#include "libs/base/text.h"

namespace sluice::http {
namespace {

// "/a/b" -> {"a", "b"}; a trailing slash gives an empty last segment.
std::vector<std::string> Split(std::string_view path) {
  std::vector<std::string> segments;
  if (path.starts_with('/')) path.remove_prefix(1);
  while (true) {
    size_t slash = path.find('/');
    segments.emplace_back(path.substr(0, slash));
    if (slash == std::string_view::npos) return segments;
    path.remove_prefix(slash + 1);
  }
}

bool IsName(std::string_view segment) { return segment.starts_with('{') && segment.ends_with('}'); }
bool IsRest(std::string_view segment) { return IsName(segment) && segment.ends_with("...}"); }

std::string Join(const std::vector<std::string>& segments, size_t from) {
  std::string out = segments[from];
  for (size_t i = from + 1; i < segments.size(); ++i) out += "/" + segments[i];
  return out;
}

// What the pattern's names match, or nullopt.
std::optional<Fields> Match(const std::vector<std::string>& pattern,
                            const std::vector<std::string>& path) {
  bool rest = IsRest(pattern.back());
  if (rest ? path.size() < pattern.size() : path.size() != pattern.size()) return std::nullopt;
  Fields values;
  for (size_t i = 0; i < pattern.size(); ++i) {
    const std::string& part = pattern[i];
    if (IsRest(part)) {
      values.emplace_back(part.substr(1, part.size() - 5), Join(path, i));
      if (values.back().second.empty()) return std::nullopt;
    } else if (IsName(part)) {
      if (path[i].empty()) return std::nullopt;
      values.emplace_back(part.substr(1, part.size() - 2), path[i]);
    } else if (part != path[i]) {
      return std::nullopt;
    }
  }
  return values;
}

int HexValue(char c) {
  if (c >= '0' && c <= '9') return c - '0';
  if (c >= 'a' && c <= 'f') return c - 'a' + 10;
  if (c >= 'A' && c <= 'F') return c - 'A' + 10;
  return -1;
}

}  // namespace

void Router::Add(Method method, std::string_view pattern, Serve serve) {
  entries_.push_back(Entry{method, Split(pattern), std::move(serve)});
}

void Router::Route(Request request, Responder responder) const {
  std::vector<std::string> path = Split(request.path);
  Method wanted = request.method == Method::kHead ? Method::kGet : request.method;
  std::string allowed;
  for (const Entry& entry : entries_) {
    std::optional<Fields> values = Match(entry.segments, path);
    if (!values) continue;
    if (entry.method == wanted) {
      request.path_values = *std::move(values);
      entry.serve(request, std::move(responder));
      return;
    }
    if (allowed.find(MethodName(entry.method)) != std::string::npos) continue;
    if (!allowed.empty()) allowed += ", ";
    allowed += MethodName(entry.method);
  }
  if (allowed.empty()) {
    responder.Send(ProblemResponse(404, "Not Found", "There is nothing at this path."));
    return;
  }
  Response response = ProblemResponse(
      405, "Method Not Allowed",
      StrCat(MethodName(request.method), " is not possible here; ", allowed, " is."));
  response.Set("Allow", allowed);
  responder.Send(std::move(response));
}

std::string PercentDecode(std::string_view text) {
  std::string out;
  for (size_t i = 0; i < text.size(); ++i) {
    if (text[i] == '%' && i + 2 < text.size() && HexValue(text[i + 1]) >= 0 &&
        HexValue(text[i + 2]) >= 0) {
      out += static_cast<char>(HexValue(text[i + 1]) * 16 + HexValue(text[i + 2]));
      i += 2;
    } else {
      out += text[i];
    }
  }
  return out;
}

std::string PercentEncode(std::string_view text) {
  static constexpr char kHex[] = "0123456789ABCDEF";
  std::string out;
  for (char c : text) {
    auto byte = static_cast<unsigned char>(c);
    if (absl::ascii_isalnum(byte) || c == '-' || c == '.' || c == '_' || c == '~') {
      out += c;
    } else {
      out += {'%', kHex[byte >> 4], kHex[byte & 15]};
    }
  }
  return out;
}

}  // namespace sluice::http
