#include "libs/daemon/process.h"

#include <sys/stat.h>

#include <catch2/catch.hpp>
#include <fstream>

#include "tests/unit/daemon/temporary_folder.h"

namespace sluice::daemon {
namespace {

TEST_CASE("a missing folder is made with its parents, for this user only") {
  TemporaryFolder folder;
  std::string path = folder.path() + "/a/b";
  REQUIRE(MakeFolder(path).ok());
  struct stat made {};
  REQUIRE(stat(path.c_str(), &made) == 0);
  CHECK((made.st_mode & 0777) == 0700);
  CHECK(MakeFolder(path).ok());
}

TEST_CASE("a file in the folder's place is told") {
  TemporaryFolder folder;
  std::ofstream(folder.path() + "/a") << "x";
  CHECK(absl::IsFailedPrecondition(MakeFolder(folder.path() + "/a")));
}

TEST_CASE("a node's name keeps letters, digits and '-'") {
  CHECK(NodeName("media-1.example.org") == "media-1-example-org");
  CHECK(NodeName("a/b c") == "a-b-c");
  CHECK_FALSE(NodeName("").empty());
  CHECK(NodeName("").find('.') == std::string::npos);
}

TEST_CASE("processes that see the same folder have the same host id, others another") {
  TemporaryFolder first;
  TemporaryFolder second;
  CHECK(HostId(first.path()) == HostId(first.path() + "/."));
  CHECK(HostId(first.path()) != HostId(second.path()));
  CHECK(HostId("/nonexistent").empty());
}

}  // namespace
}  // namespace sluice::daemon
