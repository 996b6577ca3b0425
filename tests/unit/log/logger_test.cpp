#include "libs/log/logger.h"

#include <catch2/catch.hpp>
#include <vector>

namespace sluice::log {
namespace {

class Lines final : public LineSink {
 public:
  explicit Lines(std::vector<std::string>& lines) : lines_(lines) {}
  void Write(std::string_view line) override { lines_.emplace_back(line); }

 private:
  std::vector<std::string>& lines_;
};

struct Recorded {
  explicit Recorded(Format format, Level level = Level::kInfo)
      : logger({.service = "ingest", .level = level, .format = format},
               std::make_unique<Lines>(lines)) {}
  // The last line after its time.
  std::string Last() const {
    REQUIRE_FALSE(lines.empty());
    return lines.back().substr(lines.back().find('Z') + 1);
  }

  std::vector<std::string> lines;
  Logger logger;
};

TEST_CASE("a text line holds UTC time, level, service, event and fields") {
  Recorded log(Format::kText);
  log.logger.Info("publishing began", {{"stream", "cam"}, {"bytes", 12}, {"ready", true}});
  CHECK(log.Last() == " info ingest publishing began stream=cam bytes=12 ready=true");
  CHECK(log.lines[0].size() > 24);
  CHECK(log.lines[0][10] == 'T');
  CHECK(log.lines[0][23] == 'Z');
}

TEST_CASE("a JSON line quotes texts and leaves numbers bare") {
  Recorded log(Format::kJson);
  log.logger.Error("lost", {{"stream", "a\"b"}, {"load", 0.5}, {"none", 0.0 / 0.0}});
  std::string line = log.Last();
  CHECK(line.substr(0, 61) ==
        "\",\"level\":\"error\",\"service\":\"ingest\",\"event\":\"lost\",\"stream\":");
  CHECK(line.find("\"a\\\"b\",\"load\":0.5,\"none\":\"") != std::string::npos);
  CHECK(line.back() == '}');
}

TEST_CASE("a value cannot forge a line or a field") {
  Recorded log(Format::kText);
  log.logger.Info("x", {{"stream", "a\nb c=d %n {}"}});
  CHECK(log.Last() == " info ingest x stream=\"a\\u000ab c=d %n {}\"");
}

TEST_CASE("bytes that are not UTF-8 become U+FFFD, UTF-8 stays") {
  Recorded log(Format::kText);
  log.logger.Info("x", {{"a", "\xC3\xA4\xFF\xED\xA0\x80"}});
  CHECK(log.Last() == " info ingest x a=\"\xC3\xA4\\ufffd\\ufffd\\ufffd\\ufffd\"");
}

TEST_CASE("long values are cut at a character's border") {
  Recorded log(Format::kText);
  log.logger.Info("x", {{"a", std::string(511, 'y') + "\xC3\xA4" + "zzz"}});
  CHECK(log.Last() == " info ingest x a=" + std::string(511, 'y') + "...");
}

TEST_CASE("credentials in fields are removed") {
  Recorded log(Format::kText);
  log.logger.Info("x", {{"cause", absl::NotFoundError("rtsp://u:p@h/ is away")}});
  CHECK(log.Last() == " info ingest x cause=\"NOT_FOUND: rtsp://***@h/ is away\"");
}

TEST_CASE("lines below the level are not written") {
  Recorded log(Format::kText, Level::kWarning);
  log.logger.Debug("a");
  log.logger.Info("b");
  CHECK(log.lines.empty());
  log.logger.Warning("c");
  log.logger.Error("d");
  CHECK(log.lines.size() == 2);
}

TEST_CASE("a limited event stops after ten lines") {
  Recorded log(Format::kText);
  for (int i = 0; i < 100; ++i) log.logger.WarningLimited("bad input", {{"peer", "p"}});
  CHECK(log.lines.size() == 10);
}

}  // namespace
}  // namespace sluice::log
