// A whole worker with its thread and real sockets on loopback.
#include <catch2/catch.hpp>

#include "tests/unit/webrtc_media_worker/worker_suite.h"

namespace sluice::webrtc_media {

TEST_CASE("A player connects to a worker and gets the cached group and live frames") {
  const std::string host = GENERATE(as<std::string>(), "127.0.0.1", "::1");
  Suite suite;
  if (host == "::1" && !suite.worker->has_ipv6()) return;
  suite.GiveFrame(true, 30);
  UdpPlayer player("a", host, suite.worker->port());
  REQUIRE(suite.worker->AddPlayer(player.player.Settings(suite.home.now()), *suite.feed).ok());
  suite.Connect(player, 30);
  suite.GiveFrame(false, 5);
  REQUIRE(test::RunUntil(suite.home, [&] {
    player.Receive();
    return player.player.packets.size() == 35 && !suite.events.playing.empty();
  }));
  CHECK(player.player.refused == 0);
  CHECK(suite.events.playing == std::vector<std::string>{"a"});
  CHECK(suite.worker->counters().rtp_packets.value() == 35);
  CHECK(suite.worker->counters().players.value() == 1);
  CHECK(suite.worker->counters().time_to_first_media.sum_seconds() > 0);

  suite.worker->RemovePlayer("a", EndReason::kClosed);
  REQUIRE(test::RunUntil(suite.home, [&] {
    player.Receive();
    return !suite.events.ended.empty() && player.player.closed_by_server();
  }));
  CHECK(suite.events.ended[0] == std::pair{std::string("a"), EndReason::kClosed});
  CHECK(suite.worker->player_count() == 0);
}

TEST_CASE("The end of the stream ends its players with that reason") {
  Suite suite;
  suite.GiveFrame(true, 3);
  UdpPlayer player("a", "127.0.0.1", suite.worker->port());
  REQUIRE(suite.worker->AddPlayer(player.player.Settings(suite.home.now()), *suite.feed).ok());
  suite.Connect(player, 3);
  suite.GiveFrame(false, 3);
  suite.Give({fanout::StreamEnd{}});
  REQUIRE(test::RunUntil(suite.home, [&] {
    player.Receive();
    return !suite.events.ended.empty() && player.player.closed_by_server();
  }));
  CHECK(suite.events.ended[0].second == EndReason::kPublisherStopped);
  CHECK(player.player.packets.size() == 6);
}

TEST_CASE("Two players of a worker do not see each other's media") {
  Suite suite;
  suite.GiveFrame(true, 10);
  UdpPlayer a("a", "127.0.0.1", suite.worker->port());
  UdpPlayer b("b", "127.0.0.1", suite.worker->port());
  for (SocketPlayer* player : {&a, &b}) {
    REQUIRE(suite.worker->AddPlayer(player->player.Settings(suite.home.now()), *suite.feed).ok());
    suite.Connect(*player, 10);
  }
  suite.GiveFrame(false, 4);
  REQUIRE(test::RunUntil(suite.home, [&] {
    a.Receive();
    b.Receive();
    return a.player.packets.size() == 14 && b.player.packets.size() == 14;
  }));
  CHECK(a.player.refused == 0);
  CHECK(b.player.refused == 0);
}

TEST_CASE("A player too many, or with a name in use, is refused") {
  Suite suite;
  TestPlayer a("a");
  TestPlayer b("b");
  TestPlayer c("c");
  const Instant now = suite.home.now();
  CHECK(suite.worker->AddPlayer(a.Settings(now), *suite.feed).ok());
  CHECK(suite.worker->AddPlayer(a.Settings(now), *suite.feed).code() ==
        absl::StatusCode::kAlreadyExists);
  CHECK(suite.worker->AddPlayer(b.Settings(now), *suite.feed).ok());
  CHECK(suite.worker->AddPlayer(c.Settings(now), *suite.feed).code() ==
        absl::StatusCode::kResourceExhausted);
}

TEST_CASE("Datagrams of strangers are counted and not answered") {
  Suite suite;
  UdpPlayer stranger("nobody", "127.0.0.1", suite.worker->port());
  stranger.Send(stranger.player.Check());
  for (const Bytes& hello : stranger.player.StartDtls()) stranger.Send(hello);
  stranger.Send(Bytes(100, 0x80));
  const WorkerCounters& counters = suite.worker->counters();
  REQUIRE(test::RunUntil(suite.home, [&] {
    return counters.bad_stun.value() == 1 && counters.unknown_tuple.value() == 2;
  }));
  stranger.Receive();
  CHECK_FALSE(stranger.checked);
}

TEST_CASE("A wrong ICE password proves nothing") {
  Suite suite;
  UdpPlayer player("a", "127.0.0.1", suite.worker->port());
  REQUIRE(suite.worker->AddPlayer(player.player.Settings(suite.home.now()), *suite.feed).ok());
  player.Send(player.player.Check("wrong"));
  for (const Bytes& hello : player.player.StartDtls()) player.Send(hello);
  REQUIRE(test::RunUntil(suite.home,
                         [&] { return suite.worker->counters().unknown_tuple.value() == 1; }));
  CHECK(suite.worker->counters().bad_stun.value() == 1);
}

TEST_CASE("RFC 7983 7: garbage from a checked address is dropped and counted, and media goes on") {
  Suite suite;
  suite.GiveFrame(true, 3);
  UdpPlayer player("a", "127.0.0.1", suite.worker->port());
  REQUIRE(suite.worker->AddPlayer(player.player.Settings(suite.home.now()), *suite.feed).ok());
  suite.Connect(player, 3);
  uint64_t dtls = 0;
  for (int first = 0; first < 256; ++first) {
    player.Send(Bytes(1 + static_cast<size_t>(first) * 5, static_cast<uint8_t>(first)));
    if (first >= 20 && first <= 63) ++dtls;  // dropped by the library
  }
  const WorkerCounters& counters = suite.worker->counters();
  REQUIRE(test::RunUntil(suite.home, [&] { return counters.unexpected.value() + dtls == 256; }));
  suite.GiveFrame(false, 4);
  REQUIRE(test::RunUntil(suite.home, [&] {
    player.Receive();
    return player.player.packets.size() == 7;
  }));
  CHECK(player.player.refused == 0);
  CHECK(suite.events.ended.empty());
}

TEST_CASE("A flood of strangers' datagrams costs no player a packet") {
  constexpr int kFrames = 50;
  constexpr int kGarbagePerFrame = 100;
  Suite suite;
  suite.GiveFrame(true, 3);
  UdpPlayer player("a", "127.0.0.1", suite.worker->port());
  UdpPlayer stranger("nobody", "127.0.0.1", suite.worker->port());
  REQUIRE(suite.worker->AddPlayer(player.player.Settings(suite.home.now()), *suite.feed).ok());
  suite.Connect(player, 3);
  const WorkerCounters& counters = suite.worker->counters();
  const Bytes check = stranger.player.Check();
  const uint64_t before =
      counters.bad_stun.value();  // checks sooner than the worker knew its player
  for (int frame = 1; frame <= kFrames; ++frame) {
    for (int i = 0; i < kGarbagePerFrame; ++i) {
      stranger.Send(i % 2 == 0 ? Bytes(60, 0x80) : check);
    }
    suite.GiveFrame(false, 5);
    REQUIRE(test::RunUntil(suite.home, [&] {
      player.Receive();
      return player.player.packets.size() == 3 + static_cast<size_t>(frame) * 5;
    }));
  }
  REQUIRE(test::RunUntil(suite.home, [&] {
    return counters.unknown_tuple.value() + counters.bad_stun.value() - before ==
           kFrames * kGarbagePerFrame;
  }));
  CHECK(player.player.refused == 0);
  stranger.Receive();
  CHECK_FALSE(stranger.checked);
}

TEST_CASE("A port that is taken is refused") {
  Suite suite;
  Worker::Settings settings{.v4 =
                                net::SocketAddress::Parse("0.0.0.0", suite.worker->port()).value()};
  const auto second = Worker::Start(std::move(settings), suite.home, suite.random, suite.events);
  CHECK(second.status().code() == absl::StatusCode::kUnavailable);
}

TEST_CASE(
    "A publisher's media reaches the home loop in order, and its end comes last, by UDP or TCP") {
  Suite suite;
  const auto made = suite.MakeClient(GENERATE(false, true), "p");
  SocketPlayer& publisher = *made;
  PublisherSettings settings = TestPublisherSettings();
  settings.transport = publisher.player.Settings(suite.home.now()).transport;
  settings.silence = 50ms;
  const auto counters = settings.counters;
  REQUIRE(suite.worker->AddPublisher(settings).ok());
  CHECK(suite.worker->AddPublisher(settings).code() == absl::StatusCode::kAlreadyExists);
  CHECK(suite.worker->publisher_count() == 1);
  CHECK(suite.worker->player_count() == 0);
  REQUIRE(test::RunUntil(suite.home, [&] {
    if (!publisher.checked) publisher.Send(publisher.player.Check());
    publisher.Receive();
    return publisher.player.connected();
  }));
  for (const TestRtp& packet : Vp8Frame(1, 9000, true, 40)) {
    publisher.Send(publisher.player.ProtectRtp(packet.Serialize()));
  }
  const PublisherEvents& events = suite.publisher_events;
  REQUIRE(test::RunUntil(suite.home, [&] { return events.numbers.size() == 40; }));
  for (size_t i = 0; i < 40; ++i) CHECK(events.numbers[i] == i + 1);
  CHECK(counters->encodings[1].packets.value() == 40);
  REQUIRE(test::RunUntil(suite.home, [&] { return !events.silences.empty(); }));
  suite.worker->RequestPublisherKeyFrame("p", 1);
  REQUIRE(test::RunUntil(suite.home, [&] {
    publisher.Receive();
    return !Find<rtp::rtcp::PictureLossIndication>(publisher.player.compounds).empty();
  }));
  suite.worker->RemovePublisher("p", EndReason::kReplaced);
  REQUIRE(test::RunUntil(suite.home, [&] {
    publisher.Receive();
    return !events.ended.empty() && publisher.player.closed_by_server();
  }));
  CHECK(events.started == std::vector<std::string>{"p"});
  CHECK(events.ended[0] == std::pair{std::string("p"), EndReason::kReplaced});
  CHECK(suite.worker->session_count() == 0);
}

TEST_CASE("A publisher with more encodings than there are counters is refused") {
  Suite suite;
  PublisherSettings settings = TestPublisherSettings();
  settings.tracks[0].encodings.resize(PublisherCounters::kMaxEncodings);
  CHECK(suite.worker->AddPublisher(settings).code() == absl::StatusCode::kInvalidArgument);
}

TEST_CASE("Closing a feed leaves its players without media, and a new one goes on") {
  Suite suite;
  suite.GiveFrame(true, 3);
  UdpPlayer player("a", "127.0.0.1", suite.worker->port());
  REQUIRE(suite.worker->AddPlayer(player.player.Settings(suite.home.now()), *suite.feed).ok());
  suite.Connect(player, 3);
  suite.feed = suite.worker->OpenFeed();
  suite.Give({std::make_shared<const media::StreamDescription>(TestDescription())});
  suite.worker->BindTrack("a", 0, *suite.feed);
  suite.GiveFrame(true, 2);
  REQUIRE(test::RunUntil(suite.home, [&] {
    player.Receive();
    return player.player.packets.size() == 5;
  }));
  const auto& packets = player.player.packets;
  CHECK(packets[3]->view.ssrc == kVideoSsrc);
  CHECK(packets[3]->view.sequence_number ==
        static_cast<uint16_t>(packets[2]->view.sequence_number + 1));
}

}  // namespace sluice::webrtc_media
