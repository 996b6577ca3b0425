#include "libs/directory/local_copy.h"

#include <catch2/catch.hpp>
#include <set>

#include "libs/base/text.h"
#include "tests/support/directory_builders.h"

namespace sluice::directory {
namespace {

using test::MakeNode;
using test::MakeStream;

NodePtr Node(const std::string& id, double load, const std::string& service = "webrtc-media") {
  return std::make_shared<v1::Node>(MakeNode(id, load, service));
}
StreamPtr Stream(const std::string& name, const std::string& node,
                 const std::string& rendition = "") {
  return std::make_shared<v1::StreamEntry>(MakeStream(name, node, 1000, rendition));
}

TEST_CASE("the least loaded ready node of the service is chosen") {
  LocalCopy copy;
  copy.SetNode(Node("a", 0.5));
  copy.SetNode(Node("b", 0.2));
  copy.SetNode(Node("c", 0.0, "ingest"));
  v1::Node draining = MakeNode("d", 0, "webrtc-media");
  draining.set_state(v1::NODE_STATE_DRAINING);
  copy.SetNode(std::make_shared<v1::Node>(draining));
  REQUIRE(copy.ChooseNode("webrtc-media", nullptr) != nullptr);
  CHECK(copy.ChooseNode("webrtc-media", nullptr)->id() == "b");
  CHECK(copy.ChooseNode("transcoder", nullptr) == nullptr);
}

TEST_CASE("nodes of equal load take turns") {
  LocalCopy copy;
  copy.SetNode(Node("a", 0.10));
  copy.SetNode(Node("b", 0.11));
  copy.SetNode(Node("c", 0.50));
  std::set<std::string> chosen;
  for (int i = 0; i < 4; ++i) chosen.insert(copy.ChooseNode("webrtc-media", nullptr)->id());
  CHECK(chosen == std::set<std::string>{"a", "b"});
}

TEST_CASE("a node that has the stream or a rendition of it is preferred, if it is ready") {
  LocalCopy copy;
  copy.SetNode(Node("idle", 0));
  copy.SetNode(Node("busy", 0.9));
  copy.SetStream(Stream("cam", "elsewhere"));
  copy.SetStream(Stream("cam", "busy", "opus"));
  const media::StreamKey cam{"cam", ""};
  CHECK(copy.ChooseNode("webrtc-media", &cam)->id() == "busy");
  const media::StreamKey other{"came", ""};
  CHECK(copy.ChooseNode("webrtc-media", &other)->id() == "idle");
}

TEST_CASE("changes are told once, in order, when asked, and equal values are no change") {
  LocalCopy copy;
  std::vector<std::string> told;
  const auto watch = copy.WatchStreams([&](const media::StreamKey& key, const StreamPtr& entry) {
    told.push_back(StrCat(entry ? "+" : "-", key.ToString()));
  });
  copy.SetStream(Stream("a", "n"));
  copy.SetStream(Stream("a", "n"));
  copy.SetStream(Stream("b", "n", "opus"));
  copy.RemoveStream({"a", ""});
  copy.RemoveStream({"a", ""});
  CHECK(told.empty());
  copy.TellChanges();
  CHECK(told == std::vector<std::string>{"+a", "+b/r/opus", "-a"});
  copy.TellChanges();
  CHECK(told.size() == 3);
}

TEST_CASE("a callback may end its own watch and another's, and change the copy") {
  LocalCopy copy;
  int first_told = 0;
  int second_told = 0;
  std::unique_ptr<Watch> first;
  std::unique_ptr<Watch> second;
  first = copy.WatchNodes([&](const std::string&, const NodePtr&) {
    ++first_told;
    copy.SetNode(Node("b", 0));
    first.reset();
    second.reset();
  });
  second = copy.WatchNodes([&](const std::string&, const NodePtr&) { ++second_told; });
  copy.SetNode(Node("a", 0));
  copy.TellChanges();
  CHECK(first_told == 1);
  CHECK(second_told == 0);
  CHECK(copy.FindNode("b") != nullptr);
}

TEST_CASE("a watch may outlive the copy") {
  auto copy = std::make_unique<LocalCopy>();
  auto watch = copy->WatchNodes([](const std::string&, const NodePtr&) {});
  copy.reset();
  watch.reset();
}

TEST_CASE("a full copy leaves new entries out and still changes old ones") {
  LocalCopy copy;
  for (size_t i = 0; i < kMaxEntries; ++i) REQUIRE(copy.SetNode(Node(StrCat("n", i), 0)));
  CHECK_FALSE(copy.SetNode(Node("one more", 0)));
  CHECK(copy.SetNode(Node("n7", 0.7)));
  CHECK(copy.FindNode("n7")->load() == 0.7);
}

}  // namespace
}  // namespace sluice::directory
