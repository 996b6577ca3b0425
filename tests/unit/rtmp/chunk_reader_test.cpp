#include "libs/rtmp/chunk_reader.h"

#include <catch2/catch.hpp>

#include "libs/rtmp/control.h"
#include "tests/support/hex.h"

namespace sluice::rtmp {
namespace {

using test::Hex;

constexpr auto kVideo = MessageType::kVideo;
constexpr auto kAudio = MessageType::kAudio;

struct Example {
  const char* name;
  const char* bytes;
  std::vector<Message> messages;
};

const std::vector<Example>& Examples() {
  static const std::vector<Example> kExamples = {
      {"type 0", "06 000010 000003 09 01000000 aabbcc", {{kVideo, 16, 1, Hex("aabbcc")}}},
      {"type 1 keeps the stream and adds to the timestamp",
       "06 000010 000001 09 01000000 aa  46 000021 000002 08 bbcc",
       {{kVideo, 16, 1, Hex("aa")}, {kAudio, 49, 1, Hex("bbcc")}}},
      {"type 2 keeps the length, too",
       "06 000010 000001 09 01000000 aa  86 000021 bb",
       {{kVideo, 16, 1, Hex("aa")}, {kVideo, 49, 1, Hex("bb")}}},
      {"type 3 repeats the delta",
       "06 000010 000001 09 01000000 aa  86 000021 bb  c6 cc",
       {{kVideo, 16, 1, Hex("aa")}, {kVideo, 49, 1, Hex("bb")}, {kVideo, 82, 1, Hex("cc")}}},
      {"type 3 after type 0 takes its timestamp for the delta (5.3.1.2.4)",
       "06 000010 000001 09 01000000 aa  c6 bb",
       {{kVideo, 16, 1, Hex("aa")}, {kVideo, 32, 1, Hex("bb")}}},
      {"chunk stream ids of 2 and 3 bytes",
       "00 00 000000 000001 09 01000000 aa  01 0102 000000 000001 09 01000000 bb  c0 00 cc",
       {{kVideo, 0, 1, Hex("aa")}, {kVideo, 0, 1, Hex("bb")}, {kVideo, 0, 1, Hex("cc")}}},
      {"a message without payload", "06 000010 000000 09 01000000", {{kVideo, 16, 1, {}}}},
      {"an extended timestamp",
       "06 ffffff 000001 09 01000000 01000000 aa",
       {{kVideo, 0x1000000, 1, Hex("aa")}}},
      {"an extended timestamp of 0xffffff itself",
       "06 ffffff 000001 09 01000000 00ffffff aa",
       {{kVideo, 0xffffff, 1, Hex("aa")}}},
      {"an extended delta",
       "06 000010 000001 09 01000000 aa  86 ffffff 01000000 bb",
       {{kVideo, 16, 1, Hex("aa")}, {kVideo, 0x1000010, 1, Hex("bb")}}},
      {"a type 3 that begins a message repeats the extended timestamp",
       "06 000010 000001 09 01000000 aa  86 ffffff 01000000 bb  c6 01000000 cc",
       {{kVideo, 16, 1, Hex("aa")},
        {kVideo, 0x1000010, 1, Hex("bb")},
        {kVideo, 0x2000010, 1, Hex("cc")}}},
      {"set chunk size cuts from then on",
       "02 000000 000004 01 00000000 00000002  06 000000 000003 09 01000000 aabb c6 cc",
       {SetChunkSize(2), {kVideo, 0, 1, Hex("aabbcc")}}},
      {"extended timestamps are repeated inside a message (5.3.1.3)",
       "02 000000 000004 01 00000000 00000002"
       "06 ffffff 000003 09 01000000 01000000 aabb c6 01000000 cc",
       {SetChunkSize(2), {kVideo, 0x1000000, 1, Hex("aabbcc")}}},
      {"chunk streams interleave",
       "02 000000 000004 01 00000000 00000002"
       "06 000000 000003 09 01000000 aabb  04 000005 000002 08 01000000 1122  c6 cc",
       {SetChunkSize(2), {kAudio, 5, 1, Hex("1122")}, {kVideo, 0, 1, Hex("aabbcc")}}},
      {"timestamps wrap",
       "06 ffffff 000001 09 01000000 fffffff0 aa  86 000020 bb",
       {{kVideo, 0xfffffff0, 1, Hex("aa")}, {kVideo, 0x10, 1, Hex("bb")}}},
      {"a chunk stream may begin with type 1, as librtmp's pings do",
       "42 000000 000006 04 0006 00000001",
       {{MessageType::kUserControl, 0, 0, Hex("0006 00000001")}}},
  };
  return kExamples;
}

std::vector<Message> Read(ByteView bytes) {
  ChunkReader reader;
  std::vector<Message> messages;
  REQUIRE(reader.Receive(bytes, messages).ok());
  return messages;
}

absl::StatusCode CodeOf(ByteView bytes, ChunkReader::Limits limits = {}) {
  ChunkReader reader(limits);
  std::vector<Message> messages;
  return reader.Receive(bytes, messages).code();
}

// `count` video messages' first chunks, each of 128 bytes, of messages of `length` bytes.
Bytes Unfinished(int count, uint32_t length) {
  Bytes bytes;
  for (int i = 0; i < count; ++i) {
    bytes.push_back(static_cast<uint8_t>(3 + i));
    for (uint8_t byte : Hex("000000")) bytes.push_back(byte);
    for (int shift = 16; shift >= 0; shift -= 8)
      bytes.push_back(static_cast<uint8_t>(length >> shift));
    for (uint8_t byte : Hex("09 01000000")) bytes.push_back(byte);
    bytes.insert(bytes.end(), kDefaultChunkSize, 0xaa);
  }
  return bytes;
}

}  // namespace

TEST_CASE("RTMP 5.3.1: chunks become messages") {
  for (const Example& example : Examples()) {
    INFO(example.name);
    CHECK(Read(Hex(example.bytes)) == example.messages);
  }
}

TEST_CASE("RTMP 5.3.1: each split of the bytes gives the same messages") {
  for (const Example& example : Examples()) {
    INFO(example.name);
    Bytes bytes = Hex(example.bytes);
    for (size_t split = 0; split <= bytes.size(); ++split) {
      INFO("split at " << split);
      ChunkReader reader;
      std::vector<Message> messages;
      CHECK(reader.Receive(ByteView(bytes).first(split), messages).ok());
      CHECK(reader.Receive(ByteView(bytes).subspan(split), messages).ok());
      CHECK(messages == example.messages);
      CHECK(reader.partial_bytes() == 0);
    }
  }
}

TEST_CASE("RTMP 5.3.1: bytes one by one give the same messages") {
  for (const Example& example : Examples()) {
    INFO(example.name);
    ChunkReader reader;
    std::vector<Message> messages;
    for (uint8_t byte : Hex(example.bytes)) {
      CHECK(reader.Receive(ByteView(&byte, 1), messages).ok());
    }
    CHECK(messages == example.messages);
  }
}

TEST_CASE("RTMP 5.3.1: each truncation waits for the rest") {
  for (const Example& example : Examples()) {
    INFO(example.name);
    Bytes bytes = Hex(example.bytes);
    for (size_t size = 0; size < bytes.size(); ++size) {
      CHECK(Read(ByteView(bytes).first(size)).size() < example.messages.size());
    }
  }
}

TEST_CASE(
    "RTMP 5.3.1.3: encoders that do not repeat the extended timestamp in a message are read") {
  CHECK(Read(Hex("02 000000 000004 01 00000000 00000002"
                 "06 ffffff 000008 09 01000000 01000000 aabb c6 ccdd c6 eeff c6 1122"
                 "06 000001 000001 09 01000000 33")) ==
        std::vector<Message>{SetChunkSize(2),
                             {kVideo, 0x1000000, 1, Hex("aabbccddeeff1122")},
                             {kVideo, 1, 1, Hex("33")}});
}

TEST_CASE("RTMP 5.4.2: abort drops the unfinished message of a chunk stream") {
  ChunkReader reader;
  std::vector<Message> messages;
  REQUIRE(reader.Receive(Unfinished(1, 200), messages).ok());
  CHECK(reader.partial_bytes() == 128);
  REQUIRE(reader.Receive(Hex("02 000000 000004 02 00000000 00000003"), messages).ok());
  CHECK(reader.partial_bytes() == 0);
  // The next type 3 begins a message of the same length.
  Bytes next{0xc3};
  next.insert(next.end(), 128, 0xbb);
  next.push_back(0xc3);
  next.insert(next.end(), 72, 0xbb);
  REQUIRE(reader.Receive(next, messages).ok());
  REQUIRE(messages.size() == 2);
  CHECK(messages[1].payload == Bytes(200, 0xbb));
}

TEST_CASE("A new message header on a chunk stream drops its unfinished message") {
  ChunkReader reader;
  std::vector<Message> messages;
  REQUIRE(reader.Receive(Unfinished(1, 200), messages).ok());
  REQUIRE(reader.Receive(Hex("03 000000 000001 09 01000000 aa"), messages).ok());
  CHECK(messages == std::vector<Message>{{kVideo, 0, 1, Hex("aa")}});
  CHECK(reader.partial_bytes() == 0);
}

TEST_CASE("RTMP 5.3.1.2: a chunk stream that begins with type 2 or 3 is refused") {
  CHECK(CodeOf(Hex("86 000000")) == absl::StatusCode::kInvalidArgument);
  CHECK(CodeOf(Hex("c6")) == absl::StatusCode::kInvalidArgument);
}

TEST_CASE("RTMP 5.4.1: chunk sizes of 0 and from 2^31 are refused") {
  CHECK(CodeOf(Hex("02 000000 000004 01 00000000 00000000")) == absl::StatusCode::kInvalidArgument);
  CHECK(CodeOf(Hex("02 000000 000004 01 00000000 80000000")) == absl::StatusCode::kInvalidArgument);
  CHECK(CodeOf(Hex("02 000000 000003 01 00000000 000001")) == absl::StatusCode::kInvalidArgument);
}

TEST_CASE("RTMP 5.4.1: chunk sizes from 1 to the longest message are obeyed") {
  CHECK(Read(Hex("02 000000 000004 01 00000000 00000001"
                 "06 000000 000002 09 01000000 aa c6 bb"))[1]
            .payload == Hex("aabb"));
  ChunkReader reader;
  std::vector<Message> messages;
  REQUIRE(reader.Receive(Hex("02 000000 000004 01 00000000 7fffffff"), messages).ok());
  CHECK(reader.chunk_size() == kMaxMessageLength);
}

TEST_CASE("A message longer than the bound is refused before its bytes come") {
  ChunkReader::Limits limits;
  limits.message_length = 100;
  CHECK(CodeOf(Hex("06 000000 000064 09 01000000"), limits) == absl::StatusCode::kOk);
  CHECK(CodeOf(Hex("06 000000 000065 09 01000000"), limits) ==
        absl::StatusCode::kResourceExhausted);
}

TEST_CASE("More chunk streams than the bound are refused") {
  ChunkReader::Limits limits;
  limits.chunk_streams = 3;
  CHECK(CodeOf(Unfinished(3, 200), limits) == absl::StatusCode::kOk);
  CHECK(CodeOf(Unfinished(4, 200), limits) == absl::StatusCode::kResourceExhausted);
}

TEST_CASE("More bytes of unfinished messages than the bound are refused") {
  ChunkReader::Limits limits;
  limits.partial_bytes = 2 * kDefaultChunkSize;
  CHECK(CodeOf(Unfinished(2, 200), limits) == absl::StatusCode::kOk);
  CHECK(CodeOf(Unfinished(3, 200), limits) == absl::StatusCode::kResourceExhausted);
}

TEST_CASE("After an error the reader takes nothing more") {
  ChunkReader reader;
  std::vector<Message> messages;
  CHECK_FALSE(reader.Receive(Hex("c6"), messages).ok());
  CHECK_FALSE(reader.Receive(Hex("06 000010 000001 09 01000000 aa"), messages).ok());
  CHECK(messages.empty());
}

}  // namespace sluice::rtmp
