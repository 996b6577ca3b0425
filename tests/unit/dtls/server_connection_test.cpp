#include "libs/dtls/server_connection.h"

#include <catch2/catch.hpp>
#include <random>

#include "tests/unit/dtls/openssl_client.h"

namespace sluice::dtls {
namespace {

using State = ServerConnection::State;
using Datagrams = std::vector<Bytes>;

std::shared_ptr<const ServerContext> TestContext() {
  static const auto context =
      ServerContext::Make(Certificate::MakeSelfSigned(absl::Now()).value()).value();
  return context;
}

// Our server with a clock that only the test moves.
struct Server {
  explicit Server(const Fingerprint& peer)
      : connection(ServerConnection::Make(TestContext(), peer, now).value()) {}

  Datagrams OnDatagrams(const Datagrams& datagrams) {
    for (const Bytes& datagram : datagrams) connection->OnDatagram(datagram, now);
    return connection->TakeDatagrams();
  }
  Datagrams OnTimeout(Duration later) {
    now += later;
    connection->OnTimeout(now);
    return connection->TakeDatagrams();
  }
  State state() const { return connection->state(); }

  Instant now{1000s};
  std::unique_ptr<ServerConnection> connection;
};

Datagrams Deliver(OpensslClient& client, const Datagrams& datagrams) {
  Datagrams answers;
  for (const Bytes& datagram : datagrams) {
    for (Bytes& answer : client.OnDatagram(datagram)) answers.push_back(std::move(answer));
  }
  return answers;
}

// The client's second flight fits one datagram; OpenSSL repeats it message by message.
std::pair<Datagrams, Datagrams> FirstAndRest(const Datagrams& datagrams) {
  REQUIRE(datagrams.size() > 1);
  return {{datagrams[0]}, Datagrams(datagrams.begin() + 1, datagrams.end())};
}

// Carries datagrams to and fro until nobody has anything to say.
void Connect(OpensslClient& client, Server& server) {
  Datagrams from_client = client.Handshake();
  while (!from_client.empty()) from_client = Deliver(client, server.OnDatagrams(from_client));
}

Bytes OurMaterial(const SrtpKeys& keys) {
  const size_t salt = srtp::SaltLength(keys.send.profile);
  Bytes material;
  auto add = [&](const auto& bytes, size_t count) {
    material.insert(material.end(), bytes.begin(), bytes.begin() + static_cast<long>(count));
  };
  add(keys.receive.key, 16);
  add(keys.send.key, 16);
  add(keys.receive.salt, salt);
  add(keys.send.salt, salt);
  return material;
}

}  // namespace

TEST_CASE("RFC 5764: a handshake yields the same SRTP keys at both ends") {
  OpensslClient client;
  Server server(client.fingerprint());
  Connect(client, server);
  REQUIRE(server.state() == State::kConnected);
  REQUIRE(client.connected());
  CHECK(client.version() == "DTLSv1.2");
  CHECK(client.PeerFingerprint() == TestContext()->certificate().fingerprint());
  CHECK(OurMaterial(server.connection->srtp_keys()) == client.KeyingMaterial(12));
  CHECK_FALSE(server.connection->next_timeout().has_value());
}

TEST_CASE("AEAD_AES_128_GCM is chosen even if the client prefers SHA1_80") {
  OpensslClient client({.srtp_profiles = "SRTP_AES128_CM_SHA1_80:SRTP_AEAD_AES_256_GCM:"
                                         "SRTP_AEAD_AES_128_GCM"});
  Server server(client.fingerprint());
  Connect(client, server);
  CHECK(client.srtp_profile() == 0x0007);
  CHECK(server.connection->srtp_keys().send.profile == srtp::Profile::kAeadAes128Gcm);
}

TEST_CASE("AES128_CM_SHA1_80 is chosen when the client has nothing better") {
  OpensslClient client({.srtp_profiles = "SRTP_AES128_CM_SHA1_80"});
  Server server(client.fingerprint());
  Connect(client, server);
  CHECK(client.srtp_profile() == 0x0001);
  CHECK(OurMaterial(server.connection->srtp_keys()) == client.KeyingMaterial(14));
}

TEST_CASE("A client without a common SRTP profile fails") {
  const std::string profiles = GENERATE(as<std::string>(), "", "SRTP_AEAD_AES_256_GCM");
  OpensslClient client({.srtp_profiles = profiles});
  Server server(client.fingerprint());
  Connect(client, server);
  CHECK(server.state() == State::kFailed);
  CHECK(server.connection->failure() == "no common SRTP profile");
}

TEST_CASE("RFC 8122 6.2: another certificate than the offer's ends the handshake") {
  OpensslClient client;
  Fingerprint other = client.fingerprint();
  other.sha256[31] ^= 1;
  Server server(other);
  Connect(client, server);
  CHECK(server.state() == State::kFingerprintMismatch);
  CHECK(client.failed());
}

TEST_CASE("A client without a certificate fails") {
  OpensslClient client({.show_certificate = false});
  Server server(client.fingerprint());
  Connect(client, server);
  CHECK(server.state() == State::kFailed);
}

TEST_CASE("A ClientHello in several datagrams is put together") {
  OpensslClient client({.mtu = 256});  // OpenSSL's least
  Server server(client.fingerprint());
  const Datagrams hello = client.Handshake();
  REQUIRE(hello.size() >= 2);
  Datagrams answers;
  SECTION("in order") { answers = server.OnDatagrams(hello); }
  SECTION("in reverse") { answers = server.OnDatagrams(Datagrams(hello.rbegin(), hello.rend())); }
  REQUIRE_FALSE(answers.empty());
  while (!answers.empty()) answers = server.OnDatagrams(Deliver(client, answers));
  CHECK(server.state() == State::kConnected);
}

TEST_CASE("No datagram is longer than 1200 bytes") {
  OpensslClient client;
  Server server(client.fingerprint());
  Datagrams from_client = client.Handshake();
  while (!from_client.empty()) {
    const Datagrams ours = server.OnDatagrams(from_client);
    for (const Bytes& datagram : ours) CHECK(datagram.size() <= 1200);
    from_client = Deliver(client, ours);
  }
}

TEST_CASE("RFC 6347 4.2.4: a lost first flight is repeated with growing pauses") {
  OpensslClient client;
  Server server(client.fingerprint());
  const Datagrams lost = server.OnDatagrams(client.Handshake());
  REQUIRE_FALSE(lost.empty());
  REQUIRE(server.connection->next_timeout() == server.now + 100ms);
  CHECK(server.OnTimeout(99ms).empty());
  const Datagrams lost_again = server.OnTimeout(1ms);
  CHECK(lost_again == lost);
  CHECK(server.connection->next_timeout() == server.now + 200ms);
  Datagrams answers = server.OnTimeout(200ms);
  while (!answers.empty()) answers = server.OnDatagrams(Deliver(client, answers));
  CHECK(server.state() == State::kConnected);
  CHECK(client.connected());
}

// With the first of them an association leaves OpenSSL after its handshake, with the others not.
const std::vector<std::string> kSuites = {
    "ECDHE-ECDSA-AES128-GCM-SHA256", "ECDHE-ECDSA-CHACHA20-POLY1305",
    "ECDHE-ECDSA-AES256-GCM-SHA384", "ECDHE-ECDSA-AES128-SHA"};

TEST_CASE("RFC 6347 4.2.4: the last flight is repeated when the client repeats its own") {
  OpensslClient client({.ciphers = GENERATE(from_range(kSuites))});
  Server server(client.fingerprint());
  const Datagrams ours = server.OnDatagrams(client.Handshake());
  client.RepeatNextFlight();
  const auto [first, second] = FirstAndRest(Deliver(client, ours));
  const Datagrams lost = server.OnDatagrams(first);
  REQUIRE_FALSE(lost.empty());
  REQUIRE(server.state() == State::kConnected);
  REQUIRE_FALSE(client.connected());
  Deliver(client, server.OnDatagrams(second));
  CHECK(client.connected());
  CHECK(server.state() == State::kConnected);
}

TEST_CASE("The client's flight may be lost and repeated") {
  OpensslClient client;
  Server server(client.fingerprint());
  const Datagrams ours = server.OnDatagrams(client.Handshake());
  client.RepeatNextFlight();
  const auto [lost, second] = FirstAndRest(Deliver(client, ours));
  REQUIRE_FALSE(lost.empty());
  Deliver(client, server.OnDatagrams(second));
  CHECK(client.connected());
  CHECK(server.state() == State::kConnected);
}

TEST_CASE("Repeated datagrams of the client do not disturb the handshake") {
  OpensslClient client;
  Server server(client.fingerprint());
  Datagrams from_client = client.Handshake();
  while (!from_client.empty()) {
    Datagrams ours = server.OnDatagrams(from_client);
    for (const Bytes& more : server.OnDatagrams(from_client)) ours.push_back(more);
    from_client = Deliver(client, ours);
  }
  CHECK(server.state() == State::kConnected);
  CHECK(client.connected());
}

TEST_CASE("A handshake that does not end in 15 s has failed") {
  OpensslClient client;
  Server server(client.fingerprint());
  REQUIRE(server.connection->next_timeout() == server.now + 15s);
  server.OnTimeout(15s);
  CHECK(server.state() == State::kFailed);
  CHECK(server.OnDatagrams(client.Handshake()).empty());
}

TEST_CASE("Garbage before and during the handshake is dropped") {
  OpensslClient client;
  Server server(client.fingerprint());
  std::mt19937 random(7);
  auto throw_garbage = [&] {
    for (int i = 0; i < 50; ++i) {
      Bytes garbage(random() % 1500);
      for (uint8_t& byte : garbage) byte = static_cast<uint8_t>(random());
      if (!garbage.empty()) garbage[0] = static_cast<uint8_t>(20 + random() % 44);
      server.connection->OnDatagram(garbage, server.now);
    }
  };
  throw_garbage();
  Datagrams from_client = client.Handshake();
  while (!from_client.empty()) {
    Datagrams ours = server.OnDatagrams(from_client);
    throw_garbage();
    from_client = Deliver(client, ours);
  }
  CHECK(server.state() == State::kConnected);
  throw_garbage();
  CHECK(server.state() == State::kConnected);
}

TEST_CASE("Every truncation of the client's datagrams is dropped") {
  OpensslClient client;
  Server server(client.fingerprint());
  Datagrams from_client = client.Handshake();
  while (!from_client.empty()) {
    for (const Bytes& datagram : from_client) {
      for (size_t size = 0; size < datagram.size(); size += 7) {
        server.connection->OnDatagram(ByteView(datagram).first(size), server.now);
      }
    }
    REQUIRE(server.state() != State::kFailed);
    from_client = Deliver(client, server.OnDatagrams(from_client));
  }
  CHECK(server.state() == State::kConnected);
}

TEST_CASE("close_notify goes both ways") {
  OpensslClient client({.ciphers = GENERATE(from_range(kSuites))});
  Server server(client.fingerprint());
  Connect(client, server);
  SECTION("ours first") {
    server.connection->Close();
    CHECK(server.state() == State::kClosed);
    Deliver(client, server.connection->TakeDatagrams());
    CHECK(client.closed_by_peer());
  }
  SECTION("the client's first") {
    server.OnDatagrams(client.Close());
    CHECK(server.state() == State::kClosed);
  }
}

TEST_CASE("A close_notify that is not authentic closes nothing") {
  OpensslClient client({.ciphers = kSuites[0]});
  Server server(client.fingerprint());
  Connect(client, server);
  const Datagrams closing = client.Close();
  REQUIRE(closing.size() == 1);
  for (size_t i = 0; i < closing[0].size(); ++i) {
    Bytes changed = closing[0];
    changed[i] ^= 0x01;
    server.connection->OnDatagram(changed, server.now);
    INFO(i);
    REQUIRE(server.state() == State::kConnected);
  }
  for (size_t size = 0; size < closing[0].size(); ++size) {
    server.connection->OnDatagram(ByteView(closing[0]).first(size), server.now);
  }
  CHECK(server.state() == State::kConnected);
  server.OnDatagrams(closing);
  CHECK(server.state() == State::kClosed);
}

TEST_CASE("Closing during the handshake sends nothing") {
  OpensslClient client;
  Server server(client.fingerprint());
  server.OnDatagrams(client.Handshake());
  server.connection->Close();
  CHECK(server.state() == State::kClosed);
  CHECK(server.connection->TakeDatagrams().empty());
  CHECK_FALSE(server.connection->next_timeout().has_value());
}

}  // namespace sluice::dtls
