#include "libs/log/logger.h"

#include <spdlog/logger.h>
#include <spdlog/pattern_formatter.h>
#include <spdlog/sinks/base_sink.h>
#include <spdlog/sinks/stdout_sinks.h>

#include <mutex>

#include "libs/base/text.h"
#include "libs/log/line.h"
#include "libs/log/rate_limit.h"

namespace sluice::log {
namespace {

spdlog::level::level_enum ToSpdlog(Level level) {
  switch (level) {
    case Level::kDebug:
      return spdlog::level::debug;
    case Level::kInfo:
      return spdlog::level::info;
    case Level::kWarning:
      return spdlog::level::warn;
    case Level::kError:
      return spdlog::level::err;
  }
  return spdlog::level::info;
}

// Hands the finished line to ours.
class Forward final : public spdlog::sinks::base_sink<std::mutex> {
 public:
  explicit Forward(std::unique_ptr<LineSink> to) : to_(std::move(to)) {}

 protected:
  void sink_it_(const spdlog::details::log_msg& message) override {
    spdlog::memory_buf_t line;
    formatter_->format(message, line);
    to_->Write({line.data(), line.size()});
  }
  void flush_() override {}

 private:
  std::unique_ptr<LineSink> to_;
};

std::string Pattern(const Options& options) {
  if (options.format == Format::kText) {
    return StrCat("%Y-%m-%dT%H:%M:%S.%eZ %l ", options.service, " %v");
  }
  return StrCat("{\"time\":\"%Y-%m-%dT%H:%M:%S.%eZ\",\"level\":\"%l\",\"service\":",
                Quote(options.service), ",%v}");
}

}  // namespace

struct Logger::Output {
  Output(const Options& options, spdlog::sink_ptr sink, const std::string& line_end)
      : logger("sluice", std::move(sink)) {
    logger.set_formatter(std::make_unique<spdlog::pattern_formatter>(
        Pattern(options), spdlog::pattern_time_type::utc, line_end));
    logger.set_level(ToSpdlog(options.level));
    logger.flush_on(spdlog::level::trace);
  }

  spdlog::logger logger;
  std::mutex mutex;
  RateLimit rate_limit;  // guarded by mutex
};

Logger::Logger(Options options)
    : options_(std::move(options)),
      output_(std::make_unique<Output>(options_, std::make_shared<spdlog::sinks::stderr_sink_mt>(),
                                       "\n")) {}

Logger::Logger(Options options, std::unique_ptr<LineSink> sink)
    : options_(std::move(options)),
      output_(std::make_unique<Output>(options_, std::make_shared<Forward>(std::move(sink)), "")) {}

Logger::~Logger() = default;

void Logger::Debug(std::string_view event, std::initializer_list<Field> fields) {
  Write(Level::kDebug, event, fields, 0);
}
void Logger::Info(std::string_view event, std::initializer_list<Field> fields) {
  Write(Level::kInfo, event, fields, 0);
}
void Logger::Warning(std::string_view event, std::initializer_list<Field> fields) {
  Write(Level::kWarning, event, fields, 0);
}
void Logger::Error(std::string_view event, std::initializer_list<Field> fields) {
  Write(Level::kError, event, fields, 0);
}

void Logger::WarningLimited(std::string_view event, std::initializer_list<Field> fields) {
  std::optional<uint64_t> suppressed;
  {
    std::lock_guard lock(output_->mutex);
    suppressed = output_->rate_limit.Allow(event, MonotonicNow());
  }
  if (suppressed) Write(Level::kWarning, event, fields, *suppressed);
}

void Logger::Write(Level level, std::string_view event, std::initializer_list<Field> fields,
                   uint64_t suppressed) {
  if (!output_->logger.should_log(ToSpdlog(level))) return;
  std::string body = options_.format == Format::kText ? TextBody(event, fields, suppressed)
                                                      : JsonBody(event, fields, suppressed);
  // The body is an argument, never a format: it holds what peers sent.
  output_->logger.log(ToSpdlog(level), spdlog::string_view_t(body));
}

}  // namespace sluice::log
