#include "libs/stun/message.h"

#include <arpa/inet.h>
#include <netinet/in.h>

#include <catch2/catch.hpp>

#include "libs/stun/message_builder.h"

namespace sluice::stun {
namespace {

constexpr TransactionId kId = {1, 2, 3, 4, 5, 6, 7, 8, 9, 10, 11, 12};

Bytes FullRequest() {
  Bytes out;
  MessageBuilder builder(Class::kRequest, kBinding, kId, out);
  builder.AddUsername("abcd:efgh1");
  builder.AddPriority(0x6effffff);
  builder.AddIceControlling(0x0123456789abcdef);
  builder.AddUseCandidate();
  builder.AddMessageIntegrity("secret");
  builder.AddFingerprint();
  return out;
}

// Appends an attribute that the builder does not know and corrects the length.
void AppendAttribute(Bytes& message, uint16_t type, const Bytes& value) {
  message.push_back(static_cast<uint8_t>(type >> 8));
  message.push_back(static_cast<uint8_t>(type));
  message.push_back(static_cast<uint8_t>(value.size() >> 8));
  message.push_back(static_cast<uint8_t>(value.size()));
  message.insert(message.end(), value.begin(), value.end());
  while (message.size() % 4 != 0) message.push_back(0);
  const size_t length = message.size() - kHeaderSize;
  message[2] = static_cast<uint8_t>(length >> 8);
  message[3] = static_cast<uint8_t>(length);
}

TEST_CASE("a request is read as it was written") {
  const Bytes bytes = FullRequest();
  const auto message = ParseMessage(bytes);
  REQUIRE(message);
  CHECK(message->username == "abcd:efgh1");
  CHECK(message->priority == 0x6effffff);
  CHECK(message->ice_controlling == 0x0123456789abcdef);
  CHECK(message->use_candidate);
  CHECK(message->transaction_id == kId);
  CHECK(message->has_fingerprint);
  CHECK(HasValidIntegrity(*message, "secret"));
  CHECK_FALSE(HasValidIntegrity(*message, "Secret"));
  CHECK_FALSE(HasValidIntegrity(*message, ""));
  CHECK(FindLocalUfrag(bytes) == "abcd");
}

TEST_CASE("class and method survive the round trip") {
  for (Class message_class :
       {Class::kRequest, Class::kIndication, Class::kSuccess, Class::kError}) {
    for (uint16_t method : {uint16_t{1}, uint16_t{0x10}, uint16_t{0x80}, uint16_t{0xff}}) {
      Bytes bytes;
      MessageBuilder(message_class, method, kId, bytes);
      const auto message = ParseMessage(bytes);
      REQUIRE(message);
      CHECK(message->message_class == message_class);
      CHECK(message->method == method);
    }
  }
}

TEST_CASE("an error carries its code") {
  Bytes bytes;
  MessageBuilder builder(Class::kError, kBinding, kId, bytes);
  builder.AddErrorCode(487, "Role Conflict");
  CHECK(ParseMessage(bytes)->error_code == 487);
}

TEST_CASE("every truncation of a request is refused") {
  const Bytes bytes = FullRequest();
  for (size_t size = 0; size < bytes.size(); ++size) {
    CHECK_FALSE(ParseMessage(ByteView(bytes).first(size)));
  }
}

TEST_CASE("a request followed by other bytes is refused") {
  Bytes bytes = FullRequest();
  bytes.insert(bytes.end(), {0, 0, 0, 0});
  CHECK_FALSE(ParseMessage(bytes));
}

TEST_CASE("an attribute that is longer than the message is refused") {
  Bytes bytes = FullRequest();
  bytes[kHeaderSize + 2] = 0xff;
  CHECK_FALSE(ParseMessage(bytes));
}

TEST_CASE("a known attribute of the wrong size is refused") {
  for (uint16_t type : {kPriority, kUseCandidate, kIceControlling, kIceControlled,
                        kXorMappedAddress, kErrorCode, kMessageIntegrity}) {
    Bytes bytes;
    MessageBuilder(Class::kRequest, kBinding, kId, bytes);
    AppendAttribute(bytes, type, {1, 2, 3});
    INFO("type " << type);
    CHECK_FALSE(ParseMessage(bytes));
  }
}

TEST_CASE("a wrong FINGERPRINT is refused, a message without one is taken") {
  Bytes bytes = FullRequest();
  bytes.back() ^= 1;
  CHECK_FALSE(ParseMessage(bytes));
  Bytes plain;
  MessageBuilder(Class::kRequest, kBinding, kId, plain);
  const auto message = ParseMessage(plain);
  REQUIRE(message);
  CHECK_FALSE(message->has_fingerprint);
}

TEST_CASE("RFC 8489 14.5: what stands behind MESSAGE-INTEGRITY does not count") {
  Bytes bytes;
  MessageBuilder builder(Class::kRequest, kBinding, kId, bytes);
  builder.AddUsername("a:b");
  builder.AddMessageIntegrity("secret");
  builder.AddUseCandidate();
  const auto message = ParseMessage(bytes);
  REQUIRE(message);
  CHECK_FALSE(message->use_candidate);
  CHECK(HasValidIntegrity(*message, "secret"));
}

TEST_CASE("of two USERNAMEs the first counts") {
  Bytes bytes;
  MessageBuilder builder(Class::kRequest, kBinding, kId, bytes);
  builder.AddUsername("first:x");
  builder.AddUsername("second:x");
  CHECK(ParseMessage(bytes)->username == "first:x");
}

TEST_CASE("unknown attributes are kept if comprehension is required, and counted without bound") {
  Bytes bytes;
  MessageBuilder(Class::kRequest, kBinding, kId, bytes);
  AppendAttribute(bytes, 0xc057, {0, 0, 0, 1});  // network cost, of Chromium: optional
  for (uint16_t type = 0x7000; type < 0x7014; ++type) AppendAttribute(bytes, type, {});
  const auto message = ParseMessage(bytes);
  REQUIRE(message);
  CHECK(message->unknown_count == 20);
  CHECK(message->unknown_attributes[0] == 0x7000);
  CHECK(message->unknown_attributes[7] == 0x7007);
}

TEST_CASE("RFC 7983 7: DTLS, RTP and short datagrams are not STUN") {
  Bytes bytes = FullRequest();
  CHECK(IsStun(bytes));
  CHECK_FALSE(IsStun(ByteView(bytes).first(19)));
  bytes[0] = 22;
  CHECK_FALSE(IsStun(bytes));
  bytes[0] = 0x80;
  CHECK_FALSE(IsStun(bytes));
  bytes = FullRequest();
  bytes[4] = 0;
  CHECK_FALSE(IsStun(bytes));
}

TEST_CASE("only a request with a USERNAME has a local ufrag") {
  Bytes response;
  MessageBuilder builder(Class::kSuccess, kBinding, kId, response);
  builder.AddUsername("a:b");
  CHECK_FALSE(FindLocalUfrag(response));
  Bytes nameless;
  MessageBuilder(Class::kRequest, kBinding, kId, nameless);
  CHECK_FALSE(FindLocalUfrag(nameless));
}

TEST_CASE("an address is taken from a sockaddr") {
  sockaddr_in v4{};
  v4.sin_family = AF_INET;
  v4.sin_port = htons(31000);
  v4.sin_addr.s_addr = htonl(0x7f000001);
  CHECK(TransportAddress::From(reinterpret_cast<sockaddr*>(&v4)).ToString() == "127.0.0.1:31000");
  sockaddr_in6 v6{};
  v6.sin6_family = AF_INET6;
  v6.sin6_port = htons(5);
  v6.sin6_addr = in6addr_loopback;
  CHECK(TransportAddress::From(reinterpret_cast<sockaddr*>(&v6)).ToString() == "[::1]:5");
}

}  // namespace
}  // namespace sluice::stun
