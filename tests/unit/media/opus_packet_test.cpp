#include "libs/media/opus_packet.h"

#include <catch2/catch.hpp>

#include "tests/support/hex.h"

namespace sluice::media {
namespace {

TEST_CASE("RFC 6716 3.1: the first byte and the frame count say how long a packet plays") {
  auto [bytes, samples] = GENERATE(table<std::string, uint32_t>({
      {"fc 01", 960},   // CELT fullband 20 ms, one frame
      {"e0", 120},      // CELT fullband 2.5 ms
      {"fd 01", 1920},  // two frames of equal size
      {"fe 01", 1920},  // two frames of different sizes
      {"ff 03", 2880},  // three frames
      {"ff 06", 5760},  // 120 ms, the longest
      {"ff 07", 0},     // 140 ms
      {"ff 00", 0},     // no frame
      {"ff", 0},        // count missing
      {"08", 960},      // SILK narrowband 20 ms
      {"18", 2880},     // SILK narrowband 60 ms
      {"60", 480},      // hybrid 10 ms
      {"68", 960},      // hybrid 20 ms
      {"", 0},
  }));
  CAPTURE(bytes);
  CHECK(OpusPacketSamples(test::Hex(bytes)) == samples);
}

}  // namespace
}  // namespace sluice::media
