#include "services/admin/scrape.h"

#include <catch2/catch.hpp>

#include "libs/base/text.h"
#include "libs/metrics/endpoint.h"
#include "libs/net/stream_listener.h"

namespace sluice::admin {
namespace {

// Runs one scrape of `address` to its end.
absl::StatusOr<std::string> ScrapeOf(loop::EventLoop& loop, const std::string& address,
                                     Duration timeout = 10s) {
  absl::StatusOr<std::string> got = absl::InternalError("not called");
  Scrape scrape(loop, address, timeout, [&](absl::StatusOr<std::string> page) {
    got = std::move(page);
    loop.Stop();
  });
  loop.Run();
  return got;
}

TEST_CASE("a daemon's page is fetched from its endpoint") {
  loop::EventLoop loop;
  std::string page(300'000, '#');
  page += "\n";
  auto endpoint = metrics::Endpoint::Open("127.0.0.1", 0, [&] { return page; });
  REQUIRE(endpoint.ok());
  auto got = ScrapeOf(loop, StrCat("127.0.0.1:", (*endpoint)->port()));
  REQUIRE(got.ok());
  CHECK(*got == page);
}

TEST_CASE("nobody there is Unavailable, an address that is none InvalidArgument") {
  loop::EventLoop loop;
  CHECK(absl::IsUnavailable(ScrapeOf(loop, "127.0.0.1:1").status()));
  CHECK(absl::IsInvalidArgument(ScrapeOf(loop, "nowhere").status()));
}

TEST_CASE("a daemon that says nothing is given up after the timeout") {
  loop::EventLoop loop;
  std::vector<net::OwnedFd> silent;
  auto listener = net::StreamListener::ListenTcp(
      loop, *net::SocketAddress::Parse("127.0.0.1", 0),
      [&](net::OwnedFd fd, net::SocketAddress) { silent.push_back(std::move(fd)); });
  REQUIRE(listener.ok());
  auto got = ScrapeOf(loop, StrCat("127.0.0.1:", (*listener)->port()), 20ms);
  CHECK(absl::IsDeadlineExceeded(got.status()));
}

TEST_CASE("a daemon that closes without an answer is refused") {
  loop::EventLoop loop;
  auto listener = net::StreamListener::ListenTcp(loop, *net::SocketAddress::Parse("127.0.0.1", 0),
                                                 [](net::OwnedFd, net::SocketAddress) {});
  REQUIRE(listener.ok());
  CHECK_FALSE(ScrapeOf(loop, StrCat("127.0.0.1:", (*listener)->port())).ok());
}

}  // namespace
}  // namespace sluice::admin
