#include "services/signalling-gateway/client_connection.h"

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

struct NoLines final : log::LineSink {
  void Write(std::string_view) override {}
};

struct FakeSocket final : http::WebSocket {
  bool SendText(std::string message) override {
    sent += message + "\n";
    return true;
  }
  void Close(uint16_t code, std::string_view) override { close_code = code; }
  const std::string& peer_address() const override { return address; }
  uint16_t peer_port() const override { return 5000; }
  const std::string& path() const override { return address; }
  bool secure() const override { return false; }

  std::string address = "10.0.0.7";
  std::string sent;
  uint16_t close_code = 0;
};

struct World {
  loop::EventLoop loop;
  directory::FakeDirectory directory{loop, test::MakeNode("gw", 0, "signalling-gateway")};
  test::FakeMediaNode media{loop, "m1"};
  rpc::ChannelPool channels{loop};
  log::Logger log{{.service = "test"}, std::make_unique<NoLines>()};
  SystemRandom random;
  std::unique_ptr<MediaSessions> sessions;
  int gone = 0;
  std::unique_ptr<Shared> shared;
  FakeSocket socket;
  std::unique_ptr<ClientConnection> client;

  World() {
    directory.PutNode(media.node());
    directory.PutStream(test::MakeStream("cam", "ingest-1"));
    sessions =
        std::make_unique<MediaSessions>(MediaSessionsOptions{"gw", 2s}, loop, directory, channels);
    shared = std::make_unique<Shared>(Shared{.loop = loop,
                                             .log = log,
                                             .media = *sessions,
                                             .random = random,
                                             .session = {.node_id = "gw", .ping_period = 20ms},
                                             .on_client_gone = [this] { ++gone; }});
    client = std::make_unique<ClientConnection>(socket, 8080, *shared);
    REQUIRE(test::RunUntil(loop, [&] { return media.watchers() == 1; }));
    client->OnText(R"({"message":"connection","data":[{"appKey":"defaultApp"}]})");
  }
  void Play(const std::string& id, const std::string& name) {
    client->OnText(R"({"message":"playStream","data":[{"mediaSessionId":")" + id + R"(","name":")" +
                   name + R"(","sdp":"offer"}]})");
  }
  void Publish(const std::string& id) {
    client->OnText(R"({"message":"publishStream","data":[{"mediaSessionId":")" + id +
                   R"(","name":"me","sdp":"offer","hasVideo":true,"hasAudio":true}]})");
  }
  bool Hears(std::string_view part) {
    return test::RunUntil(loop, [&] { return socket.sent.find(part) != std::string::npos; });
  }
};

TEST_CASE_METHOD(World, "a client plays: answer, PLAYING, and STOPPED when the publisher goes") {
  Play("a", "cam");
  REQUIRE(Hears(R"({"data":["a","answer to offer"],"message":"setRemoteSDP"})"));
  CHECK(media.creates().front().client_address() == "10.0.0.7:5000");
  media.TellPlaying("a");
  REQUIRE(Hears(R"("status":"PLAYING")"));
  media.TellEnded("a", v1::END_REASON_PUBLISHER_STOPPED);
  REQUIRE(Hears(R"("info":"Stopped by publisher stop")"));
}

TEST_CASE_METHOD(World, "a missing stream is FAILED at once, an available one is said to be so") {
  Play("a", "nobody");
  CHECK(socket.sent.find(R"("info":"Stream not found")") != std::string::npos);
  client->OnText(R"({"message":"availableStream","data":[{"mediaSessionId":"q","name":"cam"}]})");
  CHECK(socket.sent.find(R"("status":"true")") != std::string::npos);
}

TEST_CASE_METHOD(World, "when the socket goes, its players are closed") {
  Play("a", "cam");
  REQUIRE(Hears("setRemoteSDP"));
  client.reset();
  CHECK(gone == 1);
  REQUIRE(test::RunUntil(loop, [&] { return media.sessions().empty(); }));
}

TEST_CASE_METHOD(World, "a client that goes while its player is being made leaves none behind") {
  media.hold_creates = true;
  Play("a", "cam");
  REQUIRE(test::RunUntil(loop, [&] { return media.creates().size() == 1; }));
  client.reset();
  media.AnswerCreates();
  REQUIRE(test::RunUntil(loop, [&] { return media.closed().size() == 1; }));
  CHECK(media.sessions().empty());
}

TEST_CASE_METHOD(World, "a play that is stopped at once is STOPPED, and its player is closed") {
  media.hold_creates = true;
  Play("a", "cam");
  client->OnText(R"({"message":"stopStream","data":[{"mediaSessionId":"a"}]})");
  CHECK(socket.sent.find("STOPPED") != std::string::npos);
  REQUIRE(test::RunUntil(loop, [&] { return media.creates().size() == 1; }));
  media.AnswerCreates();
  REQUIRE(test::RunUntil(loop, [&] { return media.closed().size() == 1; }));
  CHECK(socket.sent.find("setRemoteSDP") == std::string::npos);
}

