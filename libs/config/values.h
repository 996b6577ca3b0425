// Types of configuration values that are more than a number or a text, and their written forms.
#pragma once

#include <cstdint>
#include <optional>
#include <string>
#include <string_view>

#include "libs/base/instant.h"

namespace sluice::config {

// A TCP or UDP port; 0 = the system chooses one (tests; the choice stands in the ready file).
struct Port {
  uint16_t value = 0;
  friend bool operator==(Port, Port) = default;
};

// "host:port"; host is a name, an IPv4 address or an IPv6 address, written in brackets in YAML and
// kept without them here.
struct HostPort {
  std::string host;
  uint16_t port = 0;
  // "host:port" or "[v6]:port".
  std::string ToString() const;
  friend bool operator==(const HostPort&, const HostPort&) = default;
};

// Written "512", "64KiB", "8MiB", "1GiB", "64kB", "8MB", "1GB" (powers of 1000 without the i).
struct ByteSize {
  uint64_t bytes = 0;
  friend auto operator<=>(ByteSize, ByteSize) = default;
};

// Inclusive.
template <typename T>
struct Bounds {
  T min;
  T max;
};

// One word of an enumeration.
template <typename E>
struct Choice {
  const char* word;
  E value;
};

// The written forms; nullopt for anything else, overflow included.
std::optional<bool> ParseBool(std::string_view text);          // true false yes no on off
std::optional<int64_t> ParseInteger(std::string_view text);    // decimal
std::optional<double> ParseDouble(std::string_view text);      // decimal, finite
std::optional<Duration> ParseDuration(std::string_view text);  // "250ms" "1.5s" "2m" "1h" "0"
std::optional<ByteSize> ParseByteSize(std::string_view text);
std::optional<HostPort> ParseHostPort(std::string_view text);

// The shortest form that is read back to the same value.
std::string FormatDuration(Duration value);
std::string FormatByteSize(ByteSize value);
std::string FormatDouble(double value);

}  // namespace sluice::config
