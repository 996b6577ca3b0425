#include "libs/base/random.h"

#include <catch2/catch.hpp>
#include <set>

namespace sluice {
namespace {

TEST_CASE("random numbers differ from call to call and have the asked form") {
  SystemRandom random;
  std::set<std::string> seen;
  for (int i = 0; i < 100; ++i) seen.insert(random.NextHex(16));
  CHECK(seen.size() == 100);
  CHECK(seen.begin()->size() == 32);
}

TEST_CASE("RFC 4122 4.4: a UUID has its version and variant") {
  SystemRandom random;
  std::string uuid = random.NextUuid();
  REQUIRE(uuid.size() == 36);
  CHECK(uuid[14] == '4');
  CHECK(std::string("89ab").find(uuid[19]) != std::string::npos);
}

}  // namespace
}  // namespace sluice
