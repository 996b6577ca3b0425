#include "services/webrtc-media/peer_path.h"

#include <sys/socket.h>

#include <array>
#include <catch2/catch.hpp>

#include "libs/net/owned_fd.h"
#include "libs/srtp/engine.h"

namespace sluice::webrtc_media {
namespace {

constexpr Instant kStart{100s};

// A path by a connection that nobody reads until Drain().
struct TcpPath {
  TcpPath() {
    std::array<int, 2> fds{};
    REQUIRE(socketpair(AF_UNIX, SOCK_STREAM | SOCK_NONBLOCK, 0, fds.data()) == 0);
    ours = net::OwnedFd(fds[0]);
    theirs = net::OwnedFd(fds[1]);
    connection = std::make_unique<net::FramePath>(ours.get(), [] {});
    path.UseTcp(*connection, frames);
  }

  bool Place(Instant now, bool video = true) {
    const bool placed = !path.Place(1000, video, now, *engine).empty();
    frames.Flush();
    return placed;
  }
  void Fill(Instant now) {
    while (Place(now)) {
    }
  }
  void Drain() {
    std::array<uint8_t, 65536> buffer;
    while (recv(theirs.get(), buffer.data(), buffer.size(), 0) > 0 ||
           connection->wants_writable()) {
      connection->SendKept();
    }
  }

  net::OwnedFd ours;
  net::OwnedFd theirs;
  std::unique_ptr<net::FramePath> connection;
  net::FrameBatch frames;
  std::unique_ptr<srtp::ProtectorEngine> engine =
      srtp::MakeEngine(srtp::EngineChoice::kOpenssl).value();
  PeerPath path;
};

}  // namespace

TEST_CASE("Video waits for a full connection for a second, then it is skipped") {
  TcpPath tcp;
  tcp.Fill(kStart);
  CHECK(tcp.path.skipped_video() == 0);
  CHECK_FALSE(tcp.Place(kStart + 999ms));
  CHECK(tcp.path.skipped_video() == 0);
  CHECK(tcp.Place(kStart + 999ms, false));  // sound has room of its own
  CHECK_FALSE(tcp.Place(kStart + 1s));
  CHECK(tcp.path.skipped_video() == 1);
  CHECK_FALSE(tcp.Place(kStart + 1500ms));
  CHECK(tcp.path.skipped_video() == 1);
  CHECK_FALSE(tcp.Place(kStart + 2s));
  CHECK(tcp.path.skipped_video() == 2);
}

TEST_CASE("A connection that is full now and then, but carries its stream, skips nothing") {
  TcpPath tcp;
  for (int i = 0; i < 30; ++i) {
    tcp.Fill(kStart + i * 100ms);
    tcp.Drain();
    REQUIRE(tcp.Place(kStart + i * 100ms + 50ms));
  }
  CHECK(tcp.path.skipped_video() == 0);
}

TEST_CASE("A path that is lost takes nothing, and may be another one later") {
  TcpPath tcp;
  CHECK(tcp.path.valid());
  CHECK(tcp.path.is_tcp());
  tcp.path.Lose();
  CHECK_FALSE(tcp.path.valid());
  tcp.path.UseTcp(*tcp.connection, tcp.frames);
  CHECK(tcp.Place(kStart));
}

}  // namespace sluice::webrtc_media
