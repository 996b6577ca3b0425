#include <catch2/catch.hpp>

#include "libs/media/bit_writer.h"
#include "libs/rtp/payload/av1/aggregation.h"
#include "tests/unit/rtp/inspected.h"

namespace sluice::rtp::payload {
namespace {

using media::Codec;
using test::Hex;

// A sequence header OBU without size field; one operating point, level 2.0 (no tier bit).
Bytes SequenceHeaderObu(uint32_t width, uint32_t height) {
  media::BitWriter bits;
  bits.WriteBits(0x08, 8);  // obu_header: type 1
  bits.WriteBits(0, 5);     // profile 0, moving, full header
  bits.WriteBits(0, 2);     // no timing, no display delay
  bits.WriteBits(0, 5);     // one operating point
  bits.WriteBits(0, 12);
  bits.WriteBits(0, 5);
  bits.WriteBits(9, 4);
  bits.WriteBits(8, 4);
  bits.WriteBits(width - 1, 10);
  bits.WriteBits(height - 1, 9);
  bits.WriteTrailingBits();
  return bits.bytes();
}

Bytes KeyFrame() {
  Bytes payload = Hex("28");  // W = 2, N
  const Bytes sequence_header = SequenceHeaderObu(640, 360);
  payload.push_back(static_cast<uint8_t>(sequence_header.size()));
  payload.insert(payload.end(), sequence_header.begin(), sequence_header.end());
  const Bytes frame = Hex("30 11223344");
  payload.insert(payload.end(), frame.begin(), frame.end());
  return payload;
}

TEST_CASE("AV1 RTP 4.4: N is a key frame; the sequence header says its size") {
  Inspected av1(Codec::kAv1);
  const Bytes payload = KeyFrame();
  auto key = av1.Push(ByteView(payload), 3000)->front();
  CHECK(key.payload == payload);
  CHECK(key.role.key_frame);
  CHECK(key.role.starts_access_unit);
  CHECK(key.width == 640);
  CHECK(key.height == 360);
  auto rest = av1.Push("90 aabb", 3000, true)->front();  // Z, W = 1
  CHECK(rest.role.key_frame);
  CHECK_FALSE(rest.first_of_frame);
  CHECK(rest.last_of_frame);
  auto next = av1.Push("10 3011", 6000, true)->front();
  CHECK_FALSE(next.role.key_frame);
  CHECK(next.first_of_frame);
  CHECK(next.width == 0);
}

TEST_CASE("AV1 5.3.3: the temporal layer stands in the OBU extension, if no descriptor says it") {
  Inspected av1(Codec::kAv1);
  CHECK(av1.Push("10 3440 11", 3000, true)->front().role.temporal_layer == 2);
  CHECK(av1.Push("10 30 11", 6000, true)->front().role.temporal_layer == 0);
  DependencyInfo info;
  info.temporal_id = 1;
  info.layer_sync = true;
  info.discardable = true;
  auto told = av1.Push("10 30 11", 9000, true, &info)->front();
  CHECK(told.role.temporal_layer == 1);
  CHECK(told.role.layer_sync);
  CHECK(told.role.discardable);
  info = {};
  info.starts_coded_sequence = true;
  CHECK(av1.Push("10 30 11", 12000, true, &info)->front().role.key_frame);
}

TEST_CASE("AV1: a temporal unit whose beginning is lost starts nothing") {
  Inspected av1(Codec::kAv1);
  const Bytes payload = KeyFrame();
  av1.Push(ByteView(payload), 3000, true);
  auto rest = av1.Push("90 aabb", 6000, true)->front();
  CHECK_FALSE(rest.role.key_frame);
  CHECK_FALSE(rest.role.starts_access_unit);
}

// The OBUs of several payloads, joined at Z and Y.
std::vector<Bytes> ObusOf(const std::vector<InspectedPayload>& payloads) {
  std::vector<Bytes> obus;
  bool open = false;
  for (const InspectedPayload& payload : payloads) {
    auto aggregation = av1::ParseAggregation(payload.payload);
    REQUIRE(aggregation);
    CHECK(aggregation->continues == open);
    for (size_t i = 0; i < aggregation->elements.size(); ++i) {
      if (i > 0 || !open) obus.emplace_back();
      Bytes part = ToBytes(aggregation->elements[i]);
      obus.back().insert(obus.back().end(), part.begin(), part.end());
    }
    open = aggregation->to_be_continued;
  }
  CHECK_FALSE(open);
  return obus;
}

TEST_CASE("AV1 RTP 4.4: what is too long is cut within an OBU, marked by Z and Y") {
  Inspected av1(Codec::kAv1);
  av1::Aggregation whole;
  whole.starts_coded_sequence = true;
  const Bytes small = SequenceHeaderObu(640, 360);
  const std::vector<Bytes> obus = {small, Filled("30", GENERATE(1200, 1500, 2400, 5000)), small};
  for (const Bytes& obu : obus) whole.elements.emplace_back(obu);
  const Bytes payload = av1::Serialize(whole);
  auto parts = *av1.Push(ByteView(payload), 3000, true);
  REQUIRE(parts.size() >= 2);
  CHECK(ObusOf(parts) == obus);
  for (size_t i = 0; i < parts.size(); ++i) {
    CHECK(parts[i].payload.size() <= kMaxFanoutPayload);
    CHECK(parts[i].role.key_frame);
    CHECK(parts[i].first_of_frame == (i == 0));
    CHECK(parts[i].last_of_frame == (i + 1 == parts.size()));
    CHECK(av1::ParseAggregation(parts[i].payload)->starts_coded_sequence == (i == 0));
  }
}

TEST_CASE("AV1: every length at the edge of a part is cut right") {
  for (size_t size = 1150; size < 1200; ++size) {
    Inspected av1(Codec::kAv1);
    av1::Aggregation whole;
    const std::vector<Bytes> obus = {Filled("30", size - 600), Filled("20", 600)};
    for (const Bytes& obu : obus) whole.elements.emplace_back(obu);
    const Bytes payload = av1::Serialize(whole);
    CHECK(ObusOf(*av1.Push(ByteView(payload), 3000, true)) == obus);
  }
}

TEST_CASE("AV1 RTP 4.4: lengths that lead outside, and wrong counts, are malformed") {
  Inspected av1(Codec::kAv1);
  for (const char* payload : {"10", "00 05 30", "20 01", "20 0130", "30 0130 0130", "00 ff"}) {
    CHECK_FALSE(av1.Push(payload, 3000));
  }
  CHECK(av1.Push("", 3000)->empty());  // padding
}

TEST_CASE("AV1 4.10.5: LEB128") {
  for (uint32_t value : {0U, 127U, 128U, 300U, 16384U, 0xffffffffU}) {
    Bytes bytes;
    av1::AppendLeb128(value, bytes);
    ByteView view = bytes;
    CHECK(av1::TakeLeb128(view) == value);
    CHECK(view.empty());
  }
  const Bytes too_large = Hex("ffffffff7f");
  ByteView view = too_large;
  CHECK_FALSE(av1::TakeLeb128(view));
}

}  // namespace
}  // namespace sluice::rtp::payload
