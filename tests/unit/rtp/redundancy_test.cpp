#include "libs/rtp/payload/red/redundancy.h"

#include <catch2/catch.hpp>

#include "libs/rtp/payload/rtx/retransmission.h"
#include "tests/support/hex.h"

namespace sluice::rtp::payload {
namespace {

using test::Hex;

TEST_CASE("RFC 2198 3: blocks are read in the order of their headers") {
  // Payload type 111, 960 ticks ago, 3 bytes; then the primary one.
  const Bytes bytes = Hex("ef 0f0003 6f aabbcc 1122");
  auto unpacked = red::Unpack(bytes);
  REQUIRE(unpacked);
  REQUIRE(unpacked->redundant.size() == 1);
  CHECK(unpacked->redundant[0].payload_type == 111);
  CHECK(unpacked->redundant[0].timestamp_offset == 960);
  CHECK(ToBytes(unpacked->redundant[0].payload) == Hex("aabbcc"));
  CHECK(unpacked->primary.payload_type == 111);
  CHECK(unpacked->primary.timestamp_offset == 0);
  CHECK(ToBytes(unpacked->primary.payload) == Hex("1122"));
}

TEST_CASE("RFC 2198 3: a packet without redundancy is one byte and its payload") {
  CHECK(red::Pack({}, {111, 0, Hex("aabb")}, 1150) == Hex("6f aabb"));
  CHECK(ToBytes(red::Unpack(Hex("6f aabb"))->primary.payload) == Hex("aabb"));
}

TEST_CASE("RFC 2198: what is packed is unpacked") {
  const Bytes oldest(1023, 1);
  const Bytes older = Hex("0203");
  const Bytes newest = Hex("04");
  const std::vector<red::Block> redundant = {{111, 16383, oldest}, {111, 960, older}};
  const Bytes packed = red::Pack(redundant, {111, 0, newest}, 1150);
  auto unpacked = red::Unpack(packed);
  REQUIRE(unpacked);
  REQUIRE(unpacked->redundant.size() == 2);
  CHECK(unpacked->redundant[0].timestamp_offset == 16383);
  CHECK(ToBytes(unpacked->redundant[0].payload) == oldest);
  CHECK(ToBytes(unpacked->redundant[1].payload) == older);
  CHECK(ToBytes(unpacked->primary.payload) == newest);
}

TEST_CASE(
    "RFC 2198 3: blocks beyond the fields' limits are left out, and the oldest for want of room") {
  const Bytes primary(100, 9);
  const Bytes too_long(1024, 1);
  const Bytes block(50, 2);
  CHECK(red::Pack(std::vector<red::Block>{{111, 960, too_long}}, {111, 0, primary}, 5000).size() ==
        101);
  CHECK(red::Pack(std::vector<red::Block>{{111, 16384, block}}, {111, 0, primary}, 5000).size() ==
        101);
  const std::vector<red::Block> two = {{111, 1920, block}, {111, 960, block}};
  CHECK(red::Pack(two, {111, 0, primary}, 101 + 54).size() == 101 + 54);
  const Bytes packed = red::Pack(two, {111, 0, primary}, 101 + 107);
  CHECK(red::Unpack(packed)->redundant[0].timestamp_offset == 960);
  CHECK(red::Pack(two, {111, 0, primary}, 101 + 53).size() == 101);
  CHECK(red::Unpack(
            red::Pack(std::vector<red::Block>(20, {111, 960, block}), {111, 0, primary}, 5000))
            ->redundant.size() == red::kMaxBlocks - 1);
}

TEST_CASE("RFC 2198: what is cut short, or has too many blocks, is malformed") {
  const Bytes whole = Hex("ef 0f0003 6f aabbcc");
  for (size_t size = 0; size < whole.size(); ++size) {
    CHECK_FALSE(red::Unpack(ByteView(whole).first(size)));
  }
  CHECK(red::Unpack(whole)->primary.payload.empty());
  Bytes many;
  for (size_t i = 0; i < red::kMaxBlocks; ++i) {
    const Bytes header = Hex("ef 000000");
    many.insert(many.end(), header.begin(), header.end());
  }
  many.push_back(0x6f);
  CHECK_FALSE(red::Unpack(many));
}

TEST_CASE("RFC 4588 4: a retransmission is its original again") {
  const Bytes payload = Hex("1234 aabb");
  RtpView packet;
  packet.marker = true;
  packet.payload_type = 97;
  packet.sequence_number = 7;
  packet.rtp_timestamp = 3000;
  packet.ssrc = 2;
  packet.payload = payload;
  auto original = rtx::Unwrap(packet, 96, 1);
  REQUIRE(original);
  CHECK(original->marker);
  CHECK(original->payload_type == 96);
  CHECK(original->sequence_number == 0x1234);
  CHECK(original->rtp_timestamp == 3000);
  CHECK(original->ssrc == 1);
  CHECK(ToBytes(original->payload) == Hex("aabb"));
  for (size_t size = 0; size < 3; ++size) {
    packet.payload = ByteView(payload).first(size);
    CHECK_FALSE(rtx::Unwrap(packet, 96, 1));
  }
}

}  // namespace
}  // namespace sluice::rtp::payload
