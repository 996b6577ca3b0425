#include "services/signalling-gateway/media_sessions.h"

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

struct World : MediaSessionListener {
  loop::EventLoop loop;
  directory::FakeDirectory directory{loop, test::MakeNode("gw", 0, "signalling-gateway")};
  std::unique_ptr<test::FakeMediaNode> media = std::make_unique<test::FakeMediaNode>(loop, "m1");
  rpc::ChannelPool channels{loop};
  std::vector<std::string> heard;
  std::unique_ptr<MediaSessions> sessions;

  World() {
    directory.PutNode(media->node());
    directory.PutStream(test::MakeStream("cam", "ingest-1"));
    Begin();
  }
  void Begin() {
    sessions = std::make_unique<MediaSessions>(
        MediaSessionsOptions{.node_id = "gw", .call_timeout = 2s}, loop, directory, channels);
    REQUIRE(RunUntil(loop, [&] { return media->watchers() == 1; }));
  }
  void Start(const std::string& id, const std::string& name = "cam") {
    wcs::StreamRequest stream{.media_session_id = id, .name = name, .sdp = "offer"};
    sessions->Start({.stream = stream}, *this);
  }
  void Publish(const std::string& id, const std::string& name = "me") {
    wcs::StreamRequest stream{
        .published = true, .media_session_id = id, .name = name, .sdp = "offer"};
    sessions->Start({.stream = stream}, *this);
  }
  bool Hears(const std::string& what) {
    return RunUntil(loop,
                    [&] { return std::find(heard.begin(), heard.end(), what) != heard.end(); });
  }

  void OnAnswered(const std::string& id, const std::string& answer) override {
    heard.push_back(id + " answered " + answer);
  }
  void OnStarted(const std::string& id) override { heard.push_back(id + " started"); }
  void OnNews(const std::string& id, const wcs::StreamNews& news) override {
    std::string what = id;
    if (const auto* played = std::get_if<wcs::PlayedStream>(&news)) {
      what += " played " + std::to_string(played->width);
    }
    if (const auto* event = std::get_if<wcs::StreamEvent>(&news)) what += " hears " + event->type;
    if (const auto* rate = std::get_if<wcs::VideoRate>(&news)) {
      what += " rate " + std::to_string(rate->bits_per_second);
    }
    heard.push_back(what);
  }
  void OnEventRefused(const std::string& id, const absl::Status& why) override {
    heard.push_back(id + " refused " + std::string(why.message()));
  }
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
  REQUIRE(Hears("a started"));
  media->TellEnded("a", v1::END_REASON_PUBLISHER_STOPPED);
  REQUIRE(Hears("a ended STOPPED Stopped by publisher stop"));
  CHECK(sessions->players() == 0);
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
  sessions->Stop("a", false, *this);
  media->AnswerCreates();
  REQUIRE(RunUntil(loop, [&] { return media->closed().size() == 1; }));
  CHECK(media->sessions().empty());
  CHECK(heard.empty());
}

TEST_CASE_METHOD(World, "a player that has been answered is closed when it is stopped") {
  Start("a");
  REQUIRE(Hears("a answered answer to offer"));
  sessions->Stop("a", false, *this);
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
  REQUIRE(Hears("a started"));
  CHECK(heard == std::vector<std::string>{"a answered answer to offer", "a started"});
}

TEST_CASE_METHOD(World, "a media node that dies fails its players") {
  Start("a");
  REQUIRE(Hears("a answered answer to offer"));
  media->Die();
  REQUIRE(Hears("a ended FAILED Stream failed"));
  CHECK(sessions->counters().lost_with_node == 1);
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
  REQUIRE(Hears("stays started"));
}