TEST_CASE_METHOD(World, "two clients with one id: the second is told, the first plays on") {
  Play("a", "cam");
  REQUIRE(Hears("setRemoteSDP"));
  FakeSocket other_socket;
  ClientConnection other(other_socket, 8080, *shared);
  other.OnText(R"({"message":"connection","data":[{}]})");
  other.OnText(
      R"({"message":"playStream","data":[{"mediaSessionId":"a","name":"cam","sdp":"offer"}]})");
  CHECK(other_socket.sent.find("MediaSessionId is already in use") != std::string::npos);
  media.TellPlaying("a");
  REQUIRE(Hears(R"("status":"PLAYING")"));
  CHECK(other_socket.sent.find("PLAYING") == std::string::npos);
}

TEST_CASE_METHOD(World, "what is refused is counted") {
  client->OnText(R"({"message":"somethingElse","data":[{}]})");
  client->OnText(R"({"message":"call","data":[{"callId":"c"}]})");
  CHECK(shared->refused_requests == 2);
  client->OnText("not JSON");
  CHECK(shared->closed[static_cast<size_t>(wcs::CloseCause::kMalformed)] == 1);
  CHECK(socket.close_code == 1008);
}

TEST_CASE_METHOD(World, "a client without a connection message is closed in time") {
  shared->session.connect_timeout = 5ms;
  FakeSocket silent_socket;
  ClientConnection silent(silent_socket, 8080, *shared);
  REQUIRE(test::RunUntil(loop, [&] { return silent_socket.close_code != 0; }));
  CHECK(shared->closed[static_cast<size_t>(wcs::CloseCause::kNoConnection)] == 1);
}

TEST_CASE_METHOD(World, "the client is pinged, and closed when it never answers") {
  REQUIRE(Hears(R"("message":"ping")"));
  REQUIRE(test::RunUntil(loop, [&] { return socket.close_code != 0; }));
  CHECK(socket.close_code == 1008);
}

TEST_CASE_METHOD(World, "a client publishes, talks to its players, and unpublishes") {
  Publish("p");
  REQUIRE(Hears(R"({"data":["p","answer to offer"],"message":"setRemoteSDP"})"));
  media.TellPublishing("p");
  REQUIRE(Hears(R"("status":"PUBLISHING")"));
  client->OnText(
      R"({"message":"sendStreamEvent","data":[{"mediaSessionId":"p","type":"data","payload":7}]})");
  REQUIRE(test::RunUntil(loop, [&] { return media.events().size() == 1; }));
  CHECK(media.events().front().event().payload() == "7");
  client->OnText(R"({"message":"unPublishStream","data":[{"mediaSessionId":"p"}]})");
  REQUIRE(Hears(R"("status":"UNPUBLISHED")"));
  REQUIRE(test::RunUntil(loop, [&] { return media.sessions().empty(); }));
  CHECK_FALSE(media.lost().front());
}

TEST_CASE_METHOD(World,
                 "a client that disconnects ends its stream, one that is lost may come back") {
  struct Case {
    uint16_t code;
    bool lost;
  };
  // 0: without a close frame. 1005: as session.disconnect() of the SDK. 1001: the page goes away.
  for (const Case& c : {Case{0, true}, Case{1001, true}, Case{1000, false}, Case{1005, false}}) {
    FakeSocket own_socket;
    auto own = std::make_unique<ClientConnection>(own_socket, 8080, *shared);
    std::swap(own, client);
    client->OnText(R"({"message":"connection","data":[{}]})");
    Publish("p");
    REQUIRE(test::RunUntil(loop, [&] { return media.sessions().contains("p"); }));
    REQUIRE(test::RunUntil(
        loop, [&] { return own_socket.sent.find("setRemoteSDP") != std::string::npos; }));
    if (c.code != 0) client->OnCloseFrame(c.code);
    std::swap(own, client);
    own.reset();
    REQUIRE(test::RunUntil(loop, [&] { return media.sessions().empty(); }));
    CHECK(media.lost().back() == c.lost);
  }
}

TEST_CASE_METHOD(World, "publishing from elsewhere is refused until it is open; playing is not") {
  socket.address = "203.0.113.5";
  Publish("p");
  CHECK(socket.sent.find(R"("info":"Restricted access")") != std::string::npos);
  CHECK(shared->refused_publishers == 1);
  CHECK(media.publishers().empty());
  Play("a", "cam");
  REQUIRE(Hears(R"(["a","answer to offer"])"));
  shared->open_publishing = true;
  Publish("q");
  REQUIRE(Hears(R"(["q","answer to offer"])"));
}

TEST_CASE_METHOD(World, "an event that is not delivered is a warning") {
  Publish("p");
  REQUIRE(Hears("setRemoteSDP"));
  media.event_status = absl::NotFoundError("no such publisher");
  client->OnText(
      R"({"message":"sendStreamEvent","data":[{"mediaSessionId":"p","type":"audioMuted"}]})");
  REQUIRE(Hears("no such publisher"));
  CHECK(shared->refused_requests == 1);
}

}  // namespace
}  // namespace sluice::signalling_gateway
