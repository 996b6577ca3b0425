#include "libs/net/frame_batch.h"

#include <fcntl.h>
#include <sys/socket.h>

#include <array>
#include <catch2/catch.hpp>
#include <vector>

#include "libs/net/owned_fd.h"

namespace sluice::net {
namespace {

constexpr bool kVideo = true;
constexpr bool kSound = false;

// Two connected stream sockets; the sending one holds little.
struct Connected {
  Connected() {
    std::array<int, 2> fds{};
    REQUIRE(socketpair(AF_UNIX, SOCK_STREAM | SOCK_NONBLOCK, 0, fds.data()) == 0);
    ours = OwnedFd(fds[0]);
    theirs = OwnedFd(fds[1]);
    const int small = 4096;
    setsockopt(ours.get(), SOL_SOCKET, SO_SNDBUF, &small, sizeof(small));
  }
  // Appends what has arrived.
  void Receive() {
    std::array<uint8_t, 4096> buffer;
    for (;;) {
      const ssize_t got = recv(theirs.get(), buffer.data(), buffer.size(), 0);
      if (got <= 0) return;
      received.insert(received.end(), buffer.begin(), buffer.begin() + got);
    }
  }
  // The first bytes of the whole frames received.
  std::vector<int> Frames() const {
    std::vector<int> found;
    size_t at = 0;
    while (at + 2 <= received.size()) {
      const size_t size = size_t{received[at]} << 8 | received[at + 1];
      if (at + 2 + size > received.size()) break;
      found.push_back(size == 0 ? -1 : received[at + 2]);
      at += 2 + size;
    }
    trailing = received.size() - at;
    return found;
  }

  OwnedFd ours;
  OwnedFd theirs;
  Bytes received;
  mutable size_t trailing = 0;  // bytes of a frame that is not whole
};

bool Add(FrameBatch& batch, FramePath& path, size_t size, uint8_t fill, bool video) {
  const std::span<uint8_t> place = batch.Add(path, size, video);
  std::fill(place.begin(), place.end(), fill);
  return place.size() == size && size > 0;
}

}  // namespace

TEST_CASE("RFC 4571 2: the frames of a turn leave in one call, each behind its length") {
  Connected connected;
  FramePath path(connected.ours.get(), [] {});
  FrameBatch batch;
  for (uint8_t i = 0; i < 3; ++i) REQUIRE(Add(batch, path, 100 + i, i, kVideo));
  CHECK(path.unsent_bytes() == 3 * 102 + 3);
  batch.Flush();
  CHECK(batch.counters().calls == 1);
  CHECK(batch.counters().frames == 3);
  CHECK(path.unsent_bytes() == 0);
  CHECK_FALSE(path.wants_writable());
  connected.Receive();
  CHECK(connected.Frames() == std::vector<int>{0, 1, 2});
  CHECK(connected.received[1] == 100);
}

TEST_CASE("Runs of several connections do not mix") {
  Connected a;
  Connected b;
  FramePath to_a(a.ours.get(), [] {});
  FramePath to_b(b.ours.get(), [] {});
  FrameBatch batch;
  Add(batch, to_a, 10, 1, kVideo);
  Add(batch, to_b, 10, 2, kVideo);
  Add(batch, to_a, 10, 3, kSound);
  batch.Flush();
  a.Receive();
  b.Receive();
  CHECK(a.Frames() == std::vector<int>{1, 3});
  CHECK(b.Frames() == std::vector<int>{2});
}

TEST_CASE("What the socket does not take is kept, and no frame is lost or cut") {
  Connected connected;
  int told = 0;
  FramePath path(connected.ours.get(), [&told] { ++told; });
  FrameBatch batch;
  std::vector<int> expected;
  for (int turn = 0; turn < 20; ++turn) {
    if (Add(batch, path, 1201, static_cast<uint8_t>(turn), kVideo)) expected.push_back(turn);
    batch.Flush();
  }
  REQUIRE(path.wants_writable());
  CHECK(told == 1);
  CHECK(path.unsent_bytes() > 0);
  CHECK(expected.size() == 20);
  while (path.wants_writable()) {
    connected.Receive();
    path.SendKept();
  }
  connected.Receive();
  CHECK(connected.Frames() == expected);
  CHECK(connected.trailing == 0);
}

TEST_CASE("Video is refused above its bound, sound and control above a higher one") {
  Connected connected;
  FramePath path(connected.ours.get(), [] {});
  FrameBatch batch;
  size_t video = 0;
  while (Add(batch, path, 1000, 1, kVideo)) {
    ++video;
    batch.Flush();
  }
  CHECK(path.unsent_bytes() >= FramePath::kVideoBound);
  CHECK(path.unsent_bytes() < FramePath::kVideoBound + 1002);
  CHECK(path.refused() == 0);
  size_t sound = 0;
  while (Add(batch, path, 1000, 2, kSound)) {
    ++sound;
    batch.Flush();
  }
  CHECK(sound > 10);
  CHECK(path.unsent_bytes() <= FramePath::kBound);
  CHECK(path.refused() == 1);

  // Room again: whole frames, all of them.
  while (path.wants_writable()) {
    connected.Receive();
    path.SendKept();
  }
  CHECK(Add(batch, path, 1000, 3, kVideo));
  batch.Flush();
  connected.Receive();
  CHECK(connected.Frames().size() == video + sound + 1);
  CHECK(connected.trailing == 0);
}

TEST_CASE("The bound counts what is built and not yet flushed") {
  Connected connected;
  FramePath path(connected.ours.get(), [] {});
  FrameBatch batch;
  size_t added = 0;
  while (Add(batch, path, 1000, 1, kVideo)) ++added;
  CHECK(added * 1002 >= FramePath::kVideoBound);
  CHECK(batch.HasRoom(1000));
}

TEST_CASE("A full batch has room again after a flush") {
  Connected connected;
  FrameBatch batch;
  std::vector<Connected> peers(4);
  std::vector<FramePath> paths;
  for (Connected& peer : peers) paths.emplace_back(peer.ours.get(), [] {});
  size_t at = 0;
  while (batch.HasRoom(1000)) {
    REQUIRE(Add(batch, paths[at++ % paths.size()], 1000, 1, kVideo));
  }
  CHECK_FALSE(Add(batch, paths[0], 1000, 1, kVideo));
  batch.Flush();
  CHECK(batch.HasRoom(1000));
}

TEST_CASE("A broken connection takes nothing more and keeps nothing") {
  Connected connected;
  FramePath path(connected.ours.get(), [] {});
  FrameBatch batch;
  connected.theirs.Reset();
  Add(batch, path, 100, 1, kVideo);
  batch.Flush();
  CHECK(path.broken());
  CHECK_FALSE(path.wants_writable());
  CHECK(path.unsent_bytes() == 0);
  CHECK_FALSE(Add(batch, path, 100, 1, kSound));
}

TEST_CASE("Frames of a forgotten path are not sent") {
  Connected connected;
  FrameBatch batch;
  {
    FramePath path(connected.ours.get(), [] {});
    Add(batch, path, 100, 1, kVideo);
    batch.Forget(path);
  }
  batch.Flush();
  connected.Receive();
  CHECK(connected.received.empty());
}

}  // namespace sluice::net
