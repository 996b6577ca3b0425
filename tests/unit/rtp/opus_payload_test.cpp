#include <catch2/catch.hpp>

#include "libs/rtp/payload/opus/payload.h"
#include "tests/support/hex.h"

namespace sluice::rtp::payload::opus {
namespace {

using test::Hex;

TEST_CASE("RFC 7587 4.2: an Opus packet is a payload") {
  auto packet = Packetizer().Packetize(Hex("fc0102"), 960, Instant(5s));
  REQUIRE(packet.has_value());
  CHECK(packet->payload == Hex("fc0102"));
  CHECK(packet->rtp_timestamp == 960);
  CHECK_FALSE(packet->marker);
  Depacketizer depacketizer;
  auto view = depacketizer.Push(*packet);
  REQUIRE(view.has_value());
  CHECK(ToBytes(view->bytes) == Hex("fc0102"));
  CHECK(view->samples == 960);
  CHECK(view->lost_packets == 0);
}

TEST_CASE("an Opus packet that is empty or too long cannot be sent") {
  CHECK_FALSE(Packetizer().Packetize({}, 0, Instant()).has_value());
  CHECK_FALSE(Packetizer(3).Packetize(Hex("fc010203"), 0, Instant()).has_value());
}

TEST_CASE("lost packets are counted across the wrap, malformed ones apart") {
  Depacketizer depacketizer;
  Packet packet;
  packet.payload = Hex("fc01");
  packet.sequence_number = 65534;
  CHECK(depacketizer.Push(packet)->lost_packets == 0);
  packet.sequence_number = 1;
  CHECK(depacketizer.Push(packet)->lost_packets == 2);
  packet.sequence_number = 2;
  packet.payload.clear();
  CHECK_FALSE(depacketizer.Push(packet).has_value());
  CHECK(depacketizer.malformed_packets() == 1);
}

}  // namespace
}  // namespace sluice::rtp::payload::opus
