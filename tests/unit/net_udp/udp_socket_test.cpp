// Real sockets on loopback: what is checked here is the kernel's side of it.
#include "libs/net/udp_socket.h"

#include <poll.h>

#include <catch2/catch.hpp>

#include "libs/net/batch_sender.h"

namespace sluice::net {
namespace {

std::unique_ptr<UdpSocket> BindTo(std::string_view host) {
  return UdpSocket::Bind(SocketAddress::Parse(host, 0).value()).value();
}

struct Received {
  SocketAddress from;
  SocketAddress to;
  Bytes bytes;
};

// Waits for `count` datagrams, at most 5 s.
std::vector<Received> Receive(UdpSocket& socket, size_t count) {
  std::vector<Received> received;
  pollfd wait{.fd = socket.fd(), .events = POLLIN, .revents = 0};
  while (received.size() < count && poll(&wait, 1, 5000) == 1) {
    socket.Receive([&](const UdpDatagram& datagram) {
      received.push_back({datagram.from, datagram.to, ToBytes(datagram.bytes)});
    });
  }
  return received;
}

// `count` datagrams of `size` bytes, the last one of `last` bytes; each filled with its number.
Bytes Run(size_t count, size_t size, size_t last) {
  Bytes bytes;
  for (size_t i = 0; i < count; ++i) {
    bytes.insert(bytes.end(), i + 1 == count ? last : size, static_cast<uint8_t>(i));
  }
  return bytes;
}

UdpMessage MessageOf(UdpPath& path, const Bytes& bytes, size_t size, size_t count) {
  return {.path = &path,
          .bytes = bytes,
          .segment_size = static_cast<uint16_t>(size),
          .segments = static_cast<uint16_t>(count)};
}

void CheckRun(const std::vector<Received>& received, size_t count, size_t size, size_t last) {
  REQUIRE(received.size() == count);
  for (size_t i = 0; i < count; ++i) {
    CHECK(received[i].bytes == Bytes(i + 1 == count ? last : size, static_cast<uint8_t>(i)));
  }
}

}  // namespace

TEST_CASE("A run of datagrams arrives one by one, at a GRO receiver too") {
  auto sender_socket = BindTo("127.0.0.1");
  auto receiver = BindTo("127.0.0.1");
  auto sender = MakeGsoBatchSender(sender_socket->fd());
  UdpPath path{.to = receiver->local_address()};
  const Bytes bytes = Run(10, 1200, 700);
  const UdpMessage message = MessageOf(path, bytes, 1200, 10);
  REQUIRE(sender->Send({&message, 1}) == 1);
  CheckRun(Receive(*receiver, 10), 10, 1200, 700);
  CHECK(path.segmentation);
  CHECK(sender->counters().calls == 1);
  CHECK(sender->counters().datagrams == 10);
}

TEST_CASE("A flood is taken in turns of 256 datagrams, and nothing of it is lost to us") {
  constexpr size_t kDatagrams = 500;  // fit into the buffer of an ordinary user
  auto sender_socket = BindTo("127.0.0.1");
  auto receiver = BindTo("127.0.0.1");
  auto sender = MakeGsoBatchSender(sender_socket->fd());
  UdpPath path{.to = receiver->local_address()};
  const Bytes garbage(40, 0x80);
  const UdpMessage message = MessageOf(path, garbage, garbage.size(), 1);
  for (size_t i = 0; i < kDatagrams; ++i) REQUIRE(sender->Send({&message, 1}) == 1);
  // Bundles of the call that reaches the bound are finished: 8 of at most 64 datagrams.
  constexpr size_t kBound = UdpSocket::kMaxPerTurn + 8 * 64;
  size_t taken = 0;
  while (taken < kDatagrams) {
    const size_t turn = receiver->Receive([](const UdpDatagram&) {});
    REQUIRE(turn > 0);
    CHECK(turn <= kBound);
    taken += turn;
  }
  CHECK(taken == kDatagrams);
}

TEST_CASE("Messages to several peers leave in one call") {
  auto sender_socket = BindTo("127.0.0.1");
  auto a = BindTo("127.0.0.1");
  auto b = BindTo("127.0.0.1");
  auto sender = MakeGsoBatchSender(sender_socket->fd());
  UdpPath to_a{.to = a->local_address()};
  UdpPath to_b{.to = b->local_address()};
  const Bytes bytes = Run(3, 500, 500);
  const UdpMessage messages[] = {MessageOf(to_a, bytes, 500, 3), MessageOf(to_b, bytes, 500, 3)};
  REQUIRE(sender->Send(messages) == 2);
  CHECK(sender->counters().calls == 1);
  CheckRun(Receive(*a, 3), 3, 500, 500);
  CheckRun(Receive(*b, 3), 3, 500, 500);
}

TEST_CASE("The local address that was asked is told, and answers leave from it") {
  const auto [any, asked] = GENERATE(table<std::string, std::string>(
      {{"0.0.0.0", "127.0.0.1"}, {"0.0.0.0", "127.0.0.77"}, {"::", "::1"}}));
  auto server = BindTo(any);
  auto client = BindTo(any);
  UdpPath to_server{.to = SocketAddress::Parse(asked, server->local_address().port()).value()};
  const Bytes bytes = {1, 2, 3};
  const UdpMessage message = MessageOf(to_server, bytes, 3, 1);
  REQUIRE(MakeGsoBatchSender(client->fd())->Send({&message, 1}) == 1);
  const auto request = Receive(*server, 1);
  REQUIRE(request.size() == 1);
  CHECK(request[0].to == to_server.to);

  UdpPath back{.to = request[0].from, .from = request[0].to};
  const Bytes run = Run(4, 100, 100);
  const UdpMessage answer = MessageOf(back, run, 100, 4);
  REQUIRE(MakeGsoBatchSender(server->fd())->Send({&answer, 1}) == 1);
  const auto answers = Receive(*client, 4);
  REQUIRE(answers.size() == 4);
  CHECK(answers[0].from == to_server.to);
}

TEST_CASE("A GSO message that the kernel refuses is sent singly, now and ever after") {
  auto sender_socket = BindTo("127.0.0.1");
  auto receiver = BindTo("127.0.0.1");
  auto sender = MakeGsoBatchSender(sender_socket->fd());
  UdpPath path{.to = receiver->local_address()};
  constexpr size_t kTooManySegments = 200;  // the kernel's bound is 64 or 128
  const Bytes bytes = Run(kTooManySegments, 10, 10);
  const UdpMessage refused = MessageOf(path, bytes, 10, kTooManySegments);
  REQUIRE(sender->Send({&refused, 1}) == 1);
  CheckRun(Receive(*receiver, kTooManySegments), kTooManySegments, 10, 10);
  CHECK_FALSE(path.segmentation);
  const UdpMessage next = MessageOf(path, bytes, 10, 2);
  REQUIRE(sender->Send({&next, 1}) == 1);
  CHECK(sender->counters().unsegmented == 2);
}

TEST_CASE("A datagram that cannot be sent at all is counted and does not stop the others") {
  auto sender_socket = BindTo("127.0.0.1");
  auto receiver = BindTo("127.0.0.1");
  auto sender = MakeGsoBatchSender(sender_socket->fd());
  UdpPath bad{.to = SocketAddress::Parse("127.0.0.1", 0).value()};
  UdpPath good{.to = receiver->local_address()};
  const Bytes bytes = {0};
  const UdpMessage messages[] = {MessageOf(bad, bytes, 1, 1), MessageOf(good, bytes, 1, 1)};
  CHECK(sender->Send(messages) == 2);
  CHECK(sender->counters().failed == 1);
  CheckRun(Receive(*receiver, 1), 1, 1, 1);
}

TEST_CASE("A taken port cannot be bound again") {
  auto first = BindTo("127.0.0.1");
  const auto second = UdpSocket::Bind(first->local_address());
  CHECK(second.status().code() == absl::StatusCode::kUnavailable);
}

TEST_CASE("An IPv6 socket leaves the IPv4 port free") {
  auto v4 = BindTo("0.0.0.0");
  const auto v6 = UdpSocket::Bind(SocketAddress::Parse("::", v4->local_address().port()).value());
  CHECK(v6.ok());
}

}  // namespace sluice::net
