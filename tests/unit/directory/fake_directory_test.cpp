#include "libs/directory/fake_directory.h"

#include <catch2/catch.hpp>

#include "tests/support/directory_builders.h"
#include "tests/support/run_until.h"

namespace sluice::directory {
namespace {

using test::MakeNode;
using test::MakeStream;

const media::StreamKey kCam{"cam", ""};

struct Fixture {
  void Claim(int64_t created = 1000) {
    directory.ClaimStream(
        MakeStream("cam", "", created),
        [this](const absl::Status& status) { answers.push_back(status); },
        [this](const absl::Status& status) { lost.push_back(status); });
  }
  void Settle() { test::RunPosted(loop); }

  loop::EventLoop loop;
  FakeDirectory directory{loop, MakeNode("us")};
  std::vector<absl::Status> answers;
  std::vector<absl::Status> lost;
};

TEST_CASE("the fake directory gives a free name, and no result inside the call") {
  Fixture f;
  f.Claim();
  CHECK(f.answers.empty());
  f.Settle();
  REQUIRE(f.answers.size() == 1);
  CHECK(f.answers[0].ok());
  CHECK(f.directory.FindStream(kCam)->node_id() == "us");
}

TEST_CASE("the fake directory refuses a name that another has, and gives it when that goes") {
  Fixture f;
  f.directory.PutStream(MakeStream("cam", "them"));
  f.Claim();
  f.Settle();
  f.directory.RemoveStream(kCam);
  f.Claim();
  f.Settle();
  REQUIRE(f.answers.size() == 2);
  CHECK(absl::IsAlreadyExists(f.answers[0]));
  CHECK(f.answers[1].ok());
}

TEST_CASE("the fake directory can take a name away") {
  Fixture f;
  f.Claim();
  f.Settle();
  f.directory.PutStream(MakeStream("cam", "them"));
  f.Settle();
  CHECK(f.lost.size() == 1);
}

TEST_CASE("the fake directory can be away") {
  Fixture f;
  f.directory.SetConnected(false);
  f.Claim(2000);
  f.Settle();
  REQUIRE(f.answers.size() == 1);
  CHECK(f.answers[0].ok());
  f.directory.PutStream(MakeStream("cam", "them", 1000));
  f.directory.SetConnected(true);
  f.Settle();
  CHECK(f.lost.size() == 1);
}

TEST_CASE("the fake directory tells changes of streams and nodes") {
  Fixture f;
  int streams = 0;
  int nodes = 0;
  const auto stream_watch = f.directory.WatchStreams([&](const auto&, const auto&) { ++streams; });
  const auto node_watch = f.directory.WatchNodes([&](const auto&, const auto&) { ++nodes; });
  f.directory.SetNode(MakeNode("us"));
  f.directory.SetLoad(0.4);
  f.Claim();
  f.Settle();
  f.directory.ReleaseStream(kCam);
  f.Settle();
  CHECK(streams == 2);
  CHECK(nodes == 2);
  CHECK(f.directory.ChooseNode("ingest", nullptr)->load() == 0.4);
}

}  // namespace
}  // namespace sluice::directory
