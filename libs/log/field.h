// One key=value of a log line.
#pragma once

#include <concepts>
#include <string>
#include <string_view>

#include "absl/status/status.h"
#include "absl/strings/str_cat.h"

namespace sluice::log {

// Borrows the key (a literal); copies the value. Values longer than 512 bytes are cut.
class Field {
 public:
  Field(std::string_view key, std::string_view value) : key_(key), value_(value) {}
  Field(std::string_view key, const char* value) : key_(key), value_(value) {}
  Field(std::string_view key, const std::string& value) : key_(key), value_(value) {}
  Field(std::string_view key, bool value)
      : key_(key), value_(value ? "true" : "false"), bare_(true) {}
  template <typename T>
  requires std::integral<T> || std::floating_point<T> Field(std::string_view key, T value)
      : key_(key), value_(absl::StrCat(value)), bare_(true) {}
  // "NOT_FOUND: no such stream"
  Field(std::string_view key, const absl::Status& status) : key_(key), value_(status.ToString()) {}

  std::string_view key() const { return key_; }
  const std::string& value() const { return value_; }
  bool bare() const { return bare_; }  // a number or a bool: not quoted in JSON

 private:
  std::string_view key_;
  std::string value_;
  bool bare_ = false;
};

}  // namespace sluice::log
