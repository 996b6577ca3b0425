#include <unistd.h>

#include <catch2/catch.hpp>

#include "libs/fanout/fanout_server.h"
#include "libs/fanout/subscription_connection.h"
#include "tests/support/media_builders.h"

namespace sluice::fanout {
namespace {

using test::PacketBuilder;

struct SocketFixture {
  SocketFixture() { REQUIRE(server.Listen(path).ok()); }

  std::unique_ptr<SubscriptionConnection> Connect(const std::string& token, size_t stop_after) {
    auto connection = SubscriptionConnection::Connect(
        loop, server.address(), token, [this, stop_after](auto items) {
          received.insert(received.end(), items.begin(), items.end());
          if (received.size() >= stop_after || std::holds_alternative<StreamEnd>(received.back()))
            loop.Stop();
        });
    REQUIRE(connection.ok());
    return *std::move(connection);
  }
  size_t ReceivedPackets() const {
    size_t count = 0;
    for (const Item& item : received) count += std::holds_alternative<rtp::PacketPtr>(item);
    return count;
  }

  std::string path = "/tmp/sluice-fanout-test-" + std::to_string(getpid()) + ".sock";
  loop::EventLoop loop;
  SystemRandom random;
  FanoutServer server{loop, random};
  std::shared_ptr<Publication> publication =
      std::make_shared<Publication>(loop, random, Publication::Settings{.key = {"cam", ""}});
  std::vector<Item> received;
};

TEST_CASE_METHOD(
    SocketFixture,
    "a subscriber with its token gets the stream from the cached key frame to its end") {
  uint32_t id = *publication->AddTrack(test::VideoTrack());
  publication->SetClock(id, WallClockNow(), 1);
  publication->Push(PacketBuilder(id).KeyFrame().Value());
  auto connection = Connect(*server.IssueToken(publication, {}), 3);
  loop.Run();
  CHECK(std::holds_alternative<DescriptionPtr>(received[0]));
  CHECK(std::holds_alternative<rtp::ClockReport>(received[1]));
  CHECK(ReceivedPackets() == 1);
  publication->Push(PacketBuilder(id).Value());
  publication->End({EndCause::kPublisherStopped, "done"});
  loop.Run();
  if (!std::holds_alternative<StreamEnd>(received.back())) loop.Run();
  CHECK(ReceivedPackets() == 2);
  CHECK(std::get<StreamEnd>(received.back()) == StreamEnd{EndCause::kPublisherStopped, "done"});
}

TEST_CASE_METHOD(SocketFixture, "a token is good once, and a wrong one closes the connection") {
  std::string token = *server.IssueToken(publication, {});
  publication->AddTrack(test::VideoTrack()).IgnoreError();
  auto first = Connect(token, 1);
  loop.Run();
  CHECK(std::holds_alternative<DescriptionPtr>(received.back()));
  for (const std::string& bad : {token, std::string(kTokenBytes, 'x')}) {
    received.clear();
    auto second = Connect(bad, 100);
    loop.Run();
    CHECK(std::get<StreamEnd>(received.back()).cause == EndCause::kUpstreamLost);
  }
  CHECK(server.counters().refused == 2);
}

TEST_CASE_METHOD(SocketFixture, "only the wanted tracks are sent") {
  uint32_t video = *publication->AddTrack(test::VideoTrack());
  uint32_t audio = *publication->AddTrack(test::AudioTrack());
  auto connection = Connect(*server.IssueToken(publication, {audio}), 2);
  publication->Push(PacketBuilder(video).KeyFrame().Value());
  publication->Push(PacketBuilder(audio).Value());
  loop.Run();
  REQUIRE(ReceivedPackets() == 1);
  CHECK(std::get<rtp::PacketPtr>(received.back())->track_id == audio);
}

TEST_CASE_METHOD(SocketFixture, "a key-frame request reaches the source") {
  uint32_t id = *publication->AddTrack(test::VideoTrack());
  uint32_t asked = 0;
  publication->OnKeyFrameRequest([&](uint32_t track_id) {
    asked = track_id;
    loop.Stop();
  });
  auto connection = Connect(*server.IssueToken(publication, {}), 1);
  loop.Run();
  connection->RequestKeyFrame(publication->description()->tracks[0].ssrc);
  loop.Run();
  CHECK(asked == id);
}

TEST_CASE_METHOD(SocketFixture,
                 "only wanted layers are sent, and what is wanted again begins with a key frame") {
  const uint32_t large = *publication->AddTrack(test::VideoTrack());
  const uint32_t small = *publication->AddTrack(test::VideoTrack());
  std::vector<uint32_t> asked;
  WantedLayers told;
  publication->OnKeyFrameRequest([&](uint32_t id) { asked.push_back(id); });
  publication->OnWantedLayers([&](const WantedLayers& wanted) {
    told = wanted;
    loop.Stop();
  });
  auto connection = Connect(*server.IssueToken(publication, {}), 1);
  loop.Run();
  connection->SendWantedLayers({.unwanted = {large}});
  loop.Run();
  CHECK(told == WantedLayers{.unwanted = {large}});
  publication->Push(PacketBuilder(large).KeyFrame().Timestamp(1).Value());
  publication->Push(PacketBuilder(small).KeyFrame().Timestamp(2).Value());
  connection->SendWantedLayers({});
  loop.Run();
  CHECK(told == WantedLayers());
  CHECK(asked == std::vector<uint32_t>{large});
  publication->Push(PacketBuilder(large).Timestamp(3).Value());
  publication->Push(PacketBuilder(large).KeyFrame().Timestamp(4).Value());
  publication->Push(PacketBuilder(large).Timestamp(5).Value());
  publication->End({});
  while (received.empty() || !std::holds_alternative<StreamEnd>(received.back())) loop.Run();
  std::vector<uint32_t> timestamps;
  for (const Item& item : received) {
    const auto* packet = std::get_if<rtp::PacketPtr>(&item);
    if (packet != nullptr) timestamps.push_back((*packet)->rtp_timestamp);
  }
  CHECK(timestamps == std::vector<uint32_t>{2, 4, 5});
}

TEST_CASE_METHOD(
    SocketFixture,
    "a subscriber that does not read loses video up to the next key frame, and nobody else does") {
  uint32_t video = *publication->AddTrack(test::VideoTrack());
  auto slow = net::ConnectUnix(path);
  REQUIRE(slow.ok());
  Bytes token_frame;
  AppendToken(*server.IssueToken(publication, {}), token_frame);
  REQUIRE(write(slow->get(), token_frame.data(), token_frame.size()) ==
          static_cast<ssize_t>(token_frame.size()));
  auto healthy = Connect(*server.IssueToken(publication, {}), SIZE_MAX);
  constexpr size_t kPackets = 8000;  // 9 MB
  size_t sent = 0;
  loop::Timer feed(loop, [&] {
    // Not before the healthy one is attached (the slow one came first) and has read what was sent.
    if (received.empty() || ReceivedPackets() < sent) return;
    for (int i = 0; i < 200 && sent < kPackets; ++i, ++sent) {
      PacketBuilder packet(video);
      publication->Push((sent == 0 ? packet.KeyFrame() : packet).Size(1150).Value());
    }
    if (ReceivedPackets() == kPackets) loop.Stop();
  });
  feed.Start(1ms, 1ms);
  loop.Run();
  CHECK(ReceivedPackets() == kPackets);
  CHECK(server.counters().skipped_packets > 1000);
  CHECK(server.counters().unsent_bytes < (5u << 20));
}

TEST_CASE_METHOD(SocketFixture, "waiting tokens are bounded") {
  for (int i = 0; i < 1024; ++i) REQUIRE(server.IssueToken(publication, {}).ok());
  CHECK(server.IssueToken(publication, {}).status().code() == absl::StatusCode::kResourceExhausted);
}

}  // namespace
}  // namespace sluice::fanout
