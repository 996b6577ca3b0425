#include "libs/srtp/srtcp.h"

#include <catch2/catch.hpp>

#include "tests/unit/srtp/srtp_oracle.h"

namespace sluice::srtp {
namespace {

constexpr Profile kProfiles[] = {Profile::kAeadAes128Gcm, Profile::kAes128CmSha1_80};

// A receiver report with one block from `ssrc`.
Bytes ReceiverReport(uint32_t ssrc) {
  Bytes report(32, 0x11);
  report[0] = 0x81;
  report[1] = 201;
  report[2] = 0;
  report[3] = 7;
  for (int i = 0; i < 4; ++i) report[4 + i] = static_cast<uint8_t>(ssrc >> (24 - 8 * i));
  return report;
}

Bytes Protect(SrtcpProtector& protector, const Bytes& rtcp) {
  Bytes out(rtcp.size() + kMaxRtcpOverhead);
  out.resize(protector.Protect(rtcp, out));
  return out;
}

using Refusal = SrtcpUnprotector::Refusal;

}  // namespace

TEST_CASE("libsrtp2 opens the SRTCP that we protect") {
  const Profile profile = GENERATE(from_range(std::begin(kProfiles), std::end(kProfiles)));
  auto protector = SrtcpProtector::Make(TestSessionKeys(profile)).value();
  SrtpOracle oracle(profile, SrtpOracle::Direction::kUnprotect);
  for (uint32_t ssrc : {1, 1, 2, 1}) {
    CHECK(oracle.UnprotectRtcp(Protect(*protector, ReceiverReport(ssrc))) == ReceiverReport(ssrc));
  }
}

TEST_CASE("We open the SRTCP that libsrtp2 protects, from several SSRCs") {
  const Profile profile = GENERATE(from_range(std::begin(kProfiles), std::end(kProfiles)));
  auto unprotector = SrtcpUnprotector::Make(TestSessionKeys(profile)).value();
  SrtpOracle oracle(profile, SrtpOracle::Direction::kProtect);
  for (uint32_t ssrc : {1, 1, 2, 1}) {
    Bytes packet = oracle.ProtectRtcp(ReceiverReport(ssrc)).value();
    auto opened = unprotector->Unprotect(packet);
    REQUIRE(opened.has_value());
    CHECK(ToBytes(*opened) == ReceiverReport(ssrc));
  }
}

TEST_CASE("Protecting in place gives the same bytes") {
  const Profile profile = GENERATE(from_range(std::begin(kProfiles), std::end(kProfiles)));
  auto apart = SrtcpProtector::Make(TestSessionKeys(profile)).value();
  auto in_place = SrtcpProtector::Make(TestSessionKeys(profile)).value();
  Bytes buffer = ReceiverReport(3);
  const size_t size = buffer.size();
  buffer.resize(size + kMaxRtcpOverhead);
  buffer.resize(in_place->Protect(ByteView(buffer).first(size), buffer));
  CHECK(buffer == Protect(*apart, ReceiverReport(3)));
}

TEST_CASE("RFC 3711 3.3.2: a replayed SRTCP packet is refused") {
  const Profile profile = GENERATE(from_range(std::begin(kProfiles), std::end(kProfiles)));
  auto unprotector = SrtcpUnprotector::Make(TestSessionKeys(profile)).value();
  auto protector = SrtcpProtector::Make(TestSessionKeys(profile)).value();
  const Bytes packet = Protect(*protector, ReceiverReport(1));
  Bytes first = packet;
  Bytes second = packet;
  REQUIRE(unprotector->Unprotect(first).has_value());
  CHECK_FALSE(unprotector->Unprotect(second).has_value());
  CHECK(unprotector->last_refusal() == Refusal::kReplayed);
}

TEST_CASE("Reordered SRTCP packets are taken") {
  const Profile profile = GENERATE(from_range(std::begin(kProfiles), std::end(kProfiles)));
  auto unprotector = SrtcpUnprotector::Make(TestSessionKeys(profile)).value();
  auto protector = SrtcpProtector::Make(TestSessionKeys(profile)).value();
  Bytes first = Protect(*protector, ReceiverReport(1));
  Bytes second = Protect(*protector, ReceiverReport(1));
  CHECK(unprotector->Unprotect(second).has_value());
  CHECK(unprotector->Unprotect(first).has_value());
}

TEST_CASE("An SRTCP packet with any byte changed is refused, and the true one still taken") {
  const Profile profile = GENERATE(from_range(std::begin(kProfiles), std::end(kProfiles)));
  auto unprotector = SrtcpUnprotector::Make(TestSessionKeys(profile)).value();
  auto protector = SrtcpProtector::Make(TestSessionKeys(profile)).value();
  const Bytes packet = Protect(*protector, ReceiverReport(1));
  for (size_t i = 0; i < packet.size(); ++i) {
    Bytes changed = packet;
    changed[i] ^= 0x40;
    INFO("byte " << i);
    CHECK_FALSE(unprotector->Unprotect(changed).has_value());
  }
  Bytes whole = packet;
  CHECK(unprotector->Unprotect(whole).has_value());
}

TEST_CASE("Every truncation of an SRTCP packet is refused") {
  const Profile profile = GENERATE(from_range(std::begin(kProfiles), std::end(kProfiles)));
  auto unprotector = SrtcpUnprotector::Make(TestSessionKeys(profile)).value();
  auto protector = SrtcpProtector::Make(TestSessionKeys(profile)).value();
  const Bytes packet = Protect(*protector, ReceiverReport(1));
  for (size_t size = 0; size < packet.size(); ++size) {
    Bytes cut(packet.begin(), packet.begin() + static_cast<long>(size));
    INFO("size " << size);
    CHECK_FALSE(unprotector->Unprotect(cut).has_value());
  }
}

TEST_CASE("A peer's SSRCs are bounded") {
  auto unprotector = SrtcpUnprotector::Make(TestSessionKeys(Profile::kAeadAes128Gcm)).value();
  auto protector = SrtcpProtector::Make(TestSessionKeys(Profile::kAeadAes128Gcm)).value();
  for (uint32_t ssrc = 0; ssrc < SrtcpUnprotector::kMaxSsrcs; ++ssrc) {
    Bytes packet = Protect(*protector, ReceiverReport(ssrc));
    REQUIRE(unprotector->Unprotect(packet).has_value());
  }
  Bytes one_more = Protect(*protector, ReceiverReport(1000));
  CHECK_FALSE(unprotector->Unprotect(one_more).has_value());
  CHECK(unprotector->last_refusal() == Refusal::kTooManySsrcs);
}

TEST_CASE("What is too short to be RTCP is not protected") {
  auto protector = SrtcpProtector::Make(TestSessionKeys(Profile::kAeadAes128Gcm)).value();
  Bytes out(100);
  CHECK(protector->Protect(Bytes(7), out) == 0);
  CHECK(protector->Protect(Bytes(100), out) == 0);
}

}  // namespace sluice::srtp
