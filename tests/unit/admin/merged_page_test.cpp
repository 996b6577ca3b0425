#include "services/admin/merged_page.h"

#include <catch2/catch.hpp>

namespace sluice::admin {
namespace {

Answer Answered(const std::string& service, const std::string& node_id, std::string_view page) {
  auto families = metrics::ParseExposition(page);
  REQUIRE(families.ok());
  return {.service = service, .node_id = node_id, .families = *std::move(families)};
}

TEST_CASE("HELP and TYPE stand once, samples of all daemons below them") {
  std::string merged = MergePages({
      Answered("ingest", "ingest-a",
               "# HELP process_threads Threads.\n# TYPE process_threads gauge\n"
               "process_threads{service=\"ingest\"} 3\n"),
      Answered("webrtc-media", "webrtc-media-a",
               "# HELP process_threads Threads.\n# TYPE process_threads gauge\n"
               "process_threads{service=\"webrtc-media\"} 4\n"),
  });
  CHECK(merged ==
        "# HELP process_threads Threads.\n# TYPE process_threads gauge\n"
        "process_threads{service=\"ingest\"} 3\n"
        "process_threads{service=\"webrtc-media\"} 4\n"
        "# HELP sluice_up 1 if the daemon answered this scrape.\n# TYPE sluice_up gauge\n"
        "sluice_up{service=\"ingest\"} 1\n"
        "sluice_up{service=\"webrtc-media\"} 1\n");
}

TEST_CASE("a sample without the label service gets it") {
  std::string merged = MergePages({Answered("ingest", "ingest-a", "a 1\na{x=\"2\"} 3\n")});
  CHECK(merged.find("\na{service=\"ingest\"} 1\na{service=\"ingest\",x=\"2\"} 3\n") !=
        std::string::npos);
}

TEST_CASE("two nodes of one service are told apart by the label node") {
  std::string merged = MergePages({Answered("ingest", "ingest-a", "a{service=\"ingest\"} 1\n"),
                                   Answered("ingest", "ingest-b", "a{service=\"ingest\"} 2\n")});
  CHECK(merged.find("a{node=\"ingest-a\",service=\"ingest\"} 1\n") != std::string::npos);
  CHECK(merged.find("a{node=\"ingest-b\",service=\"ingest\"} 2\n") != std::string::npos);
  CHECK(merged.find("sluice_up{service=\"ingest\",node=\"ingest-b\"} 1\n") != std::string::npos);
}

TEST_CASE("a daemon that did not answer is down") {
  std::string merged = MergePages({{.service = "ingest", .node_id = "ingest-a"}});
  CHECK(merged ==
        "# HELP sluice_up 1 if the daemon answered this scrape.\n# TYPE sluice_up gauge\n"
        "sluice_up{service=\"ingest\"} 0\n");
}

TEST_CASE("a family that changes its type is left out") {
  std::string merged = MergePages({Answered("a", "a-x", "# TYPE m gauge\nm 1\n"),
                                   Answered("b", "b-x", "# TYPE m counter\nm 2\n")});
  CHECK(merged.find("m{service=\"a\"} 1\n") != std::string::npos);
  CHECK(merged.find("m{service=\"b\"}") == std::string::npos);
}

TEST_CASE("the merged page conforms to the format, histograms and escapes included") {
  std::string merged = MergePages({
      Answered("a", "a-x",
               "# HELP h A \\\\ help.\n# TYPE h histogram\nh_bucket{le=\"+Inf\"} 1\nh_sum 2\n"
               "h_count 1\nz{p=\"C:\\\\x\\\"y\\n\"} NaN 5\n"),
      Answered("b", "b-x", "# TYPE h histogram\nh_bucket{le=\"+Inf\"} 1\nh_sum 2\nh_count 1\n"),
      {.service = "c", .node_id = "c-x"},
  });
  auto families = metrics::ParseExposition(merged);
  REQUIRE(families.ok());
  REQUIRE(families->size() == 3);
  CHECK((*families)[0].samples.size() == 6);
  CHECK((*families)[0].help == "A \\\\ help.");
  CHECK((*families)[2].samples[0].value == "NaN 5");
}

}  // namespace
}  // namespace sluice::admin
