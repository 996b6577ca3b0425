#include "libs/metrics/endpoint.h"

#include <CivetServer.h>
#include <netdb.h>
#include <sys/socket.h>
#include <unistd.h>

#include <string_view>
#include <thread>

#include "libs/base/text.h"

namespace sluice::metrics {
namespace {

// A whole answer; the connection is closed after it (keep-alive would hold one of two threads).
void Answer(mg_connection* connection, std::string_view status, std::string_view type,
            const std::string& body) {
  std::string head =
      StrCat("HTTP/1.1 ", status, "\r\nContent-Type: ", type, "\r\nContent-Length: ", body.size(),
             "\r\nCache-Control: no-store\r\nConnection: close\r\n\r\n");
  mg_write(connection, head.data(), head.size());
  mg_write(connection, body.data(), body.size());
}

class Pages final : public CivetHandler {
 public:
  explicit Pages(std::function<std::string()> page) : page_(std::move(page)) {}

  bool handleGet(CivetServer*, mg_connection* connection) override {
    std::string_view path = mg_get_request_info(connection)->local_uri;
    if (path == "/metrics") {
      Answer(connection, "200 OK", "text/plain; version=0.0.4; charset=utf-8", page_());
    } else {
      Answer(connection, "404 Not Found", "text/plain", "Only /metrics is here.\n");
    }
    return true;
  }

 private:
  std::function<std::string()> page_;
};

std::string ListeningAt(const std::string& address, uint16_t port) {
  bool v6 = address.find(':') != std::string::npos;
  return v6 ? StrCat("[", address, "]:", port) : StrCat(address, ":", port);
}

// Connects, asks for nothing that is there, and waits for the answer or 100 ms. False: nobody
// listens.
bool Knock(const std::string& address, uint16_t port) {
  addrinfo hints{.ai_flags = AI_NUMERICHOST | AI_NUMERICSERV, .ai_socktype = SOCK_STREAM};
  addrinfo* found = nullptr;
  if (getaddrinfo(address.c_str(), StrCat(port).c_str(), &hints, &found) != 0) return false;
  int fd = socket(found->ai_family, SOCK_STREAM | SOCK_CLOEXEC, 0);
  timeval patience{.tv_usec = 100'000};
  setsockopt(fd, SOL_SOCKET, SO_RCVTIMEO, &patience, sizeof(patience));
  bool listens = fd >= 0 && connect(fd, found->ai_addr, found->ai_addrlen) == 0;
  constexpr std::string_view kRequest = "GET / HTTP/1.0\r\n\r\n";
  char answer[512];
  if (listens && send(fd, kRequest.data(), kRequest.size(), MSG_NOSIGNAL) > 0) {
    while (recv(fd, answer, sizeof(answer), 0) > 0) {
    }
  }
  if (fd >= 0) close(fd);
  freeaddrinfo(found);
  return listens;
}

constexpr int kMostKnocks = 100;

}  // namespace

// Throws CivetException when it cannot listen.
struct Endpoint::Server {
  Server(const std::string& host, const std::string& listen, std::function<std::string()> page)
      : address(host),
        pages(std::move(page)),
        server(std::vector<std::string>{"listening_ports", listen, "num_threads", "2",
                                        "request_timeout_ms", "5000"}) {
    server.addHandler("/", pages);
  }
  // civetweb's accepting thread looks whether to stop after each connection, else every 2 s:
  // daemons shall end sooner.
  ~Server() {
    uint16_t port = ListeningPort();
    std::thread stopping([this] { server.close(); });
    for (int i = 0; i < kMostKnocks && Knock(address, port); ++i) {
    }
    stopping.join();
  }
  uint16_t ListeningPort() { return static_cast<uint16_t>(server.getListeningPorts().at(0)); }

  std::string address;
  Pages pages;
  CivetServer server;  // after pages: its threads use them
};

Endpoint::Endpoint(std::unique_ptr<Server> server) : server_(std::move(server)) {}
Endpoint::~Endpoint() = default;

absl::StatusOr<std::unique_ptr<Endpoint>> Endpoint::Open(const std::string& address, uint16_t port,
                                                         std::function<std::string()> page) {
  std::string listen = ListeningAt(address, port);
  try {
    return std::unique_ptr<Endpoint>(
        new Endpoint(std::make_unique<Server>(address, listen, std::move(page))));
  } catch (const std::exception&) {
    return absl::UnavailableError(StrCat("cannot listen for metrics on ", listen,
                                         " (taken by another program, or not an address here)"));
  }
}

uint16_t Endpoint::port() const { return server_->ListeningPort(); }

}  // namespace sluice::metrics
