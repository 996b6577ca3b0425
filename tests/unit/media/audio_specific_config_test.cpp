#include "libs/media/audio_specific_config.h"

#include <catch2/catch.hpp>

#include "tests/support/hex.h"

namespace sluice::media {
namespace {

using test::Hex;

struct Example {
  const char* name;
  const char* bytes;
  AudioSpecificConfig config;
  bool canonical;  // Serialize() writes the same bytes
};

const Example kExamples[] = {
    {"LC 48 kHz stereo", "1190", {2, 48000, 2, 1024, false, false, 48000}, true},
    {"LC 44.1 kHz mono", "1208", {2, 44100, 1, 1024, false, false, 44100}, true},
    {"LC 5.1", "11b0", {2, 48000, 6, 1024, false, false, 48000}, true},
    {"LC 7.1", "11b8", {2, 48000, 8, 1024, false, false, 48000}, true},
    {"LC, frames of 960", "1194", {2, 48000, 2, 960, false, false, 48000}, true},
    {"LC, explicit rate of 48000", "1780 5dc0 10", {2, 48000, 2, 1024, false, false, 48000}, false},
    {"LC, explicit rate of 50000", "1780 61a8 10", {2, 50000, 2, 1024, false, false, 50000}, true},
    {"LC, says that there is no SBR",
     "119056e500",
     {2, 48000, 2, 1024, false, false, 48000},
     false},
    {"HE, hierarchical, 24 to 48 kHz", "2b118800", {2, 24000, 2, 1024, true, false, 48000}, true},
    {"HE v2, hierarchical", "eb098800", {2, 24000, 1, 1024, true, true, 48000}, true},
    {"HE, backward compatible", "131056e598", {2, 24000, 2, 1024, true, false, 48000}, false},
    {"HE v2, backward compatible", "130856e59d4880", {2, 24000, 1, 1024, true, true, 48000}, false},
    {"extension that is cut short", "131056e5", {2, 24000, 2, 1024, false, false, 24000}, false},
};

TEST_CASE("ISO/IEC 14496-3 1.6.2.1: a configuration says type, rate, channels and frame length") {
  for (const Example& example : kExamples) {
    CAPTURE(example.name);
    Bytes bytes = Hex(example.bytes);
    absl::StatusOr<AudioSpecificConfig> config = ParseAudioSpecificConfig(bytes);
    REQUIRE(config.ok());
    CHECK(*config == example.config);
    if (example.canonical) CHECK(Serialize(*config) == bytes);
    CHECK(*ParseAudioSpecificConfig(Serialize(*config)) == example.config);
  }
}

TEST_CASE("parametric stereo makes two channels of one") {
  CHECK(ParseAudioSpecificConfig(Hex("eb098800"))->output_channels() == 2);
  CHECK(ParseAudioSpecificConfig(Hex("1208"))->output_channels() == 1);
}

TEST_CASE("channels are counted, also those of a program_config_element") {
  auto [bytes, channels] = GENERATE(table<std::string, uint32_t>({
      {"1208", 1},
      {"11b0", 6},
      {"11b8", 8},
      {"eb098800", 2},        // parametric stereo
      {"130856e59d4880", 2},  // the same, backward compatible
      // What ffmpeg wrote for 5.1 with side channels.
      {"1200 0508440020 00c40d4c61766335392e33372e31303056e500", 6},
      {"1200 0508440020", 0},  // cut short
      {"1180", 0},             // and nothing behind it
      {"", 0},
  }));
  CAPTURE(bytes);
  CHECK(CountAacChannels(Hex(bytes)) == channels);
}

TEST_CASE("a configuration that is cut short or reserved is refused") {
  auto [name, bytes] = GENERATE(table<std::string, std::string>({
      {"empty", ""},
      {"one byte", "11"},
      {"explicit rate cut short", "178061"},
      {"hierarchical, cut short", "2b11"},
      {"reserved sample rate index 13", "1690"},
      {"explicit rate of 0", "1780000010"},
      {"explicit rate of 16 MHz", "17ffffff90"},
      {"reserved channel configuration 9", "11c8"},
      {"object type 0", "0190"},
      {"object type 42 by escape", "f95190"},
      {"ER AAC LD", "b990"},
  }));
  CAPTURE(name);
  CHECK_FALSE(ParseAudioSpecificConfig(Hex(bytes)).ok());
}

}  // namespace
}  // namespace sluice::media
