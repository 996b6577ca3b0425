#include "libs/metrics/scrape_answer.h"

#include <catch2/catch.hpp>

namespace sluice::metrics {
namespace {

constexpr std::string_view kAnswer =
    "HTTP/1.1 200 OK\r\nContent-Type: text/plain\r\ncontent-length:  4\r\n\r\na 1\n";

TEST_CASE("the body follows the empty line") { CHECK(*ParseScrapeAnswer(kAnswer) == "a 1\n"); }

TEST_CASE("without a length the body ends with the connection") {
  CHECK(*ParseScrapeAnswer("HTTP/1.0 200 OK\r\n\r\na 1\n") == "a 1\n");
  CHECK(ParseScrapeAnswer("HTTP/1.0 200 OK\r\n\r\n")->empty());
}

TEST_CASE("every truncation is refused") {
  for (size_t size = 0; size < kAnswer.size(); ++size) {
    CAPTURE(size);
    CHECK(absl::IsInvalidArgument(ParseScrapeAnswer(kAnswer.substr(0, size)).status()));
  }
}

TEST_CASE("another status is told") {
  absl::Status status = ParseScrapeAnswer("HTTP/1.1 404 Not Found\r\n\r\nx").status();
  CHECK(absl::IsUnavailable(status));
  CHECK(std::string(status.message()) == "answered HTTP/1.1 404 Not Found");
}

TEST_CASE("a malformed length and what is not HTTP are refused") {
  for (const char* answer : {"HTTP/1.1 200 OK\r\nContent-Length: x\r\n\r\na",
                             "HTTP/1.1 200 OK\r\nContent-Length:\r\n\r\n",
                             "HTTP/1.1 200 OK\r\nContent-Length: 5\r\n\r\na", "SSH-2.0\r\n\r\n",
                             "HTTP/2 200\r\n\r\n", ""}) {
    CAPTURE(answer);
    CHECK(absl::IsInvalidArgument(ParseScrapeAnswer(answer).status()));
  }
}

}  // namespace
}  // namespace sluice::metrics
