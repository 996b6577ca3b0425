// RFC 6544: players of a worker over TCP.
#include <catch2/catch.hpp>

#include "tests/unit/webrtc_media_worker/worker_suite.h"

namespace sluice::webrtc_media {
namespace {

struct TcpSuite : Suite {
  explicit TcpSuite(std::string_view host = "127.0.0.1")
      : player("a", host, worker->port()), counters(worker->counters()) {}

  void Join(size_t packets = 3) {
    GiveFrame(true, packets);
    REQUIRE(worker->AddPlayer(player.player.Settings(home.now()), *feed).ok());
    Connect(player, packets);
  }
  bool Reaches(size_t packets) {
    return test::RunUntil(home, [&] {
      player.Receive();
      return player.player.packets.size() >= packets;
    });
  }

  TcpPlayer player;
  const WorkerCounters& counters;
};

void CheckNoGap(const TestPlayer& player) {
  for (size_t i = 1; i < player.packets.size(); ++i) {
    REQUIRE(player.packets[i]->view.sequence_number ==
            static_cast<uint16_t>(player.packets[i - 1]->view.sequence_number + 1));
  }
}

}  // namespace

TEST_CASE("RFC 6544: a player connects by TCP and gets the cached group and live frames") {
  const std::string host = GENERATE(as<std::string>(), "127.0.0.1", "::1");
  TcpSuite suite(host);
  suite.Join(30);
  suite.GiveFrame(false, 5);
  REQUIRE(suite.Reaches(35));
  CHECK(suite.player.player.refused == 0);
  CheckNoGap(suite.player.player);
  CHECK(suite.counters.tcp_connections.value() == 1);
  CHECK(suite.counters.datagrams_sent.value() == 0);

  suite.worker->RemovePlayer("a", EndReason::kClosed);
  REQUIRE(test::RunUntil(suite.home, [&] { return suite.player.closed(); }));
  CHECK(suite.player.player.closed_by_server());
  CHECK(suite.counters.tcp_connections.value() == 0);
}

TEST_CASE("A frame's packets leave for a TCP player in one call") {
  TcpSuite suite;
  suite.Join();
  REQUIRE(test::RunUntil(suite.home, [&] { return !suite.events.playing.empty(); }));
  const uint64_t calls = suite.counters.tcp_send_calls.value();
  const uint64_t frames = suite.counters.tcp_frames_sent.value();
  suite.GiveFrame(false, 10);
  REQUIRE(suite.Reaches(13));
  CHECK(suite.counters.tcp_frames_sent.value() - frames >= 10);
  CHECK(suite.counters.tcp_send_calls.value() - calls < 10);
}

TEST_CASE("A player whose connection breaks comes back with another, and its SRTP goes on") {
  TcpSuite suite;
  suite.Join();
  suite.player.Close();
  REQUIRE(test::RunUntil(suite.home, [&] { return suite.counters.tcp_connections.value() == 0; }));
  suite.player.Connect();
  suite.Connect(suite.player, 3);
  REQUIRE(test::RunUntil(suite.home, [&] {
    suite.player.Receive();
    if (!suite.player.checked) suite.player.Send(suite.player.player.Check());
    return suite.player.checked;
  }));
  suite.GiveFrame(true, 4);
  REQUIRE(suite.Reaches(7));
  CHECK(suite.player.player.refused == 0);
  CheckNoGap(suite.player.player);
  CHECK(suite.events.ended.empty());
}

TEST_CASE("A player may change from TCP to UDP and back by its checks") {
  TcpSuite suite;
  suite.Join();
  UdpPlayer udp("a", "127.0.0.1", suite.worker->port());
  REQUIRE(test::RunUntil(suite.home, [&] {
    if (!udp.checked) udp.Send(udp.player.Check());
    udp.Receive();
    return udp.checked;
  }));
  const uint64_t datagrams = suite.counters.datagrams_sent.value();
  suite.GiveFrame(false, 4);
  REQUIRE(test::RunUntil(suite.home,
                         [&] { return suite.counters.datagrams_sent.value() >= datagrams + 4; }));
  suite.player.checked = false;
  REQUIRE(test::RunUntil(suite.home, [&] {
    if (!suite.player.checked) suite.player.Send(suite.player.player.Check());
    suite.player.Receive();
    return suite.player.checked;
  }));
  suite.GiveFrame(false, 4);
  REQUIRE(suite.Reaches(7));
  CHECK(suite.player.player.refused == 0);
}

TEST_CASE("RFC 4571: frames may come in any pieces") {
  TcpSuite suite;
  suite.GiveFrame(true, 3);
  REQUIRE(
      suite.worker->AddPlayer(suite.player.player.Settings(suite.home.now()), *suite.feed).ok());
  Bytes check;
  rtp::AppendRfc4571Frame(suite.player.player.Check(), check);
  for (uint8_t byte : check) suite.player.SendRaw({&byte, 1});
  suite.Connect(suite.player, 3);
  CHECK(suite.player.player.refused == 0);
}

TEST_CASE("Frames that are empty, longer than any datagram or half end no other session") {
  TcpSuite suite;
  suite.Join();
  TcpPlayer bad("nobody", "127.0.0.1", suite.worker->port());
  SECTION("65,535 bytes") {
    Bytes frame;
    rtp::AppendRfc4571Frame(Bytes(65535, 0x80), frame);
    bad.SendRaw(frame);
    REQUIRE(test::RunUntil(suite.home, [&] { return bad.closed(); }));
    CHECK(suite.counters.bad_tcp.value() == 1);
  }
  SECTION("half a frame, then the end") {
    bad.SendRaw(Bytes{0x04, 0x00, 1, 2, 3});
    bad.Close();
  }
  SECTION("garbage") {
    for (int i = 0; i < 200; ++i) bad.Send(Bytes(static_cast<size_t>(i), static_cast<uint8_t>(i)));
    REQUIRE(test::RunUntil(suite.home, [&] { return suite.counters.unknown_tuple.value() > 100; }));
    bad.Close();
  }
  SECTION("STUN of nobody and DTLS without a check") {
    bad.Send(bad.player.Check());
    for (const Bytes& hello : bad.player.StartDtls()) bad.Send(hello);
    REQUIRE(test::RunUntil(suite.home, [&] { return suite.counters.unknown_tuple.value() == 1; }));
    bad.Receive();
    CHECK_FALSE(bad.checked);
    bad.Close();
  }
  REQUIRE(test::RunUntil(suite.home, [&] { return suite.counters.tcp_connections.value() == 1; }));
  suite.GiveFrame(false, 4);
  REQUIRE(suite.Reaches(7));
  CHECK(suite.player.player.refused == 0);
  CHECK(suite.events.ended.empty());
}

TEST_CASE("An address may hold 64 connections without a check, and a checked one frees its place") {
  TcpSuite suite;
  suite.Join();
  std::vector<std::unique_ptr<TcpPlayer>> silent;
  for (int i = 0; i < 80; ++i) {
    silent.push_back(std::make_unique<TcpPlayer>("nobody", "127.0.0.1", suite.worker->port()));
  }
  REQUIRE(test::RunUntil(suite.home, [&] { return suite.counters.tcp_refused.value() == 16; }));
  CHECK(suite.counters.tcp_connections.value() == 65);
  suite.GiveFrame(false, 4);
  REQUIRE(suite.Reaches(7));
  silent.clear();
  REQUIRE(test::RunUntil(suite.home, [&] { return suite.counters.tcp_connections.value() == 1; }));
  TcpPlayer again("nobody", "127.0.0.1", suite.worker->port());
  REQUIRE(test::RunUntil(suite.home, [&] { return suite.counters.tcp_connections.value() == 2; }));
}

TEST_CASE("A TCP player that does not read goes on with a key frame, and delays nobody") {
  TcpSuite suite;
  suite.player.Close();
  TcpPlayer slow("a", "127.0.0.1", suite.worker->port(), 4096);
  UdpPlayer other("b", "127.0.0.1", suite.worker->port());
  suite.GiveFrame(true, 3);
  for (SocketPlayer* player : std::initializer_list<SocketPlayer*>{&slow, &other}) {
    REQUIRE(suite.worker->AddPlayer(player->player.Settings(suite.home.now()), *suite.feed).ok());
    suite.Connect(*player, 3);
  }
  slow.reading = false;
  size_t expected = 3;
  for (int group = 0; group < 8; ++group) {
    for (int frame = 0; frame < 4; ++frame) {
      suite.GiveFrame(frame == 0, 40);
      expected += 40;
      REQUIRE(test::RunUntil(suite.home, [&] {
        other.Receive();
        return other.player.packets.size() == expected;
      }));
    }
  }
  slow.reading = true;
  suite.GiveFrame(true, 3);
  // The payload begins with the packet's number in the stream.
  const auto number = [](const TestPlayer::Received& packet) {
    const ByteView payload = packet.view.payload;
    return uint32_t{payload[0]} << 24 | uint32_t{payload[1]} << 16 | uint32_t{payload[2]} << 8 |
           payload[3];
  };
  REQUIRE(test::RunUntil(suite.home, [&] {
    slow.Receive();
    other.Receive();
    return number(*slow.player.packets.back()) == expected + 2;
  }));
  CHECK(slow.player.refused == 0);
  CheckNoGap(slow.player);
  CHECK(slow.player.packets.size() < expected);  // what was skipped
  // Where numbers jump, a key frame begins: its first packet's number is a multiple of a group.
  for (size_t i = 1; i < slow.player.packets.size(); ++i) {
    const uint32_t before = number(*slow.player.packets[i - 1]);
    const uint32_t after = number(*slow.player.packets[i]);
    if (after != before + 1) CHECK(((after - 3) % 160 == 0 || after == expected));
  }
}

}  // namespace sluice::webrtc_media
