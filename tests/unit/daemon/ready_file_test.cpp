#include "libs/daemon/ready_file.h"

#include <catch2/catch.hpp>
#include <fstream>

#include "tests/unit/daemon/temporary_folder.h"

namespace sluice::daemon {
namespace {

const ReadyReport kReport{.service = "ingest",
                          .node_id = "ingest-a",
                          .grpc = "127.0.0.1:9",
                          .metrics = "[::1]:8",
                          .listen = {"rtmp 0.0.0.0:1935", "x \"y\""}};

TEST_CASE("the report is one JSON object on one line") {
  CHECK(ReadyJson(kReport, 42) ==
        "{\"service\":\"ingest\",\"pid\":42,\"node_id\":\"ingest-a\",\"grpc\":\"127.0.0.1:9\","
        "\"metrics\":\"[::1]:8\",\"listen\":[\"rtmp 0.0.0.0:1935\",\"x \\\"y\\\"\"]}\n");
}

TEST_CASE("the file is there from Write to the end, and an old one goes at the start") {
  TemporaryFolder folder;
  std::string path = folder.path() + "/ingest.ready";
  std::ofstream(path) << "old";
  {
    ReadyFile file(folder.path(), "ingest");
    CHECK_FALSE(std::filesystem::exists(path));
    REQUIRE(file.Write(kReport).ok());
    std::ifstream read(path);
    std::string line;
    CHECK(std::getline(read, line));
    CHECK(line.starts_with("{\"service\":\"ingest\","));
    CHECK_FALSE(std::filesystem::exists(path + ".new"));
  }
  CHECK_FALSE(std::filesystem::exists(path));
}

TEST_CASE("a folder that is not there is told") {
  ReadyFile file("/nonexistent", "ingest");
  CHECK(absl::IsUnavailable(file.Write(kReport)));
}

}  // namespace
}  // namespace sluice::daemon
