#include "tools/sluice-load/flv_file.h"

#include <catch2/catch.hpp>

#include "libs/base/byte_writer.h"

using namespace sluice;

namespace {

Bytes Header() { return {'F', 'L', 'V', 1, 5, 0, 0, 0, 9}; }

void AddTag(Bytes& file, uint8_t type, uint32_t timestamp, ByteView payload) {
  ByteWriter writer(file);
  writer.WriteU32(0);
  writer.WriteU8(type);
  writer.WriteU24(static_cast<uint32_t>(payload.size()));
  writer.WriteU24(timestamp & 0xffffff);
  writer.WriteU8(static_cast<uint8_t>(timestamp >> 24));
  writer.WriteU24(0);
  writer.WriteBytes(payload);
}

}  // namespace

TEST_CASE("FLV E.4: tags with their times; script data is left out") {
  Bytes bytes = Header();
  AddTag(bytes, 18, 0, Bytes{1});
  AddTag(bytes, 9, 0x1000020, Bytes{2, 3});
  AddTag(bytes, 8, 0x1000040, Bytes{4});
  auto file = load::ParseFlv(bytes);
  REQUIRE(file.ok());
  REQUIRE(file->tags.size() == 2);
  CHECK(file->tags[0].type == rtmp::MessageType::kVideo);
  CHECK(file->tags[0].timestamp == 0x1000020);
  CHECK(file->tags[1].payload == Bytes{4});
  CHECK(file->duration == 0x20 + 33);
}

TEST_CASE("A file that is cut off has the tags before the cut") {
  Bytes bytes = Header();
  AddTag(bytes, 9, 0, Bytes{1, 2, 3});
  AddTag(bytes, 9, 40, Bytes{4, 5, 6});
  const size_t tag = 4 + 11 + 3;
  for (size_t size = 0; size < bytes.size(); ++size) {
    auto file = load::ParseFlv(ByteView(bytes).first(size));
    CHECK(file.ok() == (size >= Header().size() + tag));
    if (file.ok()) CHECK(file->tags.size() == 1);
  }
}

TEST_CASE("Timestamps that go back stay where they were") {
  Bytes bytes = Header();
  AddTag(bytes, 9, 100, Bytes{1});
  AddTag(bytes, 8, 60, Bytes{1});
  auto file = load::ParseFlv(bytes);
  REQUIRE(file.ok());
  CHECK(file->tags[1].timestamp == 100);
}
