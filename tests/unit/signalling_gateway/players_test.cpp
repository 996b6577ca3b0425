#include "services/signalling-gateway/players.h"

#include <algorithm>
#include <catch2/catch.hpp>
#include <memory>
#include <string>
#include <vector>

#include "libs/directory/fake_directory.h"
#include "tests/support/directory_builders.h"
#include "tests/support/fake_media_node.h"
#include "tests/support/run_until.h"

namespace sluice::signalling_gateway {
namespace {

using test::RunUntil;

struct World : PlayerListener {
  loop::EventLoop loop;
  directory::FakeDirectory directory{loop, test::MakeNode("gw", 0, "signalling-gateway")};
  std::unique_ptr<test::FakeMediaNode> media = std::make_unique<test::FakeMediaNode>(loop, "m1");
  rpc::ChannelPool channels{loop};
  std::vector<std::string> heard;
  std::unique_ptr<Players> players;

  World() {
    directory.PutNode(media->node());
    directory.PutStream(test::MakeStream("cam", "ingest-1"));
    Begin();
  }
  void Begin() {
    players = std::make_unique<Players>(PlayersOptions{.node_id = "gw", .call_timeout = 2s}, loop,
                                        directory, channels);
    REQUIRE(RunUntil(loop, [&] { return media->watchers() == 1; }));
  }
  void Start(const std::string& id, const std::string& name = "cam") {
    players->Start({.id = id, .stream_name = name, .offer_sdp = "offer"}, *this);
  }
  bool Hears(const std::string& what) {
    return RunUntil(loop,
                    [&] { return std::find(heard.begin(), heard.end(), what) != heard.end(); });
  }

  void OnAnswered(const std::string& id, const std::string& answer) override {
    heard.push_back(id + " answered " + answer);
  }
  void OnPlaying(const std::string& id) override { heard.push_back(id + " playing"); }
  void OnEnded(const std::string& id, const FinalStatus& end) override {
    heard.push_back(id + " ended " + std::string(wcs::StreamStatusName(end.status)) + " " +
                    end.info);
  }
};

TEST_CASE_METHOD(World, "a player is made on the media node, plays, and ends with its publisher") {
  Start("a");
  REQUIRE(Hears("a answered answer to offer"));
  CHECK(media->creates().front().owner() == "gw");
  CHECK(media->creates().front().stream_name() == "cam");
  media->TellPlaying("a");
  REQUIRE(Hears("a playing"));
  media->TellEnded("a", v1::END_REASON_PUBLISHER_STOPPED);
  REQUIRE(Hears("a ended STOPPED Stopped by publisher stop"));
  CHECK(players->size() == 0);
}

TEST_CASE_METHOD(World, "a stream that is not there, an id in use, no node: FAILED at once") {
  Start("a", "nobody");
  CHECK(heard.back() == "a ended FAILED Stream not found");
  Start("a");
  Start("a");
  CHECK(heard.back() == "a ended FAILED MediaSessionId is already in use");
  directory.RemoveNode("m1");
  Start("b");
  CHECK(heard.back() == "b ended FAILED No media node is ready");
}

TEST_CASE_METHOD(World, "what the node answers becomes the end") {
  media->create_status = absl::FailedPreconditionError("nothing in common");
  Start("a");
  CHECK(Hears("a ended FAILED No common codecs"));
  media->create_status = absl::NotFoundError("gone in the meantime");
  Start("b");
  CHECK(Hears("b ended FAILED Stream not found"));
}

TEST_CASE_METHOD(World, "a player that is stopped before its answer is closed when that comes") {
  media->hold_creates = true;
  Start("a");
  REQUIRE(RunUntil(loop, [&] { return media->creates().size() == 1; }));
  players->Stop("a");
  media->AnswerCreates();
  REQUIRE(RunUntil(loop, [&] { return media->closed().size() == 1; }));
  CHECK(media->sessions().empty());
  CHECK(heard.empty());
}

TEST_CASE_METHOD(World, "a player that has been answered is closed when it is stopped") {
  Start("a");
  REQUIRE(Hears("a answered answer to offer"));
  players->Stop("a");
  REQUIRE(RunUntil(loop, [&] { return media->sessions().empty(); }));
  media->TellPlaying("a");
  media->TellEnded("a", v1::END_REASON_CLOSED);
  Start("b");
  REQUIRE(Hears("b answered answer to offer"));
  CHECK(heard.size() == 2);
}

TEST_CASE_METHOD(World, "PLAYING that overtakes the answer is told after it") {
  media->hold_creates = true;
  Start("a");
  REQUIRE(RunUntil(loop, [&] { return media->creates().size() == 1; }));
  media->TellPlaying("a");
  media->TellEnded("other", v1::END_REASON_CLOSED);
  test::RunPosted(loop);
  media->AnswerCreates();
  REQUIRE(Hears("a playing"));
  CHECK(heard == std::vector<std::string>{"a answered answer to offer", "a playing"});
}

TEST_CASE_METHOD(World, "a media node that dies fails its players") {
  Start("a");
  REQUIRE(Hears("a answered answer to offer"));
  media->Die();
  REQUIRE(Hears("a ended FAILED Stream failed"));
  CHECK(players->counters().lost_with_node == 1);
}

TEST_CASE_METHOD(World, "a media node that is another process now has lost its players") {
  Start("a");
  REQUIRE(Hears("a answered answer to offer"));
  test::FakeMediaNode second(loop, "m1");
  v1::Node node = second.node();
  node.set_incarnation("2");
  directory.PutNode(node);
  REQUIRE(Hears("a ended FAILED Stream failed"));
  REQUIRE(RunUntil(loop, [&] { return second.watchers() == 1; }));
}

TEST_CASE_METHOD(World, "a broken watch is opened anew: who is still there plays on, others fail") {
  Start("stays");
  Start("goes");
  REQUIRE(Hears("stays answered answer to offer"));
  REQUIRE(Hears("goes answered answer to offer"));
  media->BreakWatches();
  media->TellEnded("goes", v1::END_REASON_CLOSED);  // nobody hears it
  REQUIRE(Hears("goes ended FAILED Stream failed"));
  media->TellPlaying("stays");
  REQUIRE(Hears("stays playing"));
}

TEST_CASE_METHOD(World, "players of an earlier run of the gateway are closed") {
  players.reset();
  REQUIRE(RunUntil(loop, [&] {
    media->BreakWatches();
    return true;
  }));
  media->AddSession("orphan");
  Begin();
  REQUIRE(RunUntil(loop, [&] { return media->sessions().empty(); }));
  CHECK(media->closed().front() == "orphan");
  CHECK(players->counters().orphans_closed == 1);
}

TEST_CASE_METHOD(World, "while draining every new player ends at once") {
  players->Drain();
  Start("a");
  CHECK(heard.back() == "a ended FAILED The server is about to stop");
}

TEST_CASE_METHOD(World, "answers that come after the players have gone are dropped") {
  media->hold_creates = true;
  Start("a");
  REQUIRE(RunUntil(loop, [&] { return media->creates().size() == 1; }));
  players.reset();
  media->AnswerCreates();
  test::RunPosted(loop);
  CHECK(heard.empty());
}

}  // namespace
}  // namespace sluice::signalling_gateway
