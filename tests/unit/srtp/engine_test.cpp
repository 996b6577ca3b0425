#include "libs/srtp/engine.h"

#include <algorithm>
#include <catch2/catch.hpp>
#include <deque>
#include <random>

#include "tests/unit/srtp/srtp_oracle.h"

namespace sluice::srtp {
namespace {

constexpr Profile kProfiles[] = {Profile::kAeadAes128Gcm, Profile::kAes128CmSha1_80};

MasterKey KeyOf(Profile profile, uint8_t player) {
  MasterKey master = TestMasterKey(profile);
  master.key[0] = player;
  return master;
}

struct Player {
  Player(Profile profile, ProtectorEngine& engine, uint8_t number)
      : protector(engine.MakeProtector(DeriveSessionKeys(KeyOf(profile, number)).value()).value()),
        oracle(KeyOf(profile, number), SrtpOracle::Direction::kUnprotect) {}

  std::unique_ptr<PacketProtector> protector;
  SrtpOracle oracle;
};

struct Sent {
  size_t player;
  Bytes plain;
  Bytes datagram;
};

}  // namespace

TEST_CASE("The words of the configuration name the engines") {
  CHECK(ParseEngineChoice("auto") == EngineChoice::kFastest);
  CHECK(ParseEngineChoice("openssl") == EngineChoice::kOpenssl);
  CHECK(ParseEngineChoice("ipsec-mb") == EngineChoice::kIpsecMb);
  CHECK_FALSE(ParseEngineChoice("nss").has_value());
}

TEST_CASE("An engine says what it is; one that is not there is refused, auto always works") {
  CHECK(MakeEngine(EngineChoice::kOpenssl).value()->name() == "openssl");
  const auto asked = MakeEngine(EngineChoice::kIpsecMb);
  const auto best = MakeEngine(EngineChoice::kFastest).value();
  if (asked.ok()) {
    CHECK((*asked)->name() == "ipsec-mb");
    CHECK(best->name() == "ipsec-mb");
  } else {
    CHECK(absl::IsUnimplemented(asked.status()));
    CHECK(best->name() == "openssl");
  }
}

TEST_CASE("Packets of many players and random sizes, flushed at random, open at each player") {
  const Profile profile = GENERATE(from_range(std::begin(kProfiles), std::end(kProfiles)));
  const auto choice = GENERATE(EngineChoice::kOpenssl, EngineChoice::kFastest);
  const uint32_t seed = GENERATE(11u, 12u, 13u);
  INFO("seed " << seed);
  std::mt19937 random(seed);
  const auto engine = MakeEngine(choice).value();
  std::deque<Player> players;  // they do not move
  for (uint8_t i = 0; i < 20; ++i) players.emplace_back(profile, *engine, i);
  std::vector<Sent> sent(2000);
  uint16_t sequence_number = 0;
  for (Sent& packet : sent) {
    packet.player = random() % players.size();
    Bytes payload(random() % 1151);
    for (uint8_t& byte : payload) byte = static_cast<uint8_t>(random());
    packet.plain = TestRtp(++sequence_number, payload);
    packet.datagram = packet.plain;
    PacketProtector& protector = *players[packet.player].protector;
    packet.datagram.resize(packet.plain.size() + protector.overhead());
    // In place: the payload stands where its ciphertext comes.
    const size_t header_size = packet.plain.size() - payload.size();
    REQUIRE(protector.Protect({packet.datagram, header_size, sequence_number,
                               ByteView(packet.datagram).subspan(header_size, payload.size())}) ==
            packet.datagram.size());
    if (random() % 100 == 0) engine->Flush();
  }
  engine->Flush();
  for (const Sent& packet : sent) {
    REQUIRE(players[packet.player].oracle.UnprotectRtp(packet.datagram) == packet.plain);
  }
}

TEST_CASE("Both engines make the same bytes") {
  const Profile profile = GENERATE(from_range(std::begin(kProfiles), std::end(kProfiles)));
  const Bytes payload(700, 0x42);
  std::vector<Bytes> made;
  for (auto choice : {EngineChoice::kOpenssl, EngineChoice::kFastest}) {
    const auto engine = MakeEngine(choice).value();
    const auto protector = engine->MakeProtector(TestSessionKeys(profile)).value();
    Bytes out = TestRtp(5, {});
    const size_t header_size = out.size();
    out.resize(header_size + payload.size() + protector->overhead());
    protector->Protect({out, header_size, 0x7'0005, payload});
    engine->Flush();
    made.push_back(out);
  }
  CHECK(made[0] == made[1]);
}

TEST_CASE("A protector that goes finishes its packets first") {
  const auto engine = MakeEngine(EngineChoice::kFastest).value();
  auto protector = engine->MakeProtector(TestSessionKeys(Profile::kAes128CmSha1_80)).value();
  SrtpOracle oracle(Profile::kAes128CmSha1_80, SrtpOracle::Direction::kUnprotect);
  const Bytes payload(100, 0x42);
  Bytes out = TestRtp(5, {});
  const size_t header_size = out.size();
  out.resize(header_size + payload.size() + protector->overhead());
  protector->Protect({out, header_size, 5, payload});
  protector.reset();
  CHECK(oracle.UnprotectRtp(out) == TestRtp(5, payload));
}

}  // namespace sluice::srtp
