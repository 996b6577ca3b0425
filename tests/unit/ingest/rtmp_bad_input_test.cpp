// What clients send that they should not, and what they do not send.
#include <catch2/catch.hpp>

#include "services/ingest/publish_parameters.h"
#include "tests/unit/ingest/connections.h"

namespace sluice::ingest {
namespace {

TEST_CASE_METHOD(Connections, "a publisher that sends no media for too long is closed") {
  config.idle_timeout = 600s;
  Client publisher(*this);
  Client player(*this);
  StartPublishing(publisher);
  StartPlaying(player);
  publisher.Send(VideoHeader());
  REQUIRE(RunUntil([&] { return counters.received_messages == 1; }));
  Instant last = loop.now();
  publisher.connection->CheckTime(last + config.publisher_timeout - 1s);
  CHECK(Cam() != nullptr);
  publisher.connection->CheckTime(last + config.publisher_timeout + 1s);
  CHECK(Cam() == nullptr);
  REQUIRE(publisher.Gets("NetStream.Failed"));
  REQUIRE(player.Gets("NetStream.Play.UnpublishNotify"));
  REQUIRE(Gone(publisher));
  CHECK(counters.publishes_stalled == 1);
  CHECK(Logged("publisher stalled"));
}

TEST_CASE_METHOD(Connections, "one connection publishes two names, each on its own stream") {
  Client client(*this);
  StartPublishing(client);
  client.messages.clear();
  client.Send(RtmpClientBytes().CreateStream().Publish("second", 2));
  REQUIRE(client.Gets("NetStream.Publish.Start"));
  CHECK(client.connection->publisher_count() == 2);
  CHECK(publications.Find({"second", ""}) != nullptr);
  client.Close();
  REQUIRE(Gone(client));
  CHECK(publications.Find({"second", ""}) == nullptr);
  CHECK(Cam() == nullptr);
}

TEST_CASE_METHOD(Connections, "a second name on the same stream takes the place of the first") {
  Client client(*this);
  StartPublishing(client);
  client.messages.clear();
  client.Send(RtmpClientBytes().Publish("second"));
  REQUIRE(client.Gets("NetStream.Publish.Start"));
  CHECK(client.connection->publisher_count() == 1);
  CHECK(Cam() == nullptr);
}

TEST_CASE_METHOD(Connections, "messages without meaning are counted") {
  Client client(*this);
  StartPublishing(client);
  client.Send(RtmpClientBytes()
                  .Add({static_cast<rtmp::MessageType>(99), 0, 1, test::Hex("0102")})
                  .Add({rtmp::MessageType::kSharedObjectAmf0, 0, 0, test::Hex("01")})
                  .Media(rtmp::MessageType::kVideo, 0, test::Hex("17"), 7));
  REQUIRE(RunUntil([&] { return counters.ignored_messages == 3; }));
  CHECK(Cam() != nullptr);
}

TEST_CASE_METHOD(Connections, "a client that is pushed out is silent until then") {
  Client client(*this);
  CHECK(client.connection->silent());
  client.Send(RtmpClientBytes().Handshake());
  client.connection->PushOut();
  REQUIRE(Gone(client));
  CHECK(counters.connections_pushed_out == 1);
  Client other(*this);
  StartPublishing(other);
  CHECK_FALSE(other.connection->silent());
}

TEST_CASE_METHOD(Connections, "parameters are kept apart from the name, and shown without values") {
  Client client(*this);
  client.Send(RtmpClientBytes()
                  .Handshake()
                  .Connect("live/?token=7")
                  .CreateStream()
                  .Publish("cam?key=secret&flag"));
  REQUIRE(client.Gets("NetStream.Publish.Start"));
  REQUIRE(Cam() != nullptr);
  CHECK(Cam()->settings().publisher_parameters == "token=***&key=***&***");
  CHECK_FALSE(Logged("secret"));
  CHECK(Logged("token=***&key=***"));
}

TEST_CASE("parameters are shown as their names") {
  CHECK(ShownParameters("", "") == "");
  CHECK(ShownParameters("a=1", "") == "a=***");
  CHECK(ShownParameters("", "b=2&&c") == "b=***&***");
  CHECK(ShownParameters("a=1", "b=x=y") == "a=***&b=***");
  std::string many;
  for (int i = 0; i < 100; ++i) many += "k=v&";
  CHECK(ShownParameters(many, many).size() == 32 * 5 + 31);
}

}  // namespace
}  // namespace sluice::ingest
