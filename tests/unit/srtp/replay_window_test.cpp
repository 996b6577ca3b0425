#include "libs/srtp/replay_window.h"

#include <catch2/catch.hpp>

namespace sluice::srtp {

TEST_CASE("RFC 3711 3.3.2: an index is new once") {
  ReplayWindow window;
  REQUIRE(window.IsNew(7));
  window.Accept(7);
  CHECK_FALSE(window.IsNew(7));
  CHECK(window.IsNew(6));
  CHECK(window.IsNew(8));
}

TEST_CASE("An older index inside the window is taken once") {
  ReplayWindow window;
  window.Accept(1000);
  const uint64_t oldest = 1000 - (ReplayWindow::kSize - 1);
  REQUIRE(window.IsNew(oldest));
  window.Accept(oldest);
  CHECK_FALSE(window.IsNew(oldest));
  CHECK_FALSE(window.IsNew(1000));
}

TEST_CASE("What is older than the window is not new") {
  ReplayWindow window;
  window.Accept(1000);
  CHECK_FALSE(window.IsNew(1000 - ReplayWindow::kSize));
  CHECK_FALSE(window.IsNew(0));
}

TEST_CASE("A jump beyond the window forgets what was seen before it") {
  ReplayWindow window;
  window.Accept(1);
  window.Accept(1 + ReplayWindow::kSize);
  CHECK_FALSE(window.IsNew(1));
  CHECK(window.IsNew(2));
  CHECK_FALSE(window.IsNew(1 + ReplayWindow::kSize));
}

TEST_CASE("Index 0 can be the first") {
  ReplayWindow window;
  REQUIRE(window.IsNew(0));
  window.Accept(0);
  CHECK_FALSE(window.IsNew(0));
  CHECK(window.IsNew(1));
}

}  // namespace sluice::srtp
