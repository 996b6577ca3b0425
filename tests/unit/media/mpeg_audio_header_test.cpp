#include "libs/media/mpeg_audio_header.h"

#include <catch2/catch.hpp>

#include "tests/support/hex.h"

namespace sluice::media {
namespace {

using test::Hex;

struct Example {
  std::string bytes;
  MpegAudioHeader header;
};

TEST_CASE("ISO/IEC 11172-3 2.4.1.3: a frame's header says rate, channels, samples and size") {
  // What LAME wrote at these settings; sizes by the distance of one frame to the next.
  auto example = GENERATE(values<Example>({
      {"fffb9064", {MpegAudioVersion::kMpeg1, 44100, 128000, 2, 1152, 417}},
      {"fffb9264", {MpegAudioVersion::kMpeg1, 44100, 128000, 2, 1152, 418}},  // padded
      {"fffb94c4", {MpegAudioVersion::kMpeg1, 48000, 128000, 1, 1152, 384}},
      {"fffbe864", {MpegAudioVersion::kMpeg1, 32000, 320000, 2, 1152, 1440}},
      {"fff380c4", {MpegAudioVersion::kMpeg2, 22050, 64000, 1, 576, 208}},
      {"ffe318c4", {MpegAudioVersion::kMpeg25, 8000, 8000, 1, 576, 72}},
      {"ffe3e8c4", {MpegAudioVersion::kMpeg25, 8000, 160000, 1, 576, 1440}},
  }));
  CAPTURE(example.bytes);
  auto header = ParseMpegAudioHeader(Hex(example.bytes));
  REQUIRE(header.has_value());
  CHECK(*header == example.header);
  CHECK(header->size <= kMaxMpegAudioFrame);
}

TEST_CASE("what is no layer III frame of a known size has no header") {
  auto bytes = GENERATE(as<std::string>{}, "", "ff", "fffb90",  // cut off
                        "00fb9064", "ff1b9064",                 // no sync word
                        "ffeb9064",                             // reserved version
                        "fff99064", "fffd9064", "fffe9064",     // reserved layer, layers II and I
                        "fffb0064",                             // free format
                        "fffbf064",                             // forbidden bit rate
                        "fffb9c64");                            // reserved sample rate
  CAPTURE(bytes);
  CHECK_FALSE(ParseMpegAudioHeader(Hex(bytes)).has_value());
}

TEST_CASE("no frame is longer than the bound, whatever its header says") {
  for (uint32_t rest = 0; rest <= 0xffff; ++rest) {
    for (uint8_t version : {0xe3, 0xf3, 0xfb}) {
      Bytes bytes = {0xff, version, static_cast<uint8_t>(rest >> 8), static_cast<uint8_t>(rest)};
      auto header = ParseMpegAudioHeader(bytes);
      if (!header.has_value()) continue;
      if (header->size > kMaxMpegAudioFrame || header->size <= kMpegAudioHeader) {
        FAIL("size " << header->size << " of header " << version << ", " << rest);
      }
    }
  }
}

}  // namespace
}  // namespace sluice::media
