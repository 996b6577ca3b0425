// A client that sends exactly the bytes it is told to, and a server on a loop of its own.
#pragma once

#include <arpa/inet.h>
#include <sys/socket.h>
#include <unistd.h>

#include <catch2/catch.hpp>
#include <cerrno>
#include <future>
#include <memory>
#include <string>
#include <string_view>
#include <thread>
#include <utility>

#include "libs/http/server.h"
#include "libs/loop/event_loop.h"

namespace sluice::http {

// Blocking; every read gives up after 5 s.
class RawClient {
 public:
  explicit RawClient(uint16_t port) : fd_(socket(AF_INET, SOCK_STREAM, 0)) {
    timeval limit{.tv_sec = 5, .tv_usec = 0};
    setsockopt(fd_, SOL_SOCKET, SO_RCVTIMEO, &limit, sizeof(limit));
    sockaddr_in address{};
    address.sin_family = AF_INET;
    address.sin_port = htons(port);
    address.sin_addr.s_addr = htonl(INADDR_LOOPBACK);
    REQUIRE(connect(fd_, reinterpret_cast<sockaddr*>(&address), sizeof(address)) == 0);
  }
  ~RawClient() { Close(); }
  RawClient(const RawClient&) = delete;
  RawClient(RawClient&& other) noexcept : fd_(std::exchange(other.fd_, -1)) {}

  void Close() {
    if (fd_ >= 0) close(std::exchange(fd_, -1));
  }
  void Send(std::string_view bytes) {
    while (!bytes.empty()) {
      ssize_t sent = send(fd_, bytes.data(), bytes.size(), MSG_NOSIGNAL);
      if (sent <= 0) return;  // the server has closed: what it answered is still to be read
      bytes.remove_prefix(static_cast<size_t>(sent));
    }
  }
  // Until `count` bytes are there, or the end.
  std::string Read(size_t count) {
    std::string out(count, '\0');
    size_t have = 0;
    while (have < count) {
      ssize_t got = recv(fd_, out.data() + have, count - have, 0);
      if (got <= 0) break;
      have += static_cast<size_t>(got);
    }
    out.resize(have);
    return out;
  }
  std::string ReadUntil(std::string_view end) {
    std::string out;
    while (out.size() < end.size() || out.compare(out.size() - end.size(), end.size(), end) != 0) {
      std::string byte = Read(1);
      if (byte.empty()) break;
      out += byte;
    }
    return out;
  }
  // Header and Content-Length bytes of body.
  std::string ReadResponse() {
    std::string header = ReadUntil("\r\n\r\n");
    size_t at = header.find("ontent-Length: ");
    if (at == std::string::npos) return header;
    return header + Read(std::stoul(header.substr(at + 15)));
  }
  // Sends a byte every 100 ms until the server says something, and returns its response.
  std::string DripUntilAnswered() {
    timeval pause{.tv_sec = 0, .tv_usec = 100'000};
    setsockopt(fd_, SOL_SOCKET, SO_RCVTIMEO, &pause, sizeof(pause));
    char byte;
    for (int i = 0; i < 100; ++i) {
      Send("x");
      ssize_t got = recv(fd_, &byte, 1, 0);
      if (got == 0 || (got < 0 && errno != EAGAIN)) return "";
      if (got == 1) return byte + ReadResponse();
    }
    return "still open";
  }
  int fd() const { return fd_; }
  bool AtEnd() { return Read(1).empty(); }

 private:
  int fd_;
};

// The loop runs in a thread of its own until destruction; the server goes first, while it runs.
class ServerFixture {
 public:
  explicit ServerFixture(Router router, ServerOptions options = {}, AcceptWebSocket accept = {}) {
    if (options.listeners.empty()) options.listeners = {{"127.0.0.1", 0, std::nullopt}};
    std::promise<uint16_t> ready;
    thread_ = std::thread([&, this] {
      auto server = Server::Start(loop_, std::move(options), std::move(router), std::move(accept));
      server_ = server.ok() ? *std::move(server) : nullptr;
      ready.set_value(server_ ? server_->port() : 0);
      loop_.Run();
    });
    port_ = ready.get_future().get();
    REQUIRE(port_ != 0);
  }
  ~ServerFixture() {
    loop_.Post([this] {
      server_.reset();
      loop_.Stop();
    });
    thread_.join();
  }

  uint16_t port() const { return port_; }
  RawClient Client() const { return RawClient(port_); }
  // Runs on the loop's thread and waits for the result.
  template <typename F>
  auto OnLoop(F f) {
    std::promise<decltype(f())> result;
    loop_.Post([&] { result.set_value(f()); });
    return result.get_future().get();
  }
  ServerCounters counters() {
    return OnLoop([this] { return server_->counters(); });
  }
  loop::EventLoop& loop() { return loop_; }

 private:
  loop::EventLoop loop_;
  std::unique_ptr<Server> server_;
  std::thread thread_;
  uint16_t port_ = 0;
};

}  // namespace sluice::http
