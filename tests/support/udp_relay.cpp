// A bad network in user space: UDP relayed with loss, delay, jitter and a rate with a queue, by a
// seed. Stands between a browser and a media port.
//
//   udp_relay SEED TARGET...      TARGET: 127.0.0.1:31000
//
// Prints one line of JSON, {"ports": [...]}: the loopback ports that lead to the targets, in their
// order. Each line of JSON on standard input reshapes both directions ("down": from the target to
// the client):
//   {"down": {"rate": 1e6, "queue_ms": 300, "delay_ms": 25, "jitter_ms": 0, "loss": 0.05}, "up":
//   {}}
// What a direction does not name is as without the relay. After each line it prints what was
// relayed so far: {"down": {"relayed": 1, "lost": 0}, "up": ...}. Ends with standard input.
#include <arpa/inet.h>
#include <poll.h>
#include <sys/socket.h>
#include <unistd.h>

#include <cerrno>
#include <cstdio>
#include <cstdlib>
#include <iostream>
#include <map>
#include <memory>
#include <nlohmann/json.hpp>
#include <queue>

#include "libs/base/bytes.h"
#include "libs/net/owned_fd.h"
#include "tests/support/simulated_link.h"

namespace sluice::test {
namespace {

constexpr int kKernelBuffer = 4 << 20;
constexpr size_t kMostClients = 256;
constexpr size_t kMostWaiting = 100'000;  // datagrams

SimulatedLink::Shape ShapeFrom(const nlohmann::json& told) {
  const auto milliseconds = [&](const char* name, double otherwise) {
    return Duration(static_cast<int64_t>(told.value(name, otherwise) * 1000));
  };
  return {.rate = told.value("rate", 10e9),
          .queue = milliseconds("queue_ms", 300),
          .delay = milliseconds("delay_ms", 0),
          .jitter = milliseconds("jitter_ms", 0),
          .loss = told.value("loss", 0.0)};
}

// IPv4 loopback, any free port.
net::OwnedFd OpenSocket() {
  net::OwnedFd fd(socket(AF_INET, SOCK_DGRAM | SOCK_NONBLOCK | SOCK_CLOEXEC, 0));
  sockaddr_in address{};
  address.sin_family = AF_INET;
  address.sin_addr.s_addr = htonl(INADDR_LOOPBACK);
  const bool bound = bind(fd.get(), reinterpret_cast<sockaddr*>(&address), sizeof(address)) == 0;
  if (!fd.valid() || !bound) {
    std::perror("udp_relay: socket");
    std::exit(1);
  }
  setsockopt(fd.get(), SOL_SOCKET, SO_RCVBUF, &kKernelBuffer, sizeof(kKernelBuffer));
  setsockopt(fd.get(), SOL_SOCKET, SO_SNDBUF, &kKernelBuffer, sizeof(kKernelBuffer));
  return fd;
}

uint16_t PortOf(int fd) {
  sockaddr_in address{};
  socklen_t length = sizeof(address);
  getsockname(fd, reinterpret_cast<sockaddr*>(&address), &length);
  return ntohs(address.sin_port);
}

sockaddr_in ParseTarget(const std::string& text) {
  sockaddr_in address{};
  address.sin_family = AF_INET;
  const size_t colon = text.rfind(':');
  if (colon == std::string::npos ||
      inet_pton(AF_INET, text.substr(0, colon).c_str(), &address.sin_addr) != 1) {
    std::cerr << "udp_relay: not an address: " << text << "\n";
    std::exit(1);
  }
  address.sin_port = htons(static_cast<uint16_t>(std::atoi(text.c_str() + colon + 1)));
  return address;
}

// One way through the bad network.
class Direction {
 public:
  explicit Direction(uint32_t seed) : link_({.rate = 10e9}, seed) {}

  void Reshape(const nlohmann::json& told) { link_.Reshape(ShapeFrom(told)); }
  // From `fd` to `to`, when the link lets it out.
  void Send(int fd, const sockaddr_in& to, ByteView datagram, Instant now) {
    const auto arrival = link_.Send(datagram.size(), now);
    if (!arrival || waiting_.size() >= kMostWaiting) {
      ++lost_;
      return;
    }
    waiting_.push({*arrival, fd, to, ToBytes(datagram)});
  }
  // Hands over what is due.
  void Deliver(Instant now) {
    for (; !waiting_.empty() && waiting_.front().due <= now; waiting_.pop()) {
      const Waiting& next = waiting_.front();
      sendto(next.fd, next.bytes.data(), next.bytes.size(), 0,
             reinterpret_cast<const sockaddr*>(&next.to), sizeof(next.to));
      ++relayed_;
    }
  }
  std::optional<Instant> next_due() const {
    if (waiting_.empty()) return std::nullopt;
    return waiting_.front().due;
  }
  nlohmann::json Counts() const { return {{"relayed", relayed_}, {"lost", lost_}}; }

 private:
  struct Waiting {
    Instant due;
    int fd = -1;
    sockaddr_in to{};
    Bytes bytes;
  };
  SimulatedLink link_;
  std::queue<Waiting> waiting_;  // in the order of `due`: the link keeps order
  uint64_t relayed_ = 0;
  uint64_t lost_ = 0;
};

class Relay {
 public:
  Relay(uint32_t seed, std::vector<sockaddr_in> targets) : down_(seed), up_(seed + 1) {
    for (const sockaddr_in& target : targets) doors_.push_back({OpenSocket(), target});
  }

