#include "libs/srtp/srtp_unprotector.h"

#include <algorithm>
#include <catch2/catch.hpp>
#include <random>

#include "libs/srtp/engine.h"
#include "tests/unit/srtp/srtp_oracle.h"

namespace sluice::srtp {
namespace {

using Refusal = SrtpUnprotector::Refusal;

// Each profile by each library.
struct Way {
  Profile profile;
  EngineChoice engine;
};
constexpr Way kWays[] = {{Profile::kAeadAes128Gcm, EngineChoice::kOpenssl},
                         {Profile::kAes128CmSha1_80, EngineChoice::kOpenssl},
                         {Profile::kAeadAes128Gcm, EngineChoice::kFastest},
                         {Profile::kAes128CmSha1_80, EngineChoice::kFastest}};

const Bytes kPayload = {1, 2, 3, 4, 5};

struct Receiver {
  explicit Receiver(const Way& way)
      : engine(MakeEngine(way.engine).value()),
        unprotector(SrtpUnprotector::Make(*engine, TestSessionKeys(way.profile)).value()) {}

  std::optional<Bytes> Unprotect(Bytes packet) {
    const auto opened = unprotector->Unprotect(packet);
    if (!opened) return std::nullopt;
    CHECK(opened->data() == packet.data());
    return ToBytes(*opened);
  }
  Refusal last_refusal() const { return unprotector->last_refusal(); }

  std::unique_ptr<ProtectorEngine> engine;
  std::unique_ptr<SrtpUnprotector> unprotector;
};

// Protects any index, which libsrtp2 as a sender does not: it wants sequence numbers in order.
struct Sender {
  explicit Sender(const Way& way)
      : engine(MakeEngine(way.engine).value()),
        protector(engine->MakeProtector(TestSessionKeys(way.profile)).value()) {}

  Bytes Protect(uint64_t index, uint32_t ssrc = 7) {
    Bytes out = TestRtp(static_cast<uint16_t>(index), kPayload, ssrc);
    const size_t header_size = out.size() - kPayload.size();
    out.resize(out.size() + protector->overhead());
    REQUIRE(protector->Protect({out, header_size, index, kPayload}) == out.size());
    engine->Flush();
    return out;
  }

