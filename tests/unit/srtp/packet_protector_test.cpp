#include <algorithm>
#include <catch2/catch.hpp>

#include "libs/srtp/engine.h"
#include "libs/srtp/packet_index.h"
#include "tests/unit/srtp/srtp_oracle.h"

namespace sluice::srtp {
namespace {

// Each profile by each library.
struct Way {
  Profile profile;
  EngineChoice engine;
};
constexpr Way kWays[] = {{Profile::kAeadAes128Gcm, EngineChoice::kOpenssl},
                         {Profile::kAes128CmSha1_80, EngineChoice::kOpenssl},
                         {Profile::kAeadAes128Gcm, EngineChoice::kFastest},
                         {Profile::kAes128CmSha1_80, EngineChoice::kFastest}};
constexpr uint32_t kSsrc = 0xdecafbad;

// A header with a one-byte extension, so that more than the fixed part is covered.
Bytes RtpHeader(uint16_t sequence_number, uint32_t ssrc = kSsrc) {
  Bytes header = {0x90, 0x60, 0, 0, 0, 0, 0x30, 0x39, 0, 0, 0, 0, 0xbe, 0xde, 0, 1, 0x52, 0, 0, 0};
  header[2] = static_cast<uint8_t>(sequence_number >> 8);
  header[3] = static_cast<uint8_t>(sequence_number);
  for (int i = 0; i < 4; ++i) header[8 + i] = static_cast<uint8_t>(ssrc >> (24 - 8 * i));
  return header;
}

struct Sender {
  explicit Sender(const Way& way)
      : engine(MakeEngine(way.engine).value()),
        protector(engine->MakeProtector(TestSessionKeys(way.profile)).value()) {}

  Bytes Protect(uint64_t index, ByteView payload, uint32_t ssrc = kSsrc) {
    const Bytes header = RtpHeader(static_cast<uint16_t>(index), ssrc);
    Bytes out(header.size() + payload.size() + protector->overhead());
    std::copy(header.begin(), header.end(), out.begin());
    REQUIRE(protector->Protect({out, header.size(), index, payload}) == out.size());
    engine->Flush();
    return out;
  }

  std::unique_ptr<ProtectorEngine> engine;
  std::unique_ptr<PacketProtector> protector;
};

Bytes Plain(uint16_t sequence_number, ByteView payload, uint32_t ssrc = kSsrc) {
  Bytes plain = RtpHeader(sequence_number, ssrc);
  plain.insert(plain.end(), payload.begin(), payload.end());
  return plain;
}

}  // namespace

TEST_CASE("libsrtp2 opens what we protect, for payloads of every length") {
  const Way way = GENERATE(from_range(std::begin(kWays), std::end(kWays)));
  Sender sender(way);
  SrtpOracle oracle(way.profile, SrtpOracle::Direction::kUnprotect);
  uint64_t index = 1000;
  for (size_t length : {0, 1, 15, 16, 17, 100, 1150}) {
    const Bytes payload(length, 0x5a);
    const auto opened = oracle.UnprotectRtp(sender.Protect(index, payload));
    REQUIRE(opened.has_value());
    CHECK(*opened == Plain(static_cast<uint16_t>(index), payload));
    ++index;
  }
}

TEST_CASE("RFC 3711 3.3.1: the roll-over counter grows when sequence numbers wrap") {
  const Way way = GENERATE(from_range(std::begin(kWays), std::end(kWays)));
  Sender sender(way);
  SrtpOracle oracle(way.profile, SrtpOracle::Direction::kUnprotect);
  const Bytes payload = {1, 2, 3};
  for (uint64_t index :
       {0x7ffeu, 0xfffeu, 0xffffu, 0x10000u, 0x10001u, 0x17fffu, 0x1ffffu, 0x20001u}) {
    INFO("index " << index);
    CHECK(oracle.UnprotectRtp(sender.Protect(index, payload)) ==
          Plain(static_cast<uint16_t>(index), payload));
  }
}

TEST_CASE("Each SSRC of a session has its own indices under the same keys") {
  const Way way = GENERATE(from_range(std::begin(kWays), std::end(kWays)));
  Sender sender(way);
  SrtpOracle oracle(way.profile, SrtpOracle::Direction::kUnprotect);
  const Bytes payload = {1, 2, 3};
  const Bytes first = sender.Protect(5, payload, 1);
  const Bytes second = sender.Protect(5, payload, 2);
  CHECK(ToBytes(ByteView(first).subspan(20)) != ToBytes(ByteView(second).subspan(20)));
  CHECK(oracle.UnprotectRtp(first) == Plain(5, payload, 1));
  CHECK(oracle.UnprotectRtp(second) == Plain(5, payload, 2));
}

TEST_CASE("The shared payload is not changed by protecting it") {
  const Way way = GENERATE(from_range(std::begin(kWays), std::end(kWays)));
  Sender sender(way);
  const Bytes payload(64, 0x33);
  sender.Protect(1, payload);
  CHECK(payload == Bytes(64, 0x33));
}

TEST_CASE("A place that is too small is refused and left alone") {
  const Way way = GENERATE(from_range(std::begin(kWays), std::end(kWays)));
  Sender sender(way);
  const Bytes payload(10, 0x33);
  Bytes out(20 + payload.size() + sender.protector->overhead() - 1, 0xee);
  CHECK(sender.protector->Protect({out, 20, 1, payload}) == 0);
  CHECK(out == Bytes(out.size(), 0xee));
}

TEST_CASE("A changed bit anywhere is noticed by the receiver") {
  const Way way = GENERATE(from_range(std::begin(kWays), std::end(kWays)));
  Sender sender(way);
  const Bytes packet = sender.Protect(9, Bytes{1, 2, 3, 4});
  for (size_t at : {size_t{1}, size_t{4}, size_t{17}, size_t{20}, packet.size() - 1}) {
    SrtpOracle oracle(way.profile, SrtpOracle::Direction::kUnprotect);
    Bytes changed = packet;
    changed[at] ^= 1;
    INFO("byte " << at);
    CHECK_FALSE(oracle.UnprotectRtp(changed).has_value());
  }
}

TEST_CASE("An index counter starts below 2^15 and hands out each index once") {
  PacketIndexCounter counter(0xffffffff);
  CHECK(counter.Take() == 0x7fff);
  CHECK(counter.Take() == 0x8000);
  CHECK(counter.next() == 0x8001);
}

}  // namespace sluice::srtp
