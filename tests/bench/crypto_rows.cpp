#include <array>

#include "libs/base/text.h"
#include "libs/rtp/header_writer.h"
#include "libs/srtp/srtp_unprotector.h"
#include "tests/bench/rows.h"

namespace sluice::bench {
namespace {

constexpr size_t kSmall = 160;  // sound
constexpr size_t kLarge = 1150;
constexpr size_t kHeader = 12;

std::string_view NameOf(srtp::Profile profile) {
  return profile == srtp::Profile::kAeadAes128Gcm ? "gcm" : "cm-sha1";
}

// Runs of ten packets for each of 100 players, as a worker builds them.
double MeasureProtect(srtp::EngineChoice choice, srtp::Profile profile, size_t size) {
  constexpr size_t kPlayers = 100;
  constexpr size_t kRun = 10;
  constexpr size_t kRuns = 10;
  constexpr size_t kPlace = 1200;
  const auto engine = srtp::MakeEngine(choice).value();
  std::vector<std::unique_ptr<srtp::PacketProtector>> players;
  for (size_t i = 0; i < kPlayers; ++i) {
    players.push_back(engine->MakeProtector(KeysOf(profile, static_cast<uint8_t>(i))).value());
  }
  const Bytes payload(size, 0x33);
  Bytes places(kRun * kPlace);
  const double begun = ThreadCpuSeconds();
  for (uint64_t index = 0; index < kRuns * kRun; index += kRun) {
    for (auto& player : players) {
      for (size_t i = 0; i < kRun; ++i) {
        player->Protect(
            {std::span(places).subspan(i * kPlace, kPlace), kHeader, index + i, payload});
      }
      engine->Flush();
    }
  }
  return (ThreadCpuSeconds() - begun) / static_cast<double>(kPlayers * kRun * kRuns);
}

double MeasureUnprotect(srtp::EngineChoice choice, srtp::Profile profile) {
  constexpr size_t kPackets = 5'000;
  const auto engine = srtp::MakeEngine(choice).value();
  const auto keys = KeysOf(profile, 1);
  const auto protector = engine->MakeProtector(keys).value();
  const Bytes payload(kLarge, 0x33);
  std::vector<Bytes> packets(kPackets, Bytes(kHeader + kLarge + protector->overhead()));
  for (size_t i = 0; i < kPackets; ++i) {
    rtp::WriteHeader({.sequence_number = static_cast<uint16_t>(i), .ssrc = 1}, packets[i]);
    protector->Protect({packets[i], kHeader, i, payload});
  }
  engine->Flush();
  const auto unprotector = srtp::SrtpUnprotector::Make(*engine, keys).value();
  size_t opened = 0;
  const double begun = ThreadCpuSeconds();
  for (Bytes& packet : packets) opened += unprotector->Unprotect(packet) ? 1 : 0;
  const double seconds = ThreadCpuSeconds() - begun;
  return opened == kPackets ? seconds / kPackets : 1;  // a second: something is broken
}

double MeasureHeader(std::span<const rtp::Extension> extensions) {
  constexpr int kHeaders = 200'000;
  std::array<uint8_t, 32> out;
  const double begun = ThreadCpuSeconds();
  for (int i = 0; i < kHeaders; ++i) {
    rtp::WriteHeader({.payload_type = 102,
                      .sequence_number = static_cast<uint16_t>(i),
                      .rtp_timestamp = 90'000,
                      .ssrc = 7},
                     extensions, out);
    asm volatile("" : : "r"(out.data()) : "memory");
  }
  return (ThreadCpuSeconds() - begun) / kHeaders;
}

}  // namespace

srtp::SessionKeys KeysOf(srtp::Profile profile, uint8_t seed) {
  srtp::MasterKey master{.profile = profile};
  master.key.fill(seed);
  master.salt.fill(static_cast<uint8_t>(~seed));
  return srtp::DeriveSessionKeys(master).value();
}

void AddCryptoRows(std::vector<Row>& rows) {
  rows.push_back({"header/plain", Reference::kGcm, [] { return MeasureHeader({}); }});
  rows.push_back({"header/playout-delay", Reference::kGcm, [] {
                    static constexpr std::array<uint8_t, 3> kDelay{};
                    const rtp::Extension extension{.id = 5, .value = kDelay};
                    return MeasureHeader({&extension, 1});
                  }});
  for (auto choice : {srtp::EngineChoice::kOpenssl, srtp::EngineChoice::kIpsecMb}) {
    const auto engine = srtp::MakeEngine(choice);
    if (!engine.ok()) continue;
    for (auto profile : {srtp::Profile::kAeadAes128Gcm, srtp::Profile::kAes128CmSha1_80}) {
      const std::string way = StrCat((*engine)->name(), "/", NameOf(profile), "/");
      for (size_t size : {kSmall, kLarge}) {
        rows.push_back({StrCat("protect/", way, size), Reference::kGcm,
                        [=] { return MeasureProtect(choice, profile, size); }});
      }
      rows.push_back({StrCat("unprotect/", way, kLarge), Reference::kGcm,
                      [=] { return MeasureUnprotect(choice, profile); }});
    }
  }
}

}  // namespace sluice::bench
