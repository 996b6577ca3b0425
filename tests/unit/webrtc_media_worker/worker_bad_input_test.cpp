// A session that lies, repeats itself or floods its worker costs another one nothing.
#include <catch2/catch.hpp>

#include "libs/rtp/rtcp/transport_feedback.h"
#include "tests/unit/webrtc_media_worker/worker_suite.h"

namespace sluice::webrtc_media {
namespace {

constexpr uint32_t kNobody = 0x9999;

struct TwoPlayers : Suite {
  TwoPlayers()
      : good("good", "127.0.0.1", worker->port()),
        bad("bad", "127.0.0.1", worker->port()),
        counters(worker->counters()) {
    GiveFrame(true, 20);
    for (UdpPlayer* player : {&good, &bad}) {
      REQUIRE(worker->AddPlayer(player->player.Settings(home.now()), *feed).ok());
      Connect(*player, 20);
    }
  }
  void SendRtcp(const Bytes& compound) { bad.Send(bad.player.ProtectRtcp(compound)); }
  // The good one gets everything, in order and authentic.
  void CheckUndisturbed(size_t frames) {
    size_t expected = good.player.packets.size();
    for (size_t i = 0; i < frames; ++i) {
      GiveFrame(false, 5);
      expected += 5;
      REQUIRE(test::RunUntil(home, [&] {
        good.Receive();
        bad.Receive();
        return good.player.packets.size() == expected;
      }));
    }
    CHECK(good.player.refused == 0);
    CHECK(events.ended.empty());
  }

  UdpPlayer good;
  UdpPlayer bad;
  const WorkerCounters& counters;
};

template <typename Message>
Bytes Compound(const Message& message) {
  Bytes compound;
  rtp::rtcp::Serialize(rtp::rtcp::ReceiverReport{.ssrc = kNobody, .blocks = {}}, compound);
  rtp::rtcp::Serialize(message, compound);
  return compound;
}

}  // namespace

TEST_CASE("NACK storms are answered to a bound, and cost another player nothing") {
  TwoPlayers players;
  rtp::rtcp::Nack nack{.sender_ssrc = kNobody, .media_ssrc = kVideoSsrc, .items = {}};
  const uint16_t first = players.bad.player.packets[0]->view.sequence_number;
  nack.items.push_back({.packet_id = first, .following = 0xffff});
  constexpr uint64_t kStorm = 500;
  for (uint64_t i = 0; i < kStorm; ++i) players.SendRtcp(Compound(nack));
  REQUIRE(test::RunUntil(players.home, [&] { return players.counters.nacks.value() == kStorm; }));
  CHECK(players.counters.rtx_packets.value() < 17 * 20);  // of 17 x 500 that were asked for
  CHECK(players.counters.rtx_refused.value() > 17 * 400);
  players.CheckUndisturbed(5);
}

TEST_CASE("PLI storms ask upstream once, and cost another player nothing") {
  TwoPlayers players;
  constexpr uint64_t kStorm = 500;
  for (uint64_t i = 0; i < kStorm; ++i) {
    players.SendRtcp(Compound(
        rtp::rtcp::PictureLossIndication{.sender_ssrc = kNobody, .media_ssrc = kVideoSsrc}));
  }
  REQUIRE(test::RunUntil(players.home, [&] { return players.counters.plis.value() == kStorm; }));
  CHECK(players.counters.replays.value() <= 2);
  CHECK(players.events.key_frames.size() <= 5);
  players.CheckUndisturbed(5);
}

TEST_CASE("A replayed or forged SRTCP datagram is dropped and counted") {
  TwoPlayers players;
  const Bytes report = players.bad.player.ProtectRtcp(
      Compound(rtp::rtcp::PictureLossIndication{.sender_ssrc = kNobody, .media_ssrc = kVideoSsrc}));
  for (int i = 0; i < 10; ++i) players.bad.Send(report);
  Bytes forged = report;
  forged.back() ^= 1;
  players.bad.Send(forged);
  REQUIRE(test::RunUntil(players.home, [&] { return players.counters.bad_rtcp.value() == 10; }));
  CHECK(players.counters.plis.value() == 1);
  players.CheckUndisturbed(2);
}

TEST_CASE(
    "Bandwidth estimates of nothing and of everything, and feedback of the future, end nobody") {
  TwoPlayers players;
  for (uint64_t bitrate : {uint64_t{0}, uint64_t{1} << 63, ~uint64_t{0}}) {
    players.SendRtcp(Compound(rtp::rtcp::ReceiverEstimatedMaximumBitrate{
        .sender_ssrc = kNobody, .bitrate_bps = bitrate, .ssrcs = {kVideoSsrc}}));
  }
  rtp::rtcp::TransportFeedback future;
  future.base_sequence_number = 60000;
  future.packet_count = 3;
  future.arrivals = {{.offset = 0, .delta = 30000}, {.offset = 2, .delta = -30000}};
  for (int i = 0; i < 200; ++i) {
    future.feedback_count = static_cast<uint8_t>(i);
    future.reference_time = i % 2 == 0 ? 0x7fffff : -0x7fffff;
    players.SendRtcp(Compound(future));
  }
  players.CheckUndisturbed(5);
}

TEST_CASE("A ClientHello flood from a checked address costs another player nothing") {
  TwoPlayers players;
  TestPlayer other("other");
  const std::vector<Bytes> hello = other.StartDtls();
  for (int i = 0; i < 300; ++i) {
    for (const Bytes& datagram : hello) players.bad.Send(datagram);
  }
  players.CheckUndisturbed(5);
}

}  // namespace sluice::webrtc_media
