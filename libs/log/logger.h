// Structured log: one line per event on standard error (the supervisor keeps it).
#pragma once

#include <cstdint>
#include <initializer_list>
#include <memory>
#include <string>
#include <string_view>

#include "libs/log/field.h"

namespace sluice::log {

enum class Level { kDebug, kInfo, kWarning, kError };
enum class Format { kText, kJson };

struct Options {
  std::string service;  // "ingest"
  Level level = Level::kInfo;
  Format format = Format::kText;
};

// Where finished lines go. Tests have their own; Logger's default writes to standard error.
class LineSink {
 public:
  virtual ~LineSink() = default;
  virtual void Write(std::string_view line) = 0;  // without the newline; any thread
};

// Text:  2026-11-21T02:15:00.123Z info ingest publishing began stream=cam peer=10.0.0.7:5000
// JSON:  {"time":"...","level":"info","service":"ingest","event":"publishing began","stream":"cam"}
//
// One event, one line, at the place that decides; libraries return, services log. `event` is a
// fixed text of a few lower-case words; what varies stands in fields. Words for keys: stream,
// session, peer, node, track, cause, bytes, count. Credentials in URLs are removed from every
// field. Any thread; never on the packet path.
class Logger {
 public:
  explicit Logger(Options options);
  Logger(Options options, std::unique_ptr<LineSink> sink);
  ~Logger();

  void Debug(std::string_view event, std::initializer_list<Field> fields = {});
  void Info(std::string_view event, std::initializer_list<Field> fields = {});
  void Warning(std::string_view event, std::initializer_list<Field> fields = {});
  void Error(std::string_view event, std::initializer_list<Field> fields = {});

  // For what a peer can cause at will (bad input, refused connections): at most 10 lines of one
  // `event` per 10 s; the first line of the next 10 s says how many were left out
  // (suppressed=123). Keeps at most 256 events apart.
  void WarningLimited(std::string_view event, std::initializer_list<Field> fields = {});

  Level level() const { return options_.level; }

 private:
  struct Output;
  void Write(Level level, std::string_view event, std::initializer_list<Field> fields,
             uint64_t suppressed);

  Options options_;
  std::unique_ptr<Output> output_;
};

}  // namespace sluice::log
