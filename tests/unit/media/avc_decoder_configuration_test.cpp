#include "libs/media/avc_decoder_configuration.h"

#include <catch2/catch.hpp>

#include "tests/support/hex.h"

namespace sluice::media {
namespace {

using test::Hex;

// As ffmpeg writes it into FLV: High profile, so with the extension of four bytes.
const char kHigh[] =
    "0164001effe1 001a 6764001eacd940a02ff97011000003000100000300320f162d96"
    "01 0006 68ebe3cb22c0 fdf8f800";
const char kBaseline[] =
    "0142c028ffe1 001a 6742c028d900780227e5c044000003000400000300f03c60c920 01 0005 68cb83cb20";

TEST_CASE("ISO/IEC 14496-15 5.3.3.1: a record is read and written") {
  auto [bytes, profile] = GENERATE(table<std::string, int>({{kHigh, 100}, {kBaseline, 66}}));
  CAPTURE(bytes);
  absl::StatusOr<AvcDecoderConfiguration> record = ParseAvcDecoderConfiguration(Hex(bytes));
  REQUIRE(record.ok());
  CHECK(record->profile_idc == profile);
  CHECK(record->nal_length_size == 4);
  REQUIRE(record->sps.size() == 1);
  CHECK(record->sps[0].size() == 26);
  REQUIRE(record->pps.size() == 1);
  CHECK(Serialize(*record) == Hex(bytes));
  CHECK(MakeAvcDecoderConfiguration(record->sps, record->pps) == *record);
}

TEST_CASE("a record that is cut short before its extension is refused") {
  Bytes whole = Hex(kBaseline);
  for (size_t size = 0; size < whole.size(); ++size) {
    CAPTURE(size);
    CHECK_FALSE(ParseAvcDecoderConfiguration(ByteView(whole).first(size)).ok());
  }
}

TEST_CASE("a record of another version, with lengths of 3 bytes or without SPS is refused") {
  CHECK_FALSE(ParseAvcDecoderConfiguration(Hex("0242c028ffe1 0002 6742 01 0002 68cb")).ok());
  CHECK_FALSE(ParseAvcDecoderConfiguration(Hex("0142c028fee1 0002 6742 01 0002 68cb")).ok());
  CHECK_FALSE(ParseAvcDecoderConfiguration(Hex("0142c028ffe0 01 0002 68cb")).ok());
  CHECK(ParseAvcDecoderConfiguration(Hex("0142c028ffe1 0002 6742 00")).ok());
}

TEST_CASE("a record is made of SPS and PPS only") {
  Bytes sps = Hex("6742c028d9");
  Bytes pps = Hex("68cb83");
  CHECK(MakeAvcDecoderConfiguration({sps}, {pps}).has_value());
  CHECK_FALSE(MakeAvcDecoderConfiguration({}, {pps}).has_value());
  CHECK_FALSE(MakeAvcDecoderConfiguration({sps}, {}).has_value());
  CHECK_FALSE(MakeAvcDecoderConfiguration({pps}, {pps}).has_value());
  CHECK_FALSE(MakeAvcDecoderConfiguration({Hex("6742")}, {pps}).has_value());
  CHECK_FALSE(MakeAvcDecoderConfiguration(std::vector<Bytes>(32, sps), {pps}).has_value());
  Bytes too_long(65536, 0x11);
  too_long[0] = 0x67;
  CHECK_FALSE(MakeAvcDecoderConfiguration({too_long}, {pps}).has_value());
}

}  // namespace
}  // namespace sluice::media
