#include "libs/config/values.h"

#include <charconv>
#include <cmath>
#include <limits>

#include "libs/base/text.h"

namespace sluice::config {
namespace {

struct DurationUnit {
  std::string_view suffix;
  int64_t us;
};
// Longest unit first, so that formatting finds the shortest number.
constexpr DurationUnit kDurationUnits[] = {
    {"h", 3'600'000'000}, {"m", 60'000'000}, {"s", 1'000'000}, {"ms", 1'000}, {"us", 1}};

struct SizeUnit {
  std::string_view suffix;
  uint64_t bytes;
};
constexpr SizeUnit kSizeUnits[] = {
    {"GiB", 1 << 30},  {"MiB", 1 << 20}, {"KiB", 1 << 10}, {"GB", 1'000'000'000},
    {"MB", 1'000'000}, {"kB", 1'000},    {"B", 1},         {"", 1}};

constexpr double kLongestSeconds = 100.0 * 365 * 24 * 3600;

template <typename T>
std::optional<T> ParseNumber(std::string_view text) {
  T value{};
  auto [end, error] = std::from_chars(text.data(), text.data() + text.size(), value);
  if (error != std::errc() || end != text.data() + text.size() || text.empty()) return {};
  return value;
}

// Where the number ends and its unit begins.
size_t NumberLength(std::string_view text) {
  size_t end = text.find_first_not_of("0123456789.");
  return end == std::string_view::npos ? text.size() : end;
}

bool IsHost(std::string_view host) {
  return !host.empty() && host.size() <= 253 &&
         host.find_first_of(" \t/@?#[]\"'") == std::string_view::npos;
}

}  // namespace

std::string HostPort::ToString() const {
  bool v6 = host.find(':') != std::string::npos;
  return v6 ? StrCat("[", host, "]:", port) : StrCat(host, ":", port);
}

std::optional<bool> ParseBool(std::string_view text) {
  if (text == "true" || text == "yes" || text == "on") return true;
  if (text == "false" || text == "no" || text == "off") return false;
  return std::nullopt;
}

std::optional<int64_t> ParseInteger(std::string_view text) { return ParseNumber<int64_t>(text); }

std::optional<double> ParseDouble(std::string_view text) {
  std::optional<double> value = ParseNumber<double>(text);
  if (!value || !std::isfinite(*value)) return std::nullopt;
  return value;
}

std::optional<Duration> ParseDuration(std::string_view text) {
  if (text == "0") return Duration(0);
  size_t length = NumberLength(text);
  std::optional<double> number = ParseDouble(text.substr(0, length));
  if (!number) return std::nullopt;
  for (const DurationUnit& unit : kDurationUnits) {
    if (text.substr(length) != unit.suffix) continue;
    double us = *number * static_cast<double>(unit.us);
    if (us > kLongestSeconds * 1e6) return std::nullopt;
    return Duration(std::llround(us));
  }
  return std::nullopt;
}

std::optional<ByteSize> ParseByteSize(std::string_view text) {
  size_t length = NumberLength(text);
  std::optional<uint64_t> number = ParseNumber<uint64_t>(text.substr(0, length));
  if (!number) return std::nullopt;
  for (const SizeUnit& unit : kSizeUnits) {
    if (text.substr(length) != unit.suffix) continue;
    if (*number > std::numeric_limits<uint64_t>::max() / unit.bytes) return std::nullopt;
    return ByteSize{*number * unit.bytes};
  }
  return std::nullopt;
}

std::optional<HostPort> ParseHostPort(std::string_view text) {
  size_t colon = text.rfind(':');
  if (colon == std::string_view::npos) return std::nullopt;
  std::optional<uint16_t> port = ParseNumber<uint16_t>(text.substr(colon + 1));
  std::string_view host = text.substr(0, colon);
  bool bracketed = host.size() > 2 && host.front() == '[' && host.back() == ']';
  if (bracketed) host = host.substr(1, host.size() - 2);
  // An IPv6 address without brackets could end in any of its groups.
  if (!port || !IsHost(host) || bracketed != (host.find(':') != std::string_view::npos)) return {};
  return HostPort{std::string(host), *port};
}

std::string FormatDuration(Duration value) {
  int64_t us = value.count();
  if (us == 0) return "0";
  for (const DurationUnit& unit : kDurationUnits) {
    if (us % unit.us == 0) return StrCat(us / unit.us, unit.suffix);
  }
  return StrCat(us, "us");
}

std::string FormatByteSize(ByteSize value) {
  for (const SizeUnit& unit : kSizeUnits) {
    bool divides = value.bytes != 0 && value.bytes % unit.bytes == 0;
    if (divides && unit.bytes > 1) return StrCat(value.bytes / unit.bytes, unit.suffix);
  }
  return StrCat(value.bytes);
}

std::string FormatDouble(double value) {
  char text[32];
  auto [end, error] = std::to_chars(text, text + sizeof(text), value);
  return std::string(text, end);
}

}  // namespace sluice::config
