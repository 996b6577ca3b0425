#include "libs/stun/ice_lite_responder.h"

#include <catch2/catch.hpp>

#include "libs/stun/message_builder.h"

namespace sluice::stun {
namespace {

using Verdict = IceLiteResponder::Verdict;

constexpr TransactionId kId = {1, 2, 3, 4, 5, 6, 7, 8, 9, 10, 11, 12};
constexpr char kPassword[] = "the-password-of-the-server";

const Instant kStart{std::chrono::seconds(1000)};

IceLiteResponder::Settings SettingsOfTest() {
  return {
      .credentials = {.local_ufrag = "srv1", .local_password = kPassword, .remote_ufrag = "cli2"}};
}

Tuple TupleFrom(uint16_t remote_port) {
  Tuple tuple;
  tuple.local = {.family = TransportAddress::Family::kIpv4, .bytes = {10, 0, 0, 1}, .port = 31000};
  tuple.remote = {
      .family = TransportAddress::Family::kIpv4, .bytes = {10, 0, 0, 2}, .port = remote_port};
  return tuple;
}

// A binding request as Chromium sends it; change what differs.
struct Check {
  std::string username = "srv1:cli2";
  std::string password = kPassword;
  bool controlling = true;
  bool nominate = false;
  bool integrity = true;
  bool unknown_attribute = false;

