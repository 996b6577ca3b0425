#include "tools/sluice-load/key_frame_watch.h"

#include <catch2/catch.hpp>

using namespace sluice;
using load::KeyFrameWatch;

namespace {

const Bytes kStapWithSps = {24, 0, 2, 0x67, 1, 0, 2, 0x68, 1};
const Bytes kIdrStart = {0x7c, 0x85, 1};
const Bytes kIdrEnd = {0x7c, 0x45, 1};
const Bytes kIdrWhole = {0x65, 1};
const Bytes kSlice = {0x41, 1};

struct Sent {
  uint16_t number;
  const Bytes& payload;
  bool marker = false;
  uint32_t timestamp = 1;
};

bool DoneAfter(std::initializer_list<Sent> packets) {
  KeyFrameWatch watch;
  for (const Sent& sent : packets) {
    watch.OnPacket({.marker = sent.marker,
                    .sequence_number = sent.number,
                    .rtp_timestamp = sent.timestamp,
                    .payload = sent.payload});
  }
  return watch.done();
}

}  // namespace

TEST_CASE("A key frame is complete with its marker") {
  CHECK(DoneAfter({{1, kStapWithSps}, {2, kIdrStart}, {3, kIdrEnd, true}}));
  CHECK(DoneAfter({{1, kIdrWhole, true}}));
  CHECK_FALSE(DoneAfter({{1, kStapWithSps}, {2, kIdrStart}}));
}

TEST_CASE("A key frame with a hole does not count, the next one does") {
  CHECK_FALSE(DoneAfter({{1, kStapWithSps}, {3, kIdrEnd, true}}));
  CHECK(DoneAfter({{1, kStapWithSps}, {3, kIdrEnd, true}, {4, kIdrWhole, true, 2}}));
}

TEST_CASE("Other pictures, parameter sets alone and cut off payloads are no key frame") {
  CHECK_FALSE(DoneAfter({{1, kSlice, true}}));
  CHECK_FALSE(DoneAfter({{1, kStapWithSps, true}}));
  CHECK_FALSE(DoneAfter({{1, Bytes{}, true}}));
  CHECK_FALSE(DoneAfter({{1, Bytes{0x7c}, true}}));
  CHECK_FALSE(DoneAfter({{1, Bytes{24, 0, 9, 0x65}, true}}));
}