TEST_CASE_METHOD(World, "sessions of an earlier run of the gateway are closed, and may come back") {
  sessions.reset();
  REQUIRE(RunUntil(loop, [&] {
    media->BreakWatches();
    return true;
  }));
  media->AddSession("orphan");
  Begin();
  REQUIRE(RunUntil(loop, [&] { return media->sessions().empty(); }));
  CHECK(media->closed().front() == "orphan");
  CHECK(media->lost().front());
  CHECK(sessions->counters().orphans_closed == 1);
}

TEST_CASE_METHOD(World, "while draining every new player ends at once") {
  sessions->Drain();
  Start("a");
  CHECK(heard.back() == "a ended FAILED The server is about to stop");
}

TEST_CASE_METHOD(World, "answers that come after the players have gone are dropped") {
  media->hold_creates = true;
  Start("a");
  REQUIRE(RunUntil(loop, [&] { return media->creates().size() == 1; }));
  sessions.reset();
  media->AnswerCreates();
  test::RunPosted(loop);
  CHECK(heard.empty());
}

v1::SessionEvent Event(const std::string& id, v1::SessionState state) {
  v1::SessionEvent event;
  event.set_session_id(id);
  event.set_state(state);
  return event;
}

TEST_CASE_METHOD(World, "a publisher is made, publishes, and ends") {
  Publish("p");
  REQUIRE(Hears("p answered answer to offer"));
  CHECK(media->publishers().front().owner() == "gw");
  CHECK(media->publishers().front().stream_name() == "me");
  CHECK(sessions->publishers() == 1);
  CHECK(sessions->players() == 0);
  media->TellPublishing("p");
  REQUIRE(Hears("p started"));
  media->TellEnded("p", v1::END_REASON_NO_MEDIA);
  REQUIRE(Hears("p ended FAILED Failed by RTP activity"));
  CHECK(sessions->publishers() == 0);
  CHECK(sessions->counters().publishers.failed == 1);
}

TEST_CASE_METHOD(World, "a publisher of a name that is not there needs no stream, but a name") {
  Publish("p", "nobody else's");
  REQUIRE(Hears("p answered answer to offer"));
  Publish("q", "");
  CHECK(heard.back() == "q ended FAILED A stream's name is 1 to 255 bytes of text");
}

TEST_CASE_METHOD(World, "a name that is published goes to the node that has it") {
  test::FakeMediaNode other(loop, "m2");
  directory.PutNode(other.node());
  v1::Node busy = media->node();
  busy.set_load(0.9);
  directory.PutNode(busy);
  directory.PutStream(test::MakeStream("back", "m1"));
  REQUIRE(RunUntil(loop, [&] { return other.watchers() == 1; }));
  Publish("p", "back");
  Publish("q", "new");
  REQUIRE(Hears("p answered answer to offer"));
  REQUIRE(Hears("q answered answer to offer"));
  CHECK(media->publishers().size() == 1);
  CHECK(other.publishers().front().stream_name() == "new");
}

TEST_CASE_METHOD(World, "a name in use by a living publisher is FAILED in the SDK's words") {
  media->create_status = absl::AbortedError("taken");
  Publish("p", "cam");
  CHECK(Hears("p ended FAILED Stream name is already in use"));
}

TEST_CASE_METHOD(World, "events reach the node in their order, those before the answer, too") {
  media->hold_creates = true;
  Publish("p");
  sessions->SendEvent("p", {"audioMuted", ""});
  REQUIRE(RunUntil(loop, [&] { return media->publishers().size() == 1; }));
  test::RunPosted(loop);
  CHECK(media->events().empty());
  media->AnswerCreates();
  REQUIRE(Hears("p answered answer to offer"));
  for (int i = 0; i < 20; ++i) sessions->SendEvent("p", {"data", std::to_string(i)});
  REQUIRE(RunUntil(loop, [&] { return media->events().size() == 21; }));
  CHECK(media->events().front().event().type() == "audioMuted");
  for (size_t i = 0; i < 20; ++i) {
    CHECK(media->events()[i + 1].event().payload() == std::to_string(i));
  }
  sessions->SendEvent("nobody", {"data", "1"});
}

