#include <catch2/catch.hpp>

#include "libs/rtp/payload/h264/aggregate.h"
#include "tests/support/hex.h"

namespace sluice::rtp::payload::h264 {
namespace {

using test::Hex;

std::vector<Bytes> Split(const char* payload) {
  const Bytes bytes = Hex(payload);
  std::vector<Bytes> nal_units;
  for (ByteView nal_unit : NalUnitsOf(bytes)) nal_units.push_back(ToBytes(nal_unit));
  return nal_units;
}

TEST_CASE("RFC 6184 5.6, 5.7.1: whole NAL units stand alone or in an aggregation packet") {
  CHECK(Split("6742c01e") == std::vector<Bytes>{Hex("6742c01e")});
  CHECK(Split("78 0004 6742c01e 0002 68ce") == std::vector<Bytes>{Hex("6742c01e"), Hex("68ce")});
}

TEST_CASE("fragments, and packets that are cut short, have no whole NAL units") {
  CHECK(Split("7c85 8884").empty());
  CHECK(Split("").empty());
  CHECK(Split("78 0004 6742").empty());
  CHECK(Split("78 0002 68ce 00").empty());
}

}  // namespace
}  // namespace sluice::rtp::payload::h264
