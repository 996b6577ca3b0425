// The description of one section of the configuration file: which key fills which field. Parsing,
// checking, printing, environment overrides and the documentation all work from this description.
#pragma once

#include <concepts>
#include <cstdint>
#include <functional>
#include <string>
#include <string_view>
#include <vector>

#include "absl/status/status.h"
#include "libs/base/instant.h"
#include "libs/config/values.h"

namespace sluice::config {

// What was written for a key: one scalar, or a list of them.
struct Written {
  std::vector<std::string> items;
  bool is_list = false;
};

// One key as described, bound to its field.
struct Key {
  std::string name;     // snake_case
  std::string type;     // for people: "duration", "port", "one of text, json"
  std::string allowed;  // for people: "1 to 64 connections"; empty = any
  std::string doc;      // one line
  std::string default_yaml;
  // Stores the value in the field. InvalidArgument says what is allowed instead; the field is then
  // unchanged.
  std::function<absl::Status(const Written&)> store;
  // The field as YAML on one line.
  std::function<std::string()> yaml;
};

// A struct of configuration has `void Describe(config::Section& section)` that binds each field
// once:
//
//   struct RtmpConfig {
//     config::Port rtmp_port{1935};
//     Duration handshake_timeout = 10s;
//     void Describe(config::Section& section) {
//       section.Bind("rtmp_port", rtmp_port, "TCP port of the RTMP listener.");
//       section.Bind("handshake_timeout", handshake_timeout, {1s, 60s}, "A peer that takes longer
//       is closed.");
//     }
//   };
//
// The field's value at that time is the default. The fields outlive the section and do not move.
class Section {
 public:
  Section(std::string name, std::string doc) : name_(std::move(name)), doc_(std::move(doc)) {}

  void Bind(std::string key, bool& field, std::string doc);
  // unit: of the number, plural, for people ("connections").
  template <std::integral T>
  void Bind(std::string key, T& field, Bounds<T> bounds, std::string unit, std::string doc) {
    BindInteger(
        std::move(key), {static_cast<int64_t>(bounds.min), static_cast<int64_t>(bounds.max)},
        std::move(unit), std::move(doc), [&field](int64_t value) { field = static_cast<T>(value); },
        [&field] { return static_cast<int64_t>(field); });
  }
  void Bind(std::string key, double& field, Bounds<double> bounds, std::string unit,
            std::string doc);
  void Bind(std::string key, std::string& field, std::string doc);
  void Bind(std::string key, std::vector<std::string>& field, std::string doc);
  // Written with its unit: "250ms", "5s", "2m", "1h"; "0" needs none.
  void Bind(std::string key, Duration& field, Bounds<Duration> bounds, std::string doc);
  void Bind(std::string key, ByteSize& field, Bounds<ByteSize> bounds, std::string doc);
  void Bind(std::string key, Port& field, std::string doc);
  void Bind(std::string key, HostPort& field, std::string doc);
  void Bind(std::string key, std::vector<HostPort>& field, std::string doc);
  template <typename E>
  requires std::is_enum_v<E>
  void Bind(std::string key, E& field, std::vector<Choice<E>> choices, std::string doc) {
    std::vector<std::string> words;
    for (const Choice<E>& choice : choices) words.emplace_back(choice.word);
    BindWord(
        std::move(key), std::move(words), std::move(doc),
        [&field, choices](size_t index) { field = choices[index].value; },
        [&field, choices]() -> size_t {
          for (size_t i = 0; i < choices.size(); ++i) {
            if (choices[i].value == field) return i;
          }
          return 0;
        });
  }

  const std::string& name() const { return name_; }
  const std::string& doc() const { return doc_; }
  const std::vector<Key>& keys() const { return keys_; }
  // nullptr if there is none of that name.
  const Key* Find(std::string_view key) const;

 private:
  void BindInteger(std::string key, Bounds<int64_t> bounds, std::string unit, std::string doc,
                   std::function<void(int64_t)> set, std::function<int64_t()> get);
  void BindWord(std::string key, std::vector<std::string> words, std::string doc,
                std::function<void(size_t)> set, std::function<size_t()> get);
  void Add(Key key);

  std::string name_;
  std::string doc_;
  std::vector<Key> keys_;
};

}  // namespace sluice::config