  Bytes Build() const {
    Bytes out;
    MessageBuilder builder(Class::kRequest, kBinding, kId, out);
    builder.AddUsername(username);
    if (controlling) {
      builder.AddIceControlling(7);
    } else {
      builder.AddIceControlled(7);
    }
    if (nominate) builder.AddUseCandidate();
    builder.AddPriority(1);
    if (unknown_attribute) {
      out.insert(out.end(), {0x7a, 0x01, 0, 0});
      builder.AddPriority(1);  // corrects the length
    }
    if (integrity) builder.AddMessageIntegrity(password);
    builder.AddFingerprint();
    return out;
  }
};

TEST_CASE("RFC 8445 7.3: a valid check is answered with the address it came from") {
  IceLiteResponder responder(SettingsOfTest(), kStart);
  CHECK(responder.selected() == nullptr);
  const auto result = responder.OnDatagram(Check().Build(), TupleFrom(5000), kStart);
  CHECK(result.verdict == Verdict::kValid);
  CHECK(result.new_tuple);
  CHECK_FALSE(result.nominated);
  const auto answer = ParseMessage(result.response);
  REQUIRE(answer);
  CHECK(answer->message_class == Class::kSuccess);
  CHECK(answer->transaction_id == kId);
  CHECK(answer->xor_mapped_address == TupleFrom(5000).remote);
  CHECK(answer->has_fingerprint);
  CHECK(HasValidIntegrity(*answer, kPassword));
  CHECK(result.response.size() <= IceLiteResponder::kMaxResponse);
  REQUIRE(responder.selected() != nullptr);
  CHECK(*responder.selected() == TupleFrom(5000));
  CHECK_FALSE(responder.nominated());
}

TEST_CASE("RFC 8445 8.1.1: USE-CANDIDATE selects, and the last one wins") {
  IceLiteResponder responder(SettingsOfTest(), kStart);
  responder.OnDatagram(Check().Build(), TupleFrom(1), kStart);
  responder.OnDatagram(Check().Build(), TupleFrom(2), kStart);
  CHECK(*responder.selected() == TupleFrom(1));
  const Bytes nominating = Check{.nominate = true}.Build();
  auto result = responder.OnDatagram(nominating, TupleFrom(2), kStart);
  CHECK_FALSE(result.new_tuple);
  CHECK(result.nominated);
  CHECK(*responder.selected() == TupleFrom(2));
  result = responder.OnDatagram(nominating, TupleFrom(2), kStart);
  CHECK_FALSE(result.nominated);
  result = responder.OnDatagram(nominating, TupleFrom(3), kStart);
  CHECK(result.nominated);
  CHECK(result.new_tuple);
  CHECK(*responder.selected() == TupleFrom(3));
  CHECK(responder.IsValid(TupleFrom(1)));
  CHECK_FALSE(responder.IsValid(TupleFrom(4)));
}

TEST_CASE("a tuple is both ends: another local address is another tuple") {
  IceLiteResponder responder(SettingsOfTest(), kStart);
  responder.OnDatagram(Check().Build(), TupleFrom(1), kStart);
  Tuple other = TupleFrom(1);
  other.local.bytes[3] = 9;
  CHECK_FALSE(responder.IsValid(other));
}

TEST_CASE("a wrong user is not answered") {
  IceLiteResponder responder(SettingsOfTest(), kStart);
  for (const char* username : {"srv2:cli2", "srv1:cli3", "srv1", "", ":", "srv1:", "srv1:cli2x"}) {
    const auto result =
        responder.OnDatagram(Check{.username = username}.Build(), TupleFrom(1), kStart);
    INFO(username);
    CHECK(result.verdict == Verdict::kUnknownUser);
    CHECK(result.response.empty());
  }
  CHECK(responder.selected() == nullptr);
}

TEST_CASE("any remote user is taken if none is set") {
  auto settings = SettingsOfTest();
  settings.credentials.remote_ufrag.clear();
  IceLiteResponder responder(settings, kStart);
  const auto result =
      responder.OnDatagram(Check{.username = "srv1:any"}.Build(), TupleFrom(1), kStart);
  CHECK(result.verdict == Verdict::kValid);
}

TEST_CASE("RFC 8489 9.1.3: wrong or missing integrity gives 401, never longer than the request") {
  IceLiteResponder responder(SettingsOfTest(), kStart);
  const Bytes forged = Check{.password = "another"}.Build();
  const auto result = responder.OnDatagram(forged, TupleFrom(1), kStart);
  CHECK(result.verdict == Verdict::kBadIntegrity);
  CHECK(ParseMessage(result.response)->error_code == 401);
  CHECK(result.response.size() <= forged.size());
  const auto bare = responder.OnDatagram(Check{.integrity = false}.Build(), TupleFrom(1), kStart);
  CHECK(bare.verdict == Verdict::kBadIntegrity);
  CHECK(responder.selected() == nullptr);
  CHECK(responder.deadline() == kStart + 15s);
}

TEST_CASE("RFC 8489 6.3.1: an unknown attribute that must be understood gives 420 and its type") {
  IceLiteResponder responder(SettingsOfTest(), kStart);
  const auto result =
      responder.OnDatagram(Check{.unknown_attribute = true}.Build(), TupleFrom(1), kStart);
  CHECK(result.verdict == Verdict::kUnknownAttribute);
  const auto answer = ParseMessage(result.response);
  REQUIRE(answer);
  CHECK(answer->error_code == 420);
  CHECK(HasValidIntegrity(*answer, kPassword));
  const std::string_view text = AsText(result.response);
  CHECK(text.find(std::string_view("\x00\x0a\x00\x02\x7a\x01", 6)) != std::string_view::npos);
}

TEST_CASE("RFC 8445 7.3.1.1: a peer that takes itself for controlled gets 487") {
  IceLiteResponder responder(SettingsOfTest(), kStart);
  const auto result =
      responder.OnDatagram(Check{.controlling = false}.Build(), TupleFrom(1), kStart);
  CHECK(result.verdict == Verdict::kRoleConflict);
  CHECK(ParseMessage(result.response)->error_code == 487);
  CHECK(responder.selected() == nullptr);
}

TEST_CASE("indications, responses and other methods are ignored") {
  IceLiteResponder responder(SettingsOfTest(), kStart);
  for (Class message_class : {Class::kIndication, Class::kSuccess, Class::kError}) {
    Bytes bytes;
    MessageBuilder(message_class, kBinding, kId, bytes);
    CHECK(responder.OnDatagram(bytes, TupleFrom(1), kStart).verdict == Verdict::kIgnored);
  }
  Bytes allocate;
  MessageBuilder(Class::kRequest, 0x003, kId, allocate);
  CHECK(responder.OnDatagram(allocate, TupleFrom(1), kStart).verdict == Verdict::kIgnored);
}

TEST_CASE("what is not STUN is malformed") {
  IceLiteResponder responder(SettingsOfTest(), kStart);
  CHECK(responder.OnDatagram({}, TupleFrom(1), kStart).verdict == Verdict::kMalformed);
  Bytes cut = Check().Build();
  cut.pop_back();
  CHECK(responder.OnDatagram(cut, TupleFrom(1), kStart).verdict == Verdict::kMalformed);
}

TEST_CASE("a ninth tuple is not answered, the eight go on") {
  IceLiteResponder responder(SettingsOfTest(), kStart);
  const Bytes check = Check{.nominate = true}.Build();
  for (uint16_t port = 1; port <= 8; ++port) {
    CHECK(responder.OnDatagram(check, TupleFrom(port), kStart).verdict == Verdict::kValid);
  }
  const auto ninth = responder.OnDatagram(check, TupleFrom(9), kStart);
  CHECK(ninth.verdict == Verdict::kTooManyTuples);
  CHECK(ninth.response.empty());
  CHECK(*responder.selected() == TupleFrom(8));
  CHECK(responder.OnDatagram(check, TupleFrom(3), kStart).verdict == Verdict::kValid);
  CHECK(*responder.selected() == TupleFrom(3));
}

TEST_CASE("a removed tuple is not valid, and the newest one left is selected") {
  IceLiteResponder responder(SettingsOfTest(), kStart);
  for (uint16_t port = 1; port <= 3; ++port) {
    responder.OnDatagram(Check().Build(), TupleFrom(port), kStart);
  }
  responder.OnDatagram(Check{.nominate = true}.Build(), TupleFrom(2), kStart);
  responder.RemoveTuple(TupleFrom(1));
  CHECK(*responder.selected() == TupleFrom(2));
  CHECK(responder.nominated());
  responder.RemoveTuple(TupleFrom(2));
  CHECK(*responder.selected() == TupleFrom(3));
  CHECK_FALSE(responder.nominated());
  responder.RemoveTuple(TupleFrom(9));
  responder.RemoveTuple(TupleFrom(3));
  CHECK(responder.selected() == nullptr);
}

TEST_CASE("a session without a first valid check ends after 15 s") {
  IceLiteResponder responder(SettingsOfTest(), kStart);
  CHECK_FALSE(responder.TimedOut(kStart + 15s - 1us));
  CHECK(responder.TimedOut(kStart + 15s));
}

TEST_CASE("RFC 7675 5.1: consent ends 30 s after the last valid check") {
  IceLiteResponder responder(SettingsOfTest(), kStart);
  responder.OnDatagram(Check().Build(), TupleFrom(1), kStart + 14s);
  CHECK_FALSE(responder.TimedOut(kStart + 44s - 1us));
  responder.OnDatagram(Check{.password = "wrong"}.Build(), TupleFrom(1), kStart + 40s);
  CHECK(responder.deadline() == kStart + 44s);
  responder.OnDatagram(Check().Build(), TupleFrom(1), kStart + 43s);
  CHECK_FALSE(responder.TimedOut(kStart + 44s));
  CHECK(responder.TimedOut(kStart + 73s));
}

TEST_CASE("UDP and TCP between the same addresses are two tuples") {
  IceLiteResponder responder(SettingsOfTest(), kStart);
  Tuple tcp = TupleFrom(5000);
  tcp.transport = Transport::kTcp;
  responder.OnDatagram(Check().Build(), TupleFrom(5000), kStart);
  CHECK_FALSE(responder.IsValid(tcp));
  CHECK(responder.OnDatagram(Check().Build(), tcp, kStart).new_tuple);
  CHECK(responder.tuples().size() == 2);
}

TEST_CASE("a ninth tuple takes the place of one without a check for as long as consent lasts") {
  IceLiteResponder responder(SettingsOfTest(), kStart);
  const Bytes check = Check().Build();
  for (uint16_t i = 0; i < 8; ++i) responder.OnDatagram(check, TupleFrom(5000 + i), kStart);
  const Instant later = kStart + 31s;
  responder.OnDatagram(check, TupleFrom(5001), later);
  const auto result = responder.OnDatagram(check, TupleFrom(6000), later);
  CHECK(result.verdict == Verdict::kValid);
  REQUIRE(result.evicted);
  CHECK(*result.evicted == TupleFrom(5002));  // 5000 is selected, 5001 is alive
  CHECK(*responder.selected() == TupleFrom(5000));
  CHECK(responder.IsValid(TupleFrom(6000)));
  CHECK_FALSE(responder.IsValid(TupleFrom(5002)));
}

struct Restarted {
  Restarted() : responder(SettingsOfTest(), kStart) {
    Check nominating;
    nominating.nominate = true;
    responder.OnDatagram(nominating.Build(), TupleFrom(5000), kStart);
    responder.Restart(
        {.local_ufrag = "srv3", .local_password = "new-password", .remote_ufrag = "cli4"});
    fresh.username = "srv3:cli4";
    fresh.password = "new-password";
  }

