#include "libs/directory/player_node.h"

#include <catch2/catch.hpp>
#include <map>
#include <string>

#include "libs/directory/fake_directory.h"
#include "tests/support/directory_builders.h"

namespace sluice::directory {

TEST_CASE("a stream's owner serves its players until it is much busier than others") {
  loop::EventLoop loop;
  FakeDirectory directory(loop, test::MakeNode("self", 0, "http-gateway"));
  directory.PutNode(test::MakeNode("idle", 0, "webrtc-media"));
  directory.PutNode(test::MakeNode("owner", 0.25, "webrtc-media"));
  directory.PutStream(test::MakeStream("cam", "owner"));
  const media::StreamKey cam{"cam", ""};
  CHECK(ChoosePlayerNode(directory, "webrtc-media", cam)->id() == "owner");
  directory.PutNode(test::MakeNode("owner", 0.3, "webrtc-media"));
  CHECK(ChoosePlayerNode(directory, "webrtc-media", cam)->id() == "idle");
  CHECK(ChoosePlayerNode(directory, "transcoder", cam) == nullptr);
}

TEST_CASE("players of a stream that no media node owns are spread over equally loaded nodes") {
  loop::EventLoop loop;
  FakeDirectory directory(loop, test::MakeNode("self", 0, "http-gateway"));
  directory.PutNode(test::MakeNode("one", 0, "webrtc-media"));
  directory.PutNode(test::MakeNode("two", 0, "webrtc-media"));
  directory.PutStream(test::MakeStream("cam", "ingest"));
  std::map<std::string, int> chosen;
  for (int i = 0; i < 10; ++i) {
    ++chosen[ChoosePlayerNode(directory, "webrtc-media", {"cam", ""})->id()];
  }
  CHECK(chosen["one"] == 5);
  CHECK(chosen["two"] == 5);
}

}  // namespace sluice::directory
