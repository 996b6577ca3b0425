#include "libs/rtmp/handshake.h"

#include <catch2/catch.hpp>

#include "tests/support/fixed_random.h"

namespace sluice::rtmp {
namespace {

Bytes ClientBytes() {
  Bytes bytes{3};
  for (size_t i = 0; i < kHandshakeBlock; ++i) bytes.push_back(static_cast<uint8_t>(i * 7));
  bytes.insert(bytes.end(), kHandshakeBlock, 0xcc);
  return bytes;
}

}  // namespace

TEST_CASE("RTMP 5.2: C0 and C1 are answered by S0, S1 and an S2 that echoes C1") {
  test::FixedRandom random;
  ServerHandshake handshake(random);
  Bytes client = ClientBytes();
  Bytes out;
  CHECK(*handshake.Receive(ByteView(client).first(1 + kHandshakeBlock), out) ==
        1 + kHandshakeBlock);
  REQUIRE(out.size() == 1 + 2 * kHandshakeBlock);
  CHECK(out[0] == 3);
  CHECK(Bytes(out.begin() + 1, out.begin() + 9) == Bytes(8, 0));
  CHECK(Bytes(out.begin() + 1 + kHandshakeBlock, out.end()) ==
        Bytes(client.begin() + 1, client.begin() + 1 + kHandshakeBlock));
  CHECK_FALSE(handshake.done());
}

TEST_CASE("RTMP 5.2: after C2 the handshake is done, and what follows is left") {
  test::FixedRandom random;
  ServerHandshake handshake(random);
  Bytes client = ClientBytes();
  client.push_back(0x02);
  Bytes out;
  CHECK(*handshake.Receive(client, out) == client.size() - 1);
  CHECK(handshake.done());
  CHECK(*handshake.Receive(client, out) == 0);
}

TEST_CASE("RTMP 5.2: each split of the handshake gives the same answer") {
  Bytes client = ClientBytes();
  Bytes whole;
  test::FixedRandom random;
  ServerHandshake reference(random);
  REQUIRE(reference.Receive(client, whole).ok());
  for (size_t split = 0; split <= client.size(); split += 13) {
    test::FixedRandom same_random;
    ServerHandshake handshake(same_random);
    Bytes out;
    CHECK(*handshake.Receive(ByteView(client).first(split), out) == split);
    CHECK(*handshake.Receive(ByteView(client).subspan(split), out) == client.size() - split);
    CHECK(handshake.done());
    CHECK(out == whole);
  }
}

TEST_CASE("RTMP 5.2.2: another version than 3 is refused") {
  test::FixedRandom random;
  for (uint8_t version : {0, 2, 4, 6, 8, 0x47, 255}) {
    ServerHandshake handshake(random);
    Bytes out;
    CHECK(handshake.Receive(ByteView(&version, 1), out).status().code() ==
          absl::StatusCode::kInvalidArgument);
    CHECK(out.empty());
  }
}

}  // namespace sluice::rtmp
