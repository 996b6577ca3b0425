#include "libs/net/stream_connection.h"

#include <sys/socket.h>

#include <catch2/catch.hpp>
#include <memory>

namespace sluice::net {
namespace {

// Collects what arrives and stops the loop when the expected amount is there or the connection
// ends.
struct Collector : StreamConnection::Delegate {
  explicit Collector(loop::EventLoop& event_loop) : loop(event_loop) {}
  void OnBytes(ByteView bytes) override {
    received.insert(received.end(), bytes.begin(), bytes.end());
    if (received.size() >= expected) loop.Stop();
  }
  void OnDrained() override { ++drained; }
  void OnClosed(const absl::Status& status) override {
    closed = status;
    loop.Stop();
  }
  loop::EventLoop& loop;
  size_t expected = SIZE_MAX;
  Bytes received;
  int drained = 0;
  absl::Status closed = absl::UnknownError("open");
};

struct Pair {
  Pair() {
    int fds[2];
    REQUIRE(socketpair(AF_UNIX, SOCK_STREAM | SOCK_NONBLOCK, 0, fds) == 0);
    left = std::make_unique<StreamConnection>(loop, OwnedFd(fds[0]), left_events);
    right = std::make_unique<StreamConnection>(loop, OwnedFd(fds[1]), right_events);
  }
  loop::EventLoop loop;
  Collector left_events{loop};
  Collector right_events{loop};
  std::unique_ptr<StreamConnection> left;
  std::unique_ptr<StreamConnection> right;
};

TEST_CASE("what is sent arrives whole and in order, also beyond the socket's buffer") {
  Pair pair;
  std::vector<SharedBytes> slices;
  Bytes all;
  for (int i = 0; i < 1000; ++i) {
    slices.push_back(std::make_shared<const Bytes>(Bytes(3000, static_cast<uint8_t>(i))));
    all.insert(all.end(), slices.back()->begin(), slices.back()->end());
  }
  pair.left->Send(slices);
  CHECK(pair.left->unsent_bytes() > 0);
  pair.right_events.expected = all.size();
  pair.loop.Run();
  CHECK(pair.right_events.received == all);
  CHECK(pair.left->unsent_bytes() == 0);
  CHECK(pair.left_events.drained > 0);
}

TEST_CASE("closing when drained delivers what was queued, then ends both sides without an error") {
  Pair pair;
  pair.left->Send(Bytes(2'000'000, 7));
  pair.left->CloseWhenDrained();
  pair.loop.Run();  // left has closed
  CHECK(pair.left_events.closed.ok());
  pair.left.reset();
  pair.loop.Run();
  CHECK(pair.right_events.closed.ok());
  CHECK(pair.right_events.received.size() == 2'000'000);
}

TEST_CASE("a send to a peer that has gone is told by OnClosed, not from inside Send") {
  Pair pair;
  pair.right.reset();
  pair.left->Send(Bytes(10, 1));
  CHECK(pair.left_events.closed.code() == absl::StatusCode::kUnknown);
  pair.loop.Run();
  CHECK(pair.left_events.closed.code() != absl::StatusCode::kUnknown);
}

TEST_CASE("while reading is paused nothing arrives") {
  Pair pair;
  pair.right->PauseReading(true);
  pair.left->Send(Bytes(10, 1));
  loop::EventLoop* loop = &pair.loop;
  loop->Post([loop] { loop->Post([loop] { loop->Stop(); }); });
  loop->Run();
  CHECK(pair.right_events.received.empty());
  pair.right->PauseReading(false);
  pair.right_events.expected = 10;
  loop->Run();
  CHECK(pair.right_events.received.size() == 10);
}

}  // namespace
}  // namespace sluice::net
