#include "libs/rtmp/chunk_writer.h"

#include <catch2/catch.hpp>

#include "libs/rtmp/chunk_reader.h"
#include "libs/rtmp/control.h"
#include "tests/support/hex.h"

namespace sluice::rtmp {
namespace {

using test::Hex;

Bytes Write(const Message& message, uint32_t chunk_size) {
  Bytes bytes;
  AppendMessage(message, chunk_size, bytes);
  return bytes;
}

std::vector<Message> Read(ByteView bytes, uint32_t chunk_size) {
  ChunkReader reader;
  std::vector<Message> messages;
  REQUIRE(reader.Receive(Write(SetChunkSize(chunk_size), kDefaultChunkSize), messages).ok());
  messages.clear();
  REQUIRE(reader.Receive(bytes, messages).ok());
  return messages;
}

}  // namespace

TEST_CASE("RTMP 5.3.1: a message begins with a type 0 header on the chunk stream of its kind") {
  CHECK(Write({MessageType::kVideo, 16, 1, Hex("aabbcc")}, 128) ==
        Hex("06 000010 000003 09 01000000 aabbcc"));
  CHECK(Write({MessageType::kAudio, 16, 1, Hex("aa")}, 128) ==
        Hex("04 000010 000001 08 01000000 aa"));
  CHECK(Write(SetChunkSize(4096), 128) == Hex("02 000000 000004 01 00000000 00001000"));
}

TEST_CASE("RTMP 5.3.1: what is longer than the chunk size goes on in type 3 chunks") {
  CHECK(Write({MessageType::kVideo, 16, 1, Hex("aabbccddee")}, 2) ==
        Hex("06 000010 000005 09 01000000 aabb c6 ccdd c6 ee"));
  CHECK(Write({MessageType::kVideo, 16, 1, Hex("aabbccdd")}, 2) ==
        Hex("06 000010 000004 09 01000000 aabb c6 ccdd"));
}

TEST_CASE("RTMP 5.3.1.3: a timestamp from 0xffffff is extended, in every chunk") {
  CHECK(Write({MessageType::kVideo, 0xfffffe, 1, Hex("aa")}, 2) ==
        Hex("06 fffffe 000001 09 01000000 aa"));
  CHECK(Write({MessageType::kVideo, 0xffffff, 1, Hex("aabbcc")}, 2) ==
        Hex("06 ffffff 000003 09 01000000 00ffffff aabb c6 00ffffff cc"));
}

TEST_CASE("What the writer writes the reader reads, for any chunk size and timestamp") {
  for (uint32_t chunk_size : {1u, 2u, 127u, 128u, 129u, 65536u}) {
    for (uint32_t timestamp : {0u, 1u, 0xfffffeu, 0xffffffu, 0x1000000u, 0xffffffffu}) {
      for (size_t length : {0u, 1u, 127u, 128u, 256u, 300u}) {
        Message message{MessageType::kVideo, timestamp, 3, Bytes(length, 0x5a)};
        CHECK(Read(Write(message, chunk_size), chunk_size) == std::vector<Message>{message});
      }
    }
  }
}

TEST_CASE("The parts of a payload may be cut by chunks anywhere") {
  Bytes whole = Hex("0102030405060708");
  for (size_t split = 0; split <= whole.size(); ++split) {
    ByteView parts[] = {ByteView(whole).first(split), ByteView(whole).subspan(split)};
    Bytes bytes;
    AppendMessage({MessageType::kAudio, 5, 1}, parts, 3, bytes);
    CHECK(bytes == Write({MessageType::kAudio, 5, 1, whole}, 3));
  }
}

TEST_CASE("A shared message is the same bytes for every player of the usual stream") {
  Bytes payload(100'000, 0x11);
  ByteView part(payload);
  SharedMessage shared(MessageType::kVideo, 40, {&part, 1});
  CHECK(shared.For(1) == shared.For(1));
  CHECK(Read(*shared.For(1), kOutChunkSize) ==
        std::vector<Message>{{MessageType::kVideo, 40, 1, payload}});
  CHECK(shared.size() == shared.For(1)->size());
}

TEST_CASE("A shared message for another message stream differs in its id only") {
  Bytes payload = Hex("aabb");
  ByteView part(payload);
  SharedMessage shared(MessageType::kAudio, 0x2000000, {&part, 1});
  CHECK(Read(*shared.For(0x01020304), kOutChunkSize) ==
        std::vector<Message>{{MessageType::kAudio, 0x2000000, 0x01020304, payload}});
}

TEST_CASE("A shared message at another time differs in its timestamp only") {
  auto [from, to] = GENERATE(table<uint32_t, uint32_t>(
      {{5, 7}, {0xfffffe, 0x1000000}, {0x1000000, 0x2000000}, {0x1000000, 9}}));
  Bytes payload(3 * kOutChunkSize + 5);
  for (size_t i = 0; i < payload.size(); ++i) payload[i] = static_cast<uint8_t>(i * 31);
  ByteView part(payload);
  SharedMessage message(MessageType::kVideo, from, {&part, 1});
  Bytes expected;
  AppendMessage({MessageType::kVideo, to, 3}, {&part, 1}, kOutChunkSize, expected);
  CHECK(*message.At(3, to) == expected);
}

}  // namespace sluice::rtmp
