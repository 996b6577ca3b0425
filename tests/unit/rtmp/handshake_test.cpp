#include "libs/rtmp/handshake.h"

#include <algorithm>
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

// C0, C1 signed by the scheme, C2.
Bytes SignedClientBytes(DigestScheme scheme) {
  Bytes bytes = ClientBytes();
  bytes[5] = 9;  // the version of Flash Player 9.0.124.2
  bytes[7] = 124;
  bytes[8] = 2;
  SignClientBlock(std::span<uint8_t>(bytes).subspan(1, kHandshakeBlock), scheme);
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

TEST_CASE("A signed C1 is answered by a signed S1 and S2, in its own scheme") {
  auto scheme = GENERATE(DigestScheme::kFirstHalf, DigestScheme::kSecondHalf);
  SystemRandom random;
  ServerHandshake handshake(random);
  Bytes client = SignedClientBytes(scheme);
  auto digest = FindClientDigest(ByteView(client).subspan(1, kHandshakeBlock));
  REQUIRE(digest.has_value());
  CHECK(digest->scheme == scheme);
  Bytes out;
  CHECK(*handshake.Receive(client, out) == client.size());
  CHECK(handshake.done());
  REQUIRE(out.size() == 1 + 2 * kHandshakeBlock);
  CHECK(out[0] == 3);
  CHECK(out[5] >= 3);  // the version under which clients look for a digest
  CHECK(IsServerBlockSigned(ByteView(out).subspan(1, kHandshakeBlock), scheme));
  CHECK(IsServerAnswerRight(ByteView(out).last(kHandshakeBlock), digest->digest));
  digest->digest[0] ^= 1;
  CHECK_FALSE(IsServerAnswerRight(ByteView(out).last(kHandshakeBlock), digest->digest));
}

TEST_CASE("A C1 whose digest is wrong is answered in the simple form") {
  Bytes client = SignedClientBytes(DigestScheme::kSecondHalf);
  client[1 + 700] ^= 1;
  SystemRandom random;
  ServerHandshake handshake(random);
  Bytes out;
  REQUIRE(handshake.Receive(client, out).ok());
  REQUIRE(out.size() == 1 + 2 * kHandshakeBlock);
  CHECK(Bytes(out.begin() + 5, out.begin() + 9) == Bytes(4, 0));
  CHECK(ToBytes(ByteView(out).last(kHandshakeBlock)) ==
        ToBytes(ByteView(client).subspan(1, kHandshakeBlock)));
}

TEST_CASE("A digest may stand anywhere that its four bytes can say") {
  for (int where = 0; where < 728; where += 7) {
    for (DigestScheme scheme : {DigestScheme::kFirstHalf, DigestScheme::kSecondHalf}) {
      Bytes block(kHandshakeBlock, 0x5a);
      size_t half = scheme == DigestScheme::kFirstHalf ? 8 : 772;
      for (int i = 0, left = where; i < 4; ++i) {
        block[half + i] = static_cast<uint8_t>(std::min(left, 255));
        left -= block[half + i];
      }
      SignClientBlock(block, scheme);
      auto found = FindClientDigest(block);
      REQUIRE(found.has_value());
      CHECK(found->scheme == scheme);
    }
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
