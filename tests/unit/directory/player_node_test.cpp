#include "libs/directory/player_node.h"

#include <catch2/catch.hpp>

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

}  // namespace sluice::directory