TEST_CASE_METHOD(World, "events are bounded in number and in bytes while they wait") {
  media->hold_creates = true;
  Publish("p");
  for (size_t i = 0; i < PublisherEvents::kMaxWaiting; ++i) sessions->SendEvent("p", {"data", "1"});
  CHECK(heard.empty());
  sessions->SendEvent("p", {"data", "1"});
  CHECK(heard.back() == "p refused Too many events at once");
  Publish("q");
  sessions->SendEvent("q", {"data", std::string(PublisherEvents::kMaxWaitingBytes - 4, 'x')});
  CHECK(sessions->counters().events_refused == 1);
  sessions->SendEvent("q", {"data", ""});
  CHECK(heard.back() == "q refused Too many events at once");
  CHECK(sessions->counters().events_refused == 2);
}

TEST_CASE_METHOD(World, "an event that the node refuses is told") {
  Publish("p");
  REQUIRE(Hears("p answered answer to offer"));
  media->event_status = absl::InvalidArgumentError("too long");
  sessions->SendEvent("p", {"data", "1"});
  REQUIRE(Hears("p refused too long"));
}

TEST_CASE_METHOD(World, "a publisher that was lost is closed as one") {
  Publish("p");
  Publish("q");
  REQUIRE(Hears("p answered answer to offer"));
  REQUIRE(Hears("q answered answer to offer"));
  sessions->Stop("p", true, *this);
  REQUIRE(RunUntil(loop, [&] { return media->closed().size() == 1; }));
  sessions->Stop("q", false, *this);
  REQUIRE(RunUntil(loop, [&] { return media->closed().size() == 2; }));
  CHECK(media->lost() == std::vector<bool>{true, false});
}

TEST_CASE_METHOD(World,
                 "a publisher that closed its media before it said so is closed on the node") {
  for (const char* id : {"p", "q"}) {
    Publish(id);
    REQUIRE(Hears(std::string(id) + " answered answer to offer"));
    media->TellEnded(id, v1::END_REASON_CLOSED);
    REQUIRE(Hears(std::string(id) + " ended UNPUBLISHED Stopped by user"));
  }
  World other;  // another client
  sessions->Stop("p", false, other);
  sessions->Stop("q", false, *this);
  REQUIRE(RunUntil(loop, [&] { return media->closed().size() == 1; }));
  sessions->Stop("q", false, *this);
  test::RunPosted(loop);
  CHECK(media->closed() == std::vector<std::string>{"q"});
  CHECK_FALSE(media->lost().front());
}

TEST_CASE_METHOD(World, "what is played, events and rates are told to the player") {
  Start("a");
  REQUIRE(Hears("a answered answer to offer"));
  v1::SessionEvent playing = Event("a", v1::SESSION_STATE_PLAYING);
  playing.mutable_played()->set_width(640);
  media->Tell(playing);
  REQUIRE(Hears("a started"));
  playing.mutable_played()->set_width(320);
  media->Tell(playing);
  v1::SessionEvent said = Event("a", v1::SESSION_STATE_PLAYING);
  said.mutable_stream_event()->set_type("data");
  media->Tell(said);
  v1::SessionEvent rate = Event("a", v1::SESSION_STATE_PLAYING);
  rate.mutable_video_rate()->set_bits_per_second(7);
  media->Tell(rate);
  REQUIRE(Hears("a rate 7"));
  CHECK(heard == std::vector<std::string>{"a answered answer to offer", "a played 640", "a started",
                                          "a played 320", "a hears data", "a rate 7"});
}

TEST_CASE_METHOD(World, "a media node that dies fails its publishers") {
  Publish("p");
  REQUIRE(Hears("p answered answer to offer"));
  media->Die();
  REQUIRE(Hears("p ended FAILED Stream failed"));
}

}  // namespace
}  // namespace sluice::signalling_gateway