  IceLiteResponder responder;
  Check fresh;
};

TEST_CASE("RFC 8445 9: the old credentials are valid until the first check with the new ones") {
  Restarted restart;
  IceLiteResponder& responder = restart.responder;
  CHECK(responder.OnDatagram(Check().Build(), TupleFrom(5000), kStart).verdict == Verdict::kValid);
  CHECK(responder.next_credentials());

  const auto first = responder.OnDatagram(restart.fresh.Build(), TupleFrom(5001), kStart);
  CHECK(first.verdict == Verdict::kValid);
  CHECK(first.restarted);
  CHECK_FALSE(first.nominated);
  const auto answer = ParseMessage(first.response);
  REQUIRE(answer);
  CHECK(HasValidIntegrity(*answer, "new-password"));
  CHECK(*responder.selected() == TupleFrom(5000));
  CHECK(responder.credentials().local_ufrag == "srv3");

  CHECK(responder.OnDatagram(Check().Build(), TupleFrom(5000), kStart).verdict ==
        Verdict::kUnknownUser);
  const auto second = responder.OnDatagram(restart.fresh.Build(), TupleFrom(5001), kStart);
  CHECK_FALSE(second.restarted);
}

TEST_CASE("after a restart the peer nominates again, the same tuple or another") {
  Restarted restart;
  restart.fresh.nominate = true;
  const uint16_t port = GENERATE(uint16_t{5000}, uint16_t{5001});
  const auto result = restart.responder.OnDatagram(restart.fresh.Build(), TupleFrom(port), kStart);
  CHECK(result.nominated);
  CHECK(*restart.responder.selected() == TupleFrom(port));
}

TEST_CASE("a check with the new user and the old password restarts nothing") {
  Restarted restart;
  restart.fresh.password = kPassword;
  const auto result = restart.responder.OnDatagram(restart.fresh.Build(), TupleFrom(5001), kStart);
  CHECK(result.verdict == Verdict::kBadIntegrity);
  CHECK_FALSE(result.restarted);
  CHECK(restart.responder.next_credentials());
}

TEST_CASE("a second restart before the first check replaces the first") {
  Restarted restart;
  restart.responder.Restart(
      {.local_ufrag = "srv5", .local_password = "newest", .remote_ufrag = "cli4"});
  CHECK(restart.responder.OnDatagram(restart.fresh.Build(), TupleFrom(5001), kStart).verdict ==
        Verdict::kUnknownUser);
  Check newest;
  newest.username = "srv5:cli4";
  newest.password = "newest";
  CHECK(restart.responder.OnDatagram(newest.Build(), TupleFrom(5001), kStart).restarted);
}

TEST_CASE("tuples from before a restart make room for new ones") {
  Restarted restart;
  IceLiteResponder& responder = restart.responder;
  for (uint16_t i = 1; i < 8; ++i) {
    responder.OnDatagram(Check().Build(), TupleFrom(5000 + i), kStart);
  }
  const auto result = responder.OnDatagram(restart.fresh.Build(), TupleFrom(6000), kStart);
  CHECK(result.verdict == Verdict::kValid);
  REQUIRE(result.evicted);
  CHECK(*result.evicted == TupleFrom(5001));
}

}  // namespace
}  // namespace sluice::stun
