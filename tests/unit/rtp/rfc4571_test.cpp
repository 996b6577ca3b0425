#include "libs/rtp/rfc4571.h"

#include <catch2/catch.hpp>

#include "tests/support/hex.h"

namespace sluice::rtp {
namespace {

using test::Hex;

std::vector<Bytes> ReadAll(Rfc4571Reader& reader, ByteView bytes) {
  std::vector<Bytes> frames;
  reader.Feed(bytes);
  while (auto frame = reader.Next()) frames.push_back(ToBytes(*frame));
  return frames;
}

const std::vector<Bytes> kFrames = {Hex("010203"), {}, Hex("aa"), Bytes(300, 0x55)};

Bytes Stream() {
  Bytes bytes;
  for (const Bytes& frame : kFrames) AppendRfc4571Frame(frame, bytes);
  return bytes;
}

TEST_CASE("RFC 4571 2: frames lie behind their 16-bit lengths") {
  Bytes bytes;
  AppendRfc4571Frame(Hex("010203"), bytes);
  AppendRfc4571Frame({}, bytes);
  CHECK(bytes == Hex("0003 010203 0000"));
  Rfc4571Reader reader;
  CHECK(ReadAll(reader, Stream()) == kFrames);
  CHECK(reader.pending_bytes() == 0);
}

TEST_CASE("each split of the bytes gives the same frames") {
  Bytes stream = Stream();
  for (size_t split = 0; split <= stream.size(); ++split) {
    Rfc4571Reader reader;
    std::vector<Bytes> frames = ReadAll(reader, ByteView(stream).first(split));
    for (const Bytes& frame : ReadAll(reader, ByteView(stream).subspan(split))) {
      frames.push_back(frame);
    }
    CAPTURE(split);
    CHECK(frames == kFrames);
    CHECK(reader.ok());
  }
}

TEST_CASE("single bytes give the same frames") {
  Rfc4571Reader reader;
  std::vector<Bytes> frames;
  for (uint8_t byte : Stream()) {
    for (const Bytes& frame : ReadAll(reader, {&byte, 1})) frames.push_back(frame);
  }
  CHECK(frames == kFrames);
}

TEST_CASE("a frame beyond the bound ends the stream for good") {
  Bytes stream = Hex("0004 01020304 0005");
  for (size_t split = 0; split <= stream.size(); ++split) {
    Rfc4571Reader reader(4);
    size_t frames = ReadAll(reader, ByteView(stream).first(split)).size();
    frames += ReadAll(reader, ByteView(stream).subspan(split)).size();
    CAPTURE(split);
    CHECK(frames == 1);
    CHECK_FALSE(reader.ok());
    CHECK(ReadAll(reader, Hex("0001 01")).empty());
  }
}

TEST_CASE("an unfinished frame is kept, and never more than it") {
  Rfc4571Reader reader;
  Bytes longest(kMaxRfc4571Frame, 7);
  Bytes stream;
  AppendRfc4571Frame(longest, stream);
  CHECK(ReadAll(reader, ByteView(stream).first(stream.size() - 1)).empty());
  CHECK(reader.pending_bytes() == stream.size() - 1);
  CHECK(ReadAll(reader, ByteView(stream).last(1)) == std::vector<Bytes>{longest});
}

}  // namespace
}  // namespace sluice::rtp
