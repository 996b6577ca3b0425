#include "libs/rtp/dependency_descriptor.h"

#include <catch2/catch.hpp>

#include "libs/media/bit_writer.h"
#include "tests/support/hex.h"

namespace sluice::rtp {
namespace {

using media::BitWriter;
using test::Hex;

struct Fields {
  bool first = true;
  bool last = true;
  uint32_t template_id = 0;
  uint32_t number = 0;
};

void WriteMandatory(const Fields& fields, BitWriter& bits) {
  bits.WriteFlag(fields.first);
  bits.WriteFlag(fields.last);
  bits.WriteBits(fields.template_id, 6);
  bits.WriteBits(fields.number, 16);
}

// Three temporal layers as Chromium sends them (L1T3): templates 60..63, 0: base key, base, layer
// 1, layer 2 before and after layer 1. One decode target per layer, one chain, 640x360.
Bytes WithStructure(const Fields& fields) {
  BitWriter bits;
  WriteMandatory(fields, bits);
  bits.WriteBits(0b10000, 5);
  bits.WriteBits(60, 6);
  bits.WriteBits(2, 5);
  for (uint32_t next : {0, 1, 1, 0, 3}) bits.WriteBits(next, 2);
  constexpr uint32_t kNone = 0, kDiscardable = 1, kSwitch = 2;
  for (uint32_t indication :
       {kSwitch, kSwitch, kSwitch, kSwitch, kSwitch, kSwitch, kNone, kDiscardable, kSwitch, kNone,
        kNone, kDiscardable, kNone, kNone, kDiscardable}) {
    bits.WriteBits(indication, 2);
  }
  bits.WriteFlag(false);          // key: no references
  bits.WriteBits(0b1'0011'0, 6);  // 4 frames back
  bits.WriteBits(0b1'0001'0, 6);  // 2
  bits.WriteBits(0b1'0000'0, 6);  // 1
  bits.WriteBits(0b1'0000'0, 6);  // 1
  bits.WriteBits(0b01, 2);        // ns(4) = 1 chain
  // Each target is protected by chain 0: ns(1) takes no bits.
  for (uint32_t chain : {0, 4, 2, 1, 3}) bits.WriteBits(chain, 4);
  bits.WriteFlag(true);
  bits.WriteBits(639, 16);
  bits.WriteBits(359, 16);
  return bits.bytes();
}

Bytes Short(const Fields& fields) {
  BitWriter bits;
  WriteMandatory(fields, bits);
  return bits.bytes();
}

TEST_CASE("AV1 RTP appendix A: a key frame brings the structure; other frames name a template") {
  DependencyDescriptorReader reader;
  auto key = reader.Read(WithStructure({true, false, 60, 1}));
  REQUIRE(key);
  CHECK(key->first_of_frame);
  CHECK_FALSE(key->last_of_frame);
  CHECK(key->frame_number == 1);
  CHECK(key->starts_coded_sequence);
  CHECK(key->temporal_id == 0);
  CHECK(key->width == 640);
  CHECK(key->height == 360);
  CHECK_FALSE(key->discardable);
  auto rest = reader.Read(Short({false, true, 60, 1}));
  CHECK(rest->starts_coded_sequence);
  CHECK(rest->last_of_frame);
  auto layer2 = reader.Read(Short({true, true, 63, 2}));
  CHECK(layer2->temporal_id == 2);
  CHECK(layer2->discardable);
  CHECK_FALSE(layer2->starts_coded_sequence);
  CHECK(layer2->width == 640);
  auto layer1 = reader.Read(Short({true, true, 62, 3}));
  CHECK(layer1->temporal_id == 1);
  CHECK_FALSE(layer1->discardable);  // layer 2 refers to it
}

TEST_CASE("AV1 RTP A.4: a layer can be joined at its first frame after a switch indication") {
  DependencyDescriptorReader reader;
  reader.Read(WithStructure({true, true, 60, 0}));
  CHECK(reader.Read(Short({true, false, 63, 1}))->layer_sync);
  CHECK(reader.Read(Short({false, true, 63, 1}))->layer_sync);  // another packet of it
  CHECK(reader.Read(Short({true, true, 62, 2}))->layer_sync);
  CHECK_FALSE(reader.Read(Short({true, true, 0, 3}))->layer_sync);  // refers to layer 1
  CHECK_FALSE(reader.Read(Short({true, true, 61, 4}))->layer_sync);
  CHECK(reader.Read(Short({true, true, 63, 5}))->layer_sync);
}

TEST_CASE("AV1 RTP A.8.2: frames may have decode target indications of their own") {
  DependencyDescriptorReader reader;
  reader.Read(WithStructure({true, true, 60, 0}));
  BitWriter bits;
  WriteMandatory({true, true, 61, 1}, bits);
  bits.WriteBits(0b00100, 5);
  bits.WriteBits(0b010101, 6);  // discardable in all
  CHECK(reader.Read(bits.bytes())->discardable);
}

TEST_CASE("a descriptor says nothing without its template, or when it is cut short") {
  DependencyDescriptorReader reader;
  CHECK_FALSE(reader.Read(Short({true, true, 60, 0})));
  const Bytes whole = WithStructure({true, true, 60, 0});
  for (size_t size = 0; size + 1 < whole.size(); ++size) {
    CHECK_FALSE(DependencyDescriptorReader().Read(ByteView(whole).first(size)));
  }
  CHECK(reader.Read(whole));
  CHECK_FALSE(reader.Read(Short({true, true, 1, 1})));  // the sixth template
}

TEST_CASE("a structure with more templates than ids is refused") {
  BitWriter bits;
  WriteMandatory({true, true, 0, 0}, bits);
  bits.WriteBits(0b10000, 5);
  bits.WriteBits(0, 6);
  bits.WriteBits(0, 5);
  for (int i = 0; i < 100; ++i) bits.WriteBits(0, 2);
  bits.WriteBits(3, 2);
  for (int i = 0; i < 100; ++i) bits.WriteBits(0xffffffff, 32);
  CHECK_FALSE(DependencyDescriptorReader().Read(bits.bytes()));
}

TEST_CASE("a frame number that comes round again is no key frame") {
  DependencyDescriptorReader reader;
  reader.Read(WithStructure({true, true, 60, 7}));
  reader.Read(Short({true, true, 61, 8}));
  CHECK_FALSE(reader.Read(Short({true, true, 61, 7}))->starts_coded_sequence);
}

}  // namespace
}  // namespace sluice::rtp