  nlohmann::json Ports() const {
    nlohmann::json ports = nlohmann::json::array();
    for (const Door& door : doors_) ports.push_back(PortOf(door.fd.get()));
    return {{"ports", ports}};
  }

  void Run() {
    for (bool more = true; more;) {
      std::vector<pollfd> watched = {{STDIN_FILENO, POLLIN, 0}};
      for (const Door& door : doors_) watched.push_back({door.fd.get(), POLLIN, 0});
      for (const auto& client : clients_) watched.push_back({client->fd.get(), POLLIN, 0});
      Wait(watched);
      const Instant now = MonotonicNow();
      down_.Deliver(now);
      up_.Deliver(now);
      ReadDoors(now);
      ReadClients(now);
      if (watched[0].revents != 0) more = ReadControl();
    }
  }

 private:
  struct Door {
    net::OwnedFd fd;
    sockaddr_in target{};
  };
  // A client of a door: the target sees it as a port of its own.
  struct Client {
    net::OwnedFd fd;
    const Door* door = nullptr;
    sockaddr_in address{};
  };

  void Wait(std::vector<pollfd>& watched) const {
    std::optional<Instant> due = down_.next_due();
    if (up_.next_due() && (!due || *up_.next_due() < *due)) due = up_.next_due();
    timespec timeout{.tv_sec = 1, .tv_nsec = 0};
    if (due) {
      const Duration left = std::clamp<Duration>(*due - MonotonicNow(), 0us, 999ms);
      timeout = {.tv_sec = 0, .tv_nsec = left.count() * 1000};
    }
    ppoll(watched.data(), watched.size(), &timeout, nullptr);
  }

  // Calls take(from, datagram) for all that waits in the socket.
  template <typename Take>
  void ReadAll(int fd, Take&& take) {
    uint8_t buffer[65536];
    while (true) {
      sockaddr_in from{};
      socklen_t length = sizeof(from);
      const ssize_t size =
          recvfrom(fd, buffer, sizeof(buffer), 0, reinterpret_cast<sockaddr*>(&from), &length);
      if (size < 0 && errno == ECONNREFUSED) continue;
      if (size < 0) return;
      take(from, ByteView(buffer, static_cast<size_t>(size)));
    }
  }

  void ReadDoors(Instant now) {
    for (const Door& door : doors_) {
      ReadAll(door.fd.get(), [&](const sockaddr_in& from, ByteView datagram) {
        Client* client = FindClient(door, from);
        if (client != nullptr) up_.Send(client->fd.get(), door.target, datagram, now);
      });
    }
  }

  void ReadClients(Instant now) {
    for (const auto& client : clients_) {
      ReadAll(client->fd.get(), [&](const sockaddr_in&, ByteView datagram) {
        down_.Send(client->door->fd.get(), client->address, datagram, now);
      });
    }
  }

  Client* FindClient(const Door& door, const sockaddr_in& from) {
    for (const auto& client : clients_) {
      if (client->door == &door && client->address.sin_port == from.sin_port &&
          client->address.sin_addr.s_addr == from.sin_addr.s_addr) {
        return client.get();
      }
    }
    if (clients_.size() == kMostClients) return nullptr;
    clients_.push_back(std::make_unique<Client>(Client{OpenSocket(), &door, from}));
    return clients_.back().get();
  }

  // False at the end of the input.
  bool ReadControl() {
    char buffer[4096];
    const ssize_t size = read(STDIN_FILENO, buffer, sizeof(buffer));
    if (size <= 0) return false;
    input_.append(buffer, static_cast<size_t>(size));
    for (size_t end; (end = input_.find('\n')) != std::string::npos; input_.erase(0, end + 1)) {
      const auto told = nlohmann::json::parse(input_.substr(0, end), nullptr, false);
      if (!told.is_object()) {
        std::cerr << "udp_relay: not JSON: " << input_.substr(0, end) << "\n";
        return false;
      }
      if (told.contains("down")) down_.Reshape(told["down"]);
      if (told.contains("up")) up_.Reshape(told["up"]);
      std::cout << nlohmann::json{{"down", down_.Counts()}, {"up", up_.Counts()}} << std::endl;
    }
    return true;
  }

  std::vector<Door> doors_;
  std::vector<std::unique_ptr<Client>> clients_;  // at most kMostClients
  Direction down_;
  Direction up_;
  std::string input_;
};

}  // namespace
}  // namespace sluice::test

int main(int argc, char** argv) {
  if (argc < 3) {
    std::cerr << "udp_relay SEED TARGET...\n";
    return 1;
  }
  std::vector<sockaddr_in> targets;
  for (int i = 2; i < argc; ++i) targets.push_back(sluice::test::ParseTarget(argv[i]));
  sluice::test::Relay relay(static_cast<uint32_t>(std::strtoul(argv[1], nullptr, 10)), targets);
  std::cout << relay.Ports() << std::endl;
  relay.Run();
}
