// RFC 8445 §9: ICE restarts of a worker's sessions.
#include <catch2/catch.hpp>

#include "libs/stun/message_builder.h"
#include "tests/unit/webrtc_media_worker/worker_suite.h"

namespace sluice::webrtc_media {
namespace {

const stun::IceLiteResponder::Credentials kNew = {
    .local_ufrag = "new-ufrag", .local_password = "new-password", .remote_ufrag = "new-peer"};

Bytes NewCheck() {
  Bytes check;
  stun::MessageBuilder builder(stun::Class::kRequest, stun::kBinding, {4, 5, 6}, check);
  builder.AddUsername("new-ufrag:new-peer");
  builder.AddPriority(1);
  builder.AddIceControlling(42);
  builder.AddUseCandidate();
  builder.AddMessageIntegrity("new-password");
  builder.AddFingerprint();
  return check;
}

struct Joined : Suite {
  Joined() : player("a", "127.0.0.1", worker->port()), counters(worker->counters()) {
    GiveFrame(true, 3);
    REQUIRE(worker->AddPlayer(player.player.Settings(home.now()), *feed).ok());
    Connect(player, 3);
  }
  bool Gets(SocketPlayer& by, size_t packets) {
    const size_t before = player.player.packets.size();
    GiveFrame(false, packets);
    return test::RunUntil(home, [&] {
      for (const Bytes& datagram : Received(by)) player.player.OnDatagram(datagram);
      return player.player.packets.size() == before + packets;
    });
  }
  std::vector<Bytes> Received(SocketPlayer& by) {
    return &by == &player ? (player.Receive(), std::vector<Bytes>()) : by.TakeReceived();
  }

  UdpPlayer player;
  const WorkerCounters& counters;
};

}  // namespace

TEST_CASE("RFC 8445 9: media goes on through an ICE restart, on a new address") {
  Joined joined;
  REQUIRE(joined.worker->RestartIce("a", kNew).ok());
  REQUIRE(joined.Gets(joined.player, 4));  // nothing changes before the first check
  UdpPlayer moved("unused", "127.0.0.1", joined.worker->port());
  REQUIRE(test::RunUntil(joined.home, [&] {
    moved.Send(NewCheck());
    return !moved.TakeReceived().empty();
  }));
  CHECK(joined.Gets(moved, 4));
  CHECK(joined.player.player.refused == 0);
  CHECK(joined.events.ended.empty());

  // The old credentials are over.
  const uint64_t bad = joined.counters.bad_stun.value();
  joined.player.Send(joined.player.player.Check());
  CHECK(test::RunUntil(joined.home, [&] { return joined.counters.bad_stun.value() == bad + 1; }));
}

TEST_CASE("The ufrags of a session that has ended are free again") {
  Joined joined;
  REQUIRE(joined.worker->RestartIce("a", kNew).ok());
  CHECK(joined.worker->RestartIce("a", kNew).code() == absl::StatusCode::kAlreadyExists);
  joined.worker->RemovePlayer("a", EndReason::kClosed);
  REQUIRE(test::RunUntil(joined.home, [&] { return !joined.events.ended.empty(); }));
  TestPlayer again("a");
  REQUIRE(joined.worker->AddPlayer(again.Settings(joined.home.now()), *joined.feed).ok());
  CHECK(joined.worker->RestartIce("a", kNew).ok());
}

TEST_CASE("An ICE restart of nobody is refused") {
  Joined joined;
  CHECK(joined.worker->RestartIce("b", kNew).code() == absl::StatusCode::kNotFound);
}

}  // namespace sluice::webrtc_media
