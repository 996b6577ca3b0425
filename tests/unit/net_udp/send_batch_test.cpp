#include "libs/net/send_batch.h"

#include <catch2/catch.hpp>

#include "tests/support/sent_datagrams.h"

namespace sluice::net {
namespace {

constexpr Instant kNow{100s};

UdpPath PathTo(uint16_t port) { return {.to = SocketAddress::Parse("127.0.0.1", port).value()}; }

// Adds one datagram filled with `fill`; false if there was no place.
bool Add(SendBatch& batch, UdpPath& path, size_t size, uint8_t fill, bool droppable = true,
         Instant now = kNow) {
  std::span<uint8_t> place = batch.Add(path, size, droppable, now);
  std::fill(place.begin(), place.end(), fill);
  return place.size() == size;
}

}  // namespace

TEST_CASE("Equal datagrams to one peer are one message, and a shorter one ends it") {
  SentDatagrams sent;
  SendBatch batch(sent);
  UdpPath path = PathTo(1);
  for (uint8_t i = 0; i < 3; ++i) Add(batch, path, 100, i);
  Add(batch, path, 60, 3);
  Add(batch, path, 60, 4);
  Add(batch, path, 100, 5);
  REQUIRE(batch.Flush(kNow));
  CHECK(sent.messages_sent == std::vector<uint16_t>{4, 1, 1});
  REQUIRE(sent.datagrams.size() == 6);
  for (uint8_t i = 0; i < 6; ++i) CHECK(sent.datagrams[i].bytes[0] == i);
  CHECK(sent.datagrams[3].bytes.size() == 60);
}

TEST_CASE("Datagrams of different peers, or video and audio, are not joined") {
  SentDatagrams sent;
  SendBatch batch(sent);
  UdpPath a = PathTo(1);
  UdpPath b = PathTo(2);
  Add(batch, a, 100, 0);
  Add(batch, b, 100, 1);
  Add(batch, a, 100, 2, true);
  Add(batch, a, 100, 3, false);
  batch.Flush(kNow);
  CHECK(sent.messages_sent == std::vector<uint16_t>{1, 1, 1, 1});
  CHECK(sent.datagrams[1].to.port() == 2);
}

TEST_CASE("A message has at most 64 datagrams and 65000 bytes") {
  SentDatagrams sent;
  SendBatch batch(sent);
  UdpPath path = PathTo(1);
  const auto [size, most] = GENERATE(table<size_t, uint16_t>({{100, 64}, {1200, 54}}));
  for (int i = 0; i < 65; ++i) Add(batch, path, size, 0);
  batch.Flush(kNow);
  REQUIRE(sent.messages_sent.size() == 2);
  CHECK(sent.messages_sent[0] == most);
}

TEST_CASE("A full batch gives no place until it is flushed") {
  SentDatagrams sent;
  SendBatch batch(sent);
  UdpPath path = PathTo(1);
  size_t added = 0;
  while (Add(batch, path, 1200, 0)) ++added;
  CHECK(added == SendBatch::kMaxBytes / 1200);
  REQUIRE(batch.Flush(kNow));
  CHECK(Add(batch, path, 1200, 0));
}

TEST_CASE("The number of messages is bounded") {
  SentDatagrams sent;
  SendBatch batch(sent);
  UdpPath a = PathTo(1);
  UdpPath b = PathTo(2);
  size_t added = 0;
  while (Add(batch, added % 2 == 0 ? a : b, 10, 0)) ++added;
  CHECK(added == SendBatch::kMaxMessages);
}

TEST_CASE("What a full socket does not take is kept, in order, and nothing is built on it") {
  SentDatagrams sent;
  SendBatch batch(sent);
  UdpPath a = PathTo(1);
  UdpPath b = PathTo(2);
  Add(batch, a, 10, 1);
  Add(batch, b, 10, 2);
  Add(batch, a, 10, 3);
  sent.room = 1;
  CHECK_FALSE(batch.Flush(kNow));
  CHECK(batch.blocked());
  CHECK_FALSE(Add(batch, a, 10, 9));
  sent.room = 100;
  CHECK(batch.Flush(kNow + 1ms));
  REQUIRE(sent.datagrams.size() == 3);
  CHECK(sent.datagrams[1].bytes[0] == 2);
  CHECK(sent.datagrams[2].bytes[0] == 3);
  CHECK(Add(batch, a, 10, 9));
}

TEST_CASE("Video that has waited 20 ms for the socket is skipped and counted, audio is not") {
  SentDatagrams sent;
  SendBatch batch(sent);
  UdpPath path = PathTo(1);
  Add(batch, path, 100, 1, true);
  Add(batch, path, 100, 2, true);
  Add(batch, path, 50, 3, false);
  sent.room = 0;
  REQUIRE_FALSE(batch.Flush(kNow));
  SECTION("in time") {
    sent.room = 100;
    CHECK(batch.Flush(kNow + 19ms));
    CHECK(sent.datagrams.size() == 3);
    CHECK(path.skipped_video == 0);
  }
  SECTION("too late") {
    sent.room = 100;
    CHECK(batch.Flush(kNow + 20ms));
    REQUIRE(sent.datagrams.size() == 1);
    CHECK(sent.datagrams[0].bytes[0] == 3);
    CHECK(path.skipped_video == 2);
    CHECK(batch.skipped() == 2);
  }
}

TEST_CASE("Nothing is sent to a forgotten path") {
  SentDatagrams sent;
  SendBatch batch(sent);
  UdpPath keep = PathTo(1);
  {
    UdpPath gone = PathTo(2);
    Add(batch, gone, 10, 1);
    Add(batch, keep, 10, 2);
    batch.Forget(gone);
  }
  REQUIRE(batch.Flush(kNow));
  REQUIRE(sent.datagrams.size() == 1);
  CHECK(sent.datagrams[0].to.port() == 1);
}

}  // namespace sluice::net
