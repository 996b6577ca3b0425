#include "libs/directory/keys.h"

#include <utility>

#include "absl/strings/ascii.h"
#include "libs/base/text.h"

namespace sluice::directory {
namespace {

constexpr std::string_view kNodes = "/sluice/v1/nodes/";
constexpr std::string_view kStreams = "/sluice/v1/streams/";
constexpr std::string_view kRendition = "/r/";
constexpr size_t kMaxPartBytes = 255;
constexpr std::string_view kHexDigits = "0123456789ABCDEF";

bool IsUnreserved(char c) {
  return absl::ascii_isalnum(static_cast<unsigned char>(c)) || c == '-' || c == '.' || c == '_' ||
         c == '~';
}

std::string Encode(std::string_view text) {
  std::string encoded;
  for (const char c : text) {
    if (IsUnreserved(c)) {
      encoded += c;
      continue;
    }
    const auto byte = static_cast<unsigned char>(c);
    encoded += '%';
    encoded += kHexDigits[byte >> 4];
    encoded += kHexDigits[byte & 15];
  }
  return encoded;
}

// One part of a path: 1 to 255 bytes when decoded, and encoded as Encode() does.
std::optional<std::string> Decode(std::string_view encoded) {
  std::string text;
  for (size_t i = 0; i < encoded.size(); ++i) {
    if (text.size() == kMaxPartBytes) return std::nullopt;
    if (encoded[i] != '%') {
      if (!IsUnreserved(encoded[i])) return std::nullopt;
      text += encoded[i];
      continue;
    }
    if (encoded.size() - i < 3) return std::nullopt;
    const size_t high = kHexDigits.find(encoded[i + 1]);
    const size_t low = kHexDigits.find(encoded[i + 2]);
    if (high == std::string_view::npos || low == std::string_view::npos) return std::nullopt;
    const char c = static_cast<char>(high << 4 | low);
    if (IsUnreserved(c)) return std::nullopt;
    text += c;
    i += 2;
  }
  if (text.empty()) return std::nullopt;
  return text;
}

std::optional<std::string_view> AfterPrefix(std::string_view path, std::string_view prefix) {
  if (!path.starts_with(prefix)) return std::nullopt;
  return path.substr(prefix.size());
}

}  // namespace

std::string NodePath(const NodeName& node) {
  return StrCat(kNodes, Encode(node.service), "/", Encode(node.id));
}

std::string StreamPath(const media::StreamKey& key) {
  std::string path = StrCat(kStreams, Encode(key.name));
  if (key.is_rendition()) path += StrCat(kRendition, Encode(key.rendition));
  return path;
}

std::optional<NodeName> ParseNodePath(std::string_view path) {
  const auto rest = AfterPrefix(path, kNodes);
  if (!rest) return std::nullopt;
  const size_t slash = rest->find('/');
  if (slash == std::string_view::npos) return std::nullopt;
  auto service = Decode(rest->substr(0, slash));
  auto id = Decode(rest->substr(slash + 1));
  if (!service || !id) return std::nullopt;
  return NodeName{*std::move(service), *std::move(id)};
}

std::optional<media::StreamKey> ParseStreamPath(std::string_view path) {
  const auto rest = AfterPrefix(path, kStreams);
  if (!rest) return std::nullopt;
  const size_t slash = rest->find('/');
  auto name = Decode(rest->substr(0, slash));
  if (!name || !media::IsValidStreamName(*name)) return std::nullopt;
  media::StreamKey key{*std::move(name), ""};
  if (slash == std::string_view::npos) return key;
  const auto profile = AfterPrefix(rest->substr(slash), kRendition);
  if (!profile) return std::nullopt;
  auto rendition = Decode(*profile);
  if (!rendition) return std::nullopt;
  key.rendition = *std::move(rendition);
  return key;
}

std::string EndOfPrefix(std::string_view prefix) {
  std::string end(prefix);
  end.back() = static_cast<char>(end.back() + 1);
  return end;
}

}  // namespace sluice::directory
