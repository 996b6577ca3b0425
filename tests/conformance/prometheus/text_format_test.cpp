// The Prometheus text format, version 0.0.4.
#include <catch2/catch.hpp>

#include "libs/metrics/exposition.h"
#include "libs/metrics/registry.h"

namespace sluice::metrics {
namespace {

// The example of the format's description, with all it allows: odd blanks, escapes, timestamps,
// special values, a histogram, a summary, a metric without TYPE.
constexpr std::string_view kExample =
    R"(# HELP http_requests_total The total number of HTTP requests.
# TYPE http_requests_total counter
http_requests_total{method="post",code="200"} 1027 1395066363000
http_requests_total{method="post",code="400"}    3 1395066363000

# Escaping in label values:
msdos_file_access_time_seconds{path="C:\\DIR\\FILE.TXT",error="Cannot find file:\n\"FILE.TXT\""} 1.458255915e9

# Minimalistic line:
metric_without_timestamp_and_labels 12.47

# A weird metric from before the epoch:
something_weird{problem="division by zero"} +Inf -3982045

# A histogram, which has a pretty complex representation in the text format:
# HELP http_request_duration_seconds A histogram of the request duration.
# TYPE http_request_duration_seconds histogram
http_request_duration_seconds_bucket{le="0.05"} 24054
http_request_duration_seconds_bucket{le="+Inf"} 144320
http_request_duration_seconds_sum 53423
http_request_duration_seconds_count 144320

# Finally a summary, which has a complex representation, too:
# HELP rpc_duration_seconds A summary of the RPC duration in seconds.
# TYPE rpc_duration_seconds summary
rpc_duration_seconds{quantile="0.01"} 3102
rpc_duration_seconds_sum 1.7560473e+07
rpc_duration_seconds_count 2693
)";

TEST_CASE("the format's own example is read whole") {
  auto families = ParseExposition(kExample);
  REQUIRE(families.ok());
  REQUIRE(families->size() == 6);
  CHECK((*families)[0].name == "http_requests_total");
  CHECK((*families)[0].type == "counter");
  CHECK((*families)[0].help == "The total number of HTTP requests.");
  REQUIRE((*families)[0].samples.size() == 2);
  CHECK((*families)[0].samples[1].value == "3 1395066363000");
  CHECK((*families)[1].samples[0].labels[1].second == R"(Cannot find file:\n\"FILE.TXT\")");
  CHECK((*families)[2].type == "untyped");
  CHECK((*families)[3].samples[0].value == "+Inf -3982045");
  CHECK((*families)[4].type == "histogram");
  CHECK((*families)[4].samples.size() == 4);
  CHECK((*families)[5].type == "summary");
  CHECK((*families)[5].samples.size() == 3);
}

TEST_CASE("what is written from the values is read back to the same values") {
  auto families = ParseExposition(kExample);
  REQUIRE(families.ok());
  std::string page;
  for (const PageFamily& family : *families) page += SerializeFamily(family);
  auto again = ParseExposition(page);
  REQUIRE(again.ok());
  std::string second;
  for (const PageFamily& family : *again) second += SerializeFamily(family);
  CHECK(second == page);
}

TEST_CASE("blanks and a last comma in the label set are allowed") {
  auto families = ParseExposition("  a { x = \"1\" , y=\"2\", }\t5  \n\n#\n# any comment\n");
  REQUIRE(families.ok());
  REQUIRE(families->size() == 1);
  CHECK(SerializeFamily(families->front()) == "# TYPE a untyped\na{x=\"1\",y=\"2\"} 5\n");
}

TEST_CASE("special values and empty label sets are samples") {
  for (const char* line : {"a NaN\n", "a +Inf\n", "a -Inf\n", "a 1e-300\n", "a -0.5\n", "a +3\n",
                           "a{} 1\n", "a:b_c 1\n", "a 1e400\n"}) {
    CAPTURE(line);
    CHECK(ParseExposition(line).ok());
  }
  CHECK(ParseExposition("")->empty());
}

TEST_CASE("a wrong line is told with its number") {
  struct Case {
    const char* page;
    const char* message;
  };
  const Case cases[] = {
      {"a 1\n1a 1\n", "line 2: not a metric name"},
      {"a-b 1\n", "line 1: not a metric name"},
      {"a\n", "line 1: not a sample value"},
      {"a x\n", "line 1: not a sample value"},
      {"a 0x1\n", "line 1: not a sample value"},
      {"a 1 1.5\n", "line 1: not a timestamp"},
      {"a 1 2 3\n", "line 1: text after the sample"},
      {"a{1x=\"\"} 1\n", "line 1: not a label name"},
      {"a{x:y=\"\"} 1\n", "line 1: not a label name"},
      {"a{x} 1\n", "line 1: not a label name"},
      {"a{x=1} 1\n", "line 1: a label value is not quoted"},
      {"a{x=\"1} 1\n", "line 1: a label value does not end, or has an unknown escape"},
      {"a{x=\"\\t\"} 1\n", "line 1: a label value does not end, or has an unknown escape"},
      {"a{x=\"\\\n", "line 1: a label value does not end, or has an unknown escape"},
      {"a{x=\"1\" y=\"2\"} 1\n", "line 1: expected , or } after a label"},
      {"a{x=\"1\"\n", "line 1: expected , or } after a label"},
      {"# TYPE a thing\n", "line 1: unknown type"},
      {"a 1\n# TYPE a gauge\n", "line 2: TYPE comes too late"},
      {"# TYPE a gauge\n# TYPE a gauge\n", "line 2: TYPE comes too late"},
      {"# HELP a x\n# HELP a y\n", "line 2: a second HELP for one metric"},
      {"# TYPE 1a gauge\n", "line 1: not a metric name"},
      {"a 1", "the last line does not end"},
  };
  for (const Case& one : cases) {
    CAPTURE(one.page);
    CHECK(std::string(ParseExposition(one.page).status().message()) == one.message);
  }
}

TEST_CASE("pages and label sets have bounds") {
  CHECK_FALSE(ParseExposition(std::string(kLargestPage + 1, '\n')).ok());
  std::string labels;
  for (size_t i = 0; i <= kMostLabels; ++i) labels += "l" + std::to_string(i) + "=\"\",";
  CHECK_FALSE(ParseExposition("a{" + labels + "} 1\n").ok());
}

TEST_CASE("every cut of the example inside a line is refused or read, never more than it holds") {
  for (size_t size = 0; size < kExample.size(); ++size) {
    auto families = ParseExposition(kExample.substr(0, size));
    bool whole_lines = size == 0 || kExample[size - 1] == '\n';
    CHECK(families.ok() == whole_lines);
  }
}

TEST_CASE("a daemon's own page conforms") {
  Registry registry("webrtc-media");
  registry.AddCounter("a_total", "A.", {{"stream", "q\"b\\s\nn"}}).Increment(1ull << 60);
  registry.AddHistogram("d_seconds", "D.", PacketDelayBounds()).Observe(0.001);
  registry.AddGauge("g", "G.").Set(-1.5);
  auto families = ParseExposition(registry.Page());
  REQUIRE(families.ok());
  REQUIRE(families->size() == 3);
  CHECK((*families)[0].type == "counter");
  CHECK((*families)[1].type == "histogram");
  CHECK((*families)[1].samples.size() == PacketDelayBounds().size() + 3);
  CHECK((*families)[2].samples[0].value == "-1.5");
}

}  // namespace
}  // namespace sluice::metrics
