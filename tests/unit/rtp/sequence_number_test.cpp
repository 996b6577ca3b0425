#include "libs/rtp/sequence_number.h"

#include <catch2/catch.hpp>

namespace sluice::rtp {
namespace {

TEST_CASE("RFC 1982: newer is up to half the number space ahead") {
  CHECK(IsNewer(1, 0));
  CHECK(IsNewer(0, 65535));
  CHECK(IsNewer(32767, 0));
  CHECK_FALSE(IsNewer(32768, 0));
  CHECK_FALSE(IsNewer(0, 0));
  CHECK_FALSE(IsNewer(65535, 0));
  CHECK(IsNewerTimestamp(5, 0xfffffff0));
  CHECK_FALSE(IsNewerTimestamp(0xfffffff0, 5));
}

TEST_CASE("sequence numbers are unwrapped across many wraps") {
  SequenceUnwrapper unwrapper;
  int64_t expected = 65000;
  for (int i = 0; i < 400'000; ++i, ++expected) {
    if (unwrapper.Unwrap(static_cast<uint16_t>(expected)) != expected) FAIL(expected);
  }
  CHECK(unwrapper.newest() == expected - 1);
}

TEST_CASE("an older number is unwrapped to its own round") {
  SequenceUnwrapper unwrapper;
  CHECK(unwrapper.Unwrap(65534) == 65534);
  CHECK(unwrapper.Unwrap(3) == 65539);
  CHECK(unwrapper.Unwrap(65535) == 65535);
  CHECK(unwrapper.newest() == 65539);
  CHECK(unwrapper.Peek(4) == 65540);
  CHECK(unwrapper.newest() == 65539);
}

TEST_CASE("a number older than the first one is negative") {
  SequenceUnwrapper unwrapper;
  unwrapper.Unwrap(2);
  CHECK(unwrapper.Unwrap(65535) == -1);
}

TEST_CASE("timestamps are unwrapped across 2^32") {
  TimestampUnwrapper unwrapper;
  CHECK(unwrapper.Unwrap(0xffffff00) == 0xffffff00LL);
  CHECK(unwrapper.Unwrap(0x100) == 0x100000100LL);
}

}  // namespace
}  // namespace sluice::rtp