  std::unique_ptr<ProtectorEngine> engine;
  std::unique_ptr<PacketProtector> protector;
};

Way AnyWay() { return GENERATE(from_range(std::begin(kWays), std::end(kWays))); }

}  // namespace

TEST_CASE("We open what libsrtp2 protects, for payloads of every length") {
  const Way way = AnyWay();
  Receiver receiver(way);
  SrtpOracle oracle(way.profile, SrtpOracle::Direction::kProtect);
  uint16_t sequence_number = 100;
  for (size_t length : {0, 1, 15, 16, 17, 100, 1150, 1400}) {
    const Bytes plain = TestRtp(++sequence_number, Bytes(length, 0x5a));
    INFO("length " << length);
    CHECK(receiver.Unprotect(oracle.ProtectRtp(plain).value()) == plain);
  }
}

TEST_CASE("RFC 3711 3.3.1: the receiver follows the roll-over of libsrtp2") {
  const Way way = AnyWay();
  Receiver receiver(way);
  SrtpOracle oracle(way.profile, SrtpOracle::Direction::kProtect);
  for (uint32_t index = 0xfff0 - 0x4000; index < 0x30000; index += 0x1234) {
    const Bytes plain = TestRtp(static_cast<uint16_t>(index), kPayload);
    INFO("index " << index);
    CHECK(receiver.Unprotect(oracle.ProtectRtp(plain).value()) == plain);
  }
}

TEST_CASE("RFC 3711 appendix A: the index is the nearest one with this sequence number") {
  CHECK(EstimateIndex(0x0000'0005, 6) == 6);
  CHECK(EstimateIndex(0x0001'0005, 0xffff) == 0x0000'ffff);
  CHECK(EstimateIndex(0x0000'fffe, 3) == 0x0001'0003);
  CHECK(EstimateIndex(0x0003'8000, 0) == 0x0003'0000);
  CHECK(EstimateIndex(0x0003'8001, 0) == 0x0004'0000);
  CHECK(EstimateIndex(0x0003'7fff, 0xffff) == 0x0003'ffff);
  CHECK(EstimateIndex(0x0003'7ffe, 0xffff) == 0x0002'ffff);
}

TEST_CASE("Before the first roll-over there is no earlier round") {
  CHECK(EstimateIndex(5, 0xffff) == 0xffff);
}

TEST_CASE("Packets in any order around a roll-over are opened once each") {
  const Way way = AnyWay();
  const uint32_t seed = GENERATE(1u, 2u, 3u);
  INFO("seed " << seed);
  Sender sender(way);
  Receiver receiver(way);
  SrtpOracle oracle(way.profile, SrtpOracle::Direction::kUnprotect);
  std::mt19937 random(seed);
  std::vector<uint64_t> indices;
  for (uint64_t index = 0xff80; index < 0x10080; ++index) indices.push_back(index);
  // Each packet strays by at most 60 places, which both windows cover.
  for (size_t from = 0; from + 60 <= indices.size(); from += 60) {
    std::shuffle(indices.begin() + static_cast<long>(from),
                 indices.begin() + static_cast<long>(from + 60), random);
  }
  for (uint64_t index : indices) {
    const Bytes packet = sender.Protect(index);
    const Bytes plain = TestRtp(static_cast<uint16_t>(index), kPayload, 7);
    INFO("index " << index);
    CHECK(receiver.Unprotect(packet) == plain);
    CHECK(oracle.UnprotectRtp(packet) == plain);
    CHECK_FALSE(receiver.Unprotect(packet).has_value());
    CHECK(receiver.last_refusal() == Refusal::kReplayed);
  }
}

TEST_CASE("RFC 3711 3.3.2: what is older than the window is refused") {
  const Way way = AnyWay();
  Sender sender(way);
  Receiver receiver(way);
  const Bytes late = sender.Protect(10'000 - SrtpUnprotector::kWindow);
  const Bytes in_time = sender.Protect(10'000 - SrtpUnprotector::kWindow + 1);
  REQUIRE(receiver.Unprotect(sender.Protect(10'000)).has_value());
  CHECK_FALSE(receiver.Unprotect(late).has_value());
  CHECK(receiver.last_refusal() == Refusal::kReplayed);
  CHECK(receiver.Unprotect(in_time).has_value());
}

TEST_CASE("A packet with any byte changed is refused, and the true one still taken") {
  const Way way = AnyWay();
  Sender sender(way);
  Receiver receiver(way);
  REQUIRE(receiver.Unprotect(sender.Protect(20)).has_value());
  const Bytes packet = sender.Protect(21);
  for (size_t i = 0; i < packet.size(); ++i) {
    Bytes changed = packet;
    changed[i] ^= 0x04;
    INFO("byte " << i);
    CHECK_FALSE(receiver.Unprotect(changed).has_value());
  }
  CHECK(receiver.Unprotect(packet).has_value());
}

TEST_CASE("A forged sequence number far ahead does not move the roll-over counter") {
  const Way way = AnyWay();
  Sender sender(way);
  Receiver receiver(way);
  REQUIRE(receiver.Unprotect(sender.Protect(0xfff0)).has_value());
  Bytes forged = sender.Protect(0x1'0010);
  forged.back() ^= 1;
  CHECK_FALSE(receiver.Unprotect(forged).has_value());
  CHECK(receiver.last_refusal() == Refusal::kNotAuthentic);
  CHECK(receiver.Unprotect(sender.Protect(0xfff1)).has_value());
}

TEST_CASE("Every truncation of an SRTP packet is refused") {
  const Way way = AnyWay();
  Sender sender(way);
  Receiver receiver(way);
  const Bytes packet = sender.Protect(1);
  for (size_t size = 0; size < packet.size(); ++size) {
    INFO("size " << size);
    CHECK_FALSE(receiver.Unprotect(Bytes(packet.begin(), packet.begin() + static_cast<long>(size)))
                    .has_value());
  }
}

TEST_CASE("Headers that point outside the packet, or are not RTP version 2, are malformed") {
  const Way way = AnyWay();
  Receiver receiver(way);
  Bytes many_csrcs(30, 0);
  many_csrcs[0] = 0x8f;
  Bytes long_extension(40, 0);
  long_extension[0] = 0x90;
  long_extension[14] = 0xff;
  const Bytes version_1(60, 0x40);
  for (const Bytes& packet : {many_csrcs, long_extension, version_1, Bytes{}}) {
    CHECK_FALSE(receiver.Unprotect(packet).has_value());
    CHECK(receiver.last_refusal() == Refusal::kMalformed);
  }
}

TEST_CASE("A sender's SSRCs are bounded, and only authentic ones count") {
  const Way way = AnyWay();
  Sender sender(way);
  Receiver receiver(way);
  for (uint32_t ssrc = 0; ssrc < 100; ++ssrc) {
    Bytes forged = sender.Protect(1, 1000 + ssrc);
    forged.back() ^= 1;
    CHECK_FALSE(receiver.Unprotect(forged).has_value());
  }
  for (uint32_t ssrc = 0; ssrc < SrtpUnprotector::kMaxSsrcs; ++ssrc) {
    REQUIRE(receiver.Unprotect(sender.Protect(1, ssrc)).has_value());
  }
  CHECK_FALSE(receiver.Unprotect(sender.Protect(1, 5000)).has_value());
  CHECK(receiver.last_refusal() == Refusal::kTooManySsrcs);
}

TEST_CASE("Each SSRC has a replay window and roll-over counter of its own") {
  const Way way = AnyWay();
  Sender sender(way);
  Receiver receiver(way);
  CHECK(receiver.Unprotect(sender.Protect(0xffff, 1)).has_value());
  CHECK(receiver.Unprotect(sender.Protect(0x1'0000, 1)).has_value());
  CHECK(receiver.Unprotect(sender.Protect(0, 2)).has_value());
}

}  // namespace sluice::srtp
