#include "libs/fanout/frame.h"

#include <catch2/catch.hpp>

#include "tests/support/media_builders.h"

namespace sluice::fanout {
namespace {

using test::PacketBuilder;

std::vector<Item> Examples() {
  return {test::Describe({test::VideoTrack(), test::AudioTrack()}, 3),
          rtp::ClockReport{
              .track_id = 1, .ssrc = 1001, .ntp = {0x0102030405060708}, .rtp_timestamp = 99},
          PacketBuilder(1)
              .KeyFrame()
              .Marker(false)
              .Cts(-3000)
              .Sequence(65535)
              .Timestamp(1)
              .At(Instant{7s})
              .Shared(),
          PacketBuilder(1).Starts(false).Payload({}).Shared(),
          PacketBuilder(2).Cts(8'388'607).Size(1150).Shared(),
          PacketBuilder(1).Layer(3).Orientation(9).Shared(),
          std::make_shared<const StreamEvent>(StreamEvent{"data", R"({"a":1})"}),
          std::make_shared<const StreamEvent>(StreamEvent{"audioMuted", ""}),
          StreamEnd{EndCause::kPublisherStopped, "the encoder said so"}};
}

Bytes Serialized(const std::vector<Item>& items) {
  Bytes bytes;
  for (const Item& item : items) AppendFrame(item, bytes);
  return bytes;
}

// Whether two items say the same; packets are compared by content.
bool Same(const Item& a, const Item& b) {
  if (a.index() != b.index()) return false;
  if (const auto* description = std::get_if<DescriptionPtr>(&a)) {
    return **description == *std::get<DescriptionPtr>(b);
  }
  if (const auto* packet = std::get_if<rtp::PacketPtr>(&a)) {
    const rtp::Packet& x = **packet;
    const rtp::Packet& y = *std::get<rtp::PacketPtr>(b);
    return x.track_id == y.track_id && x.marker == y.marker && x.payload_type == y.payload_type &&
           x.sequence_number == y.sequence_number && x.rtp_timestamp == y.rtp_timestamp &&
           x.ssrc == y.ssrc && x.role == y.role && x.arrival == y.arrival && x.payload == y.payload;
  }
  if (const auto* event = std::get_if<StreamEventPtr>(&a)) {
    return **event == *std::get<StreamEventPtr>(b);
  }
  return a == b;
}

void CheckSame(const std::vector<Item>& got, const std::vector<Item>& expected) {
  REQUIRE(got.size() == expected.size());
  for (size_t i = 0; i < got.size(); ++i) {
    INFO("item " << i);
    CHECK(Same(got[i], expected[i]));
  }
}

TEST_CASE("docs/fanout.md: every item survives the way through its frame") {
  DownstreamReader reader;
  std::vector<Item> items;
  REQUIRE(reader.Read(Serialized(Examples()), items).ok());
  CheckSame(items, Examples());
}

TEST_CASE("RFC 4571: each split of the bytes gives the same items") {
  Bytes bytes = Serialized(Examples());
  for (size_t split = 0; split <= bytes.size(); ++split) {
    DownstreamReader reader;
    std::vector<Item> items;
    REQUIRE(reader.Read(ByteView(bytes).first(split), items).ok());
    REQUIRE(reader.Read(ByteView(bytes).subspan(split), items).ok());
    REQUIRE(items.size() == Examples().size());
  }
}

TEST_CASE("media and clocks of a track that was never described are refused") {
  for (size_t i : {size_t{1}, size_t{2}}) {
    Bytes bytes;
    AppendFrame(Examples()[i], bytes);
    DownstreamReader reader;
    std::vector<Item> items;
    CHECK_FALSE(reader.Read(bytes, items).ok());
  }
}

TEST_CASE("a frame that is no RTP or RTCP is refused") {
  for (const Bytes& content :
       {Bytes{}, Bytes{0x80}, Bytes(12, 0), Bytes{0x80, 200, 0, 50, 1, 2, 3, 4}}) {
    Bytes bytes;
    rtp::AppendRfc4571Frame(content, bytes);
    DownstreamReader reader;
    std::vector<Item> items;
    CHECK_FALSE(reader.Read(bytes, items).ok());
  }
}

TEST_CASE("the subscriber's first frame is the token, later ones are requests") {
  Bytes bytes;
  std::string token(kTokenBytes, 't');
  AppendToken(token, bytes);
  AppendFrame(KeyFrameRequest{77}, bytes);
  for (size_t split = 0; split <= bytes.size(); ++split) {
    UpstreamReader reader;
    std::vector<Upstream> messages;
    REQUIRE(reader.Read(ByteView(bytes).first(split), messages).ok());
    REQUIRE(reader.Read(ByteView(bytes).subspan(split), messages).ok());
    CHECK(reader.token() == token);
    REQUIRE(messages.size() == 1);
    CHECK(std::get<KeyFrameRequest>(messages[0]).ssrc == 77);
  }
}

TEST_CASE("wanted layers go upstream, those that are not named are wanted") {
  Bytes bytes;
  AppendToken(std::string(kTokenBytes, 't'), bytes);
  const WantedLayers sent{.unwanted = {3, 7}, .bitrate_bps = 1'500'000};
  AppendFrame(sent, bytes);
  UpstreamReader reader;
  std::vector<Upstream> messages;
  REQUIRE(reader.Read(bytes, messages).ok());
  REQUIRE(messages.size() == 1);
  CHECK(std::get<WantedLayers>(messages[0]) == sent);
}

TEST_CASE("more wanted layers than a publication has tracks are refused") {
  Bytes bytes;
  AppendToken(std::string(kTokenBytes, 't'), bytes);
  WantedLayers sent;
  for (uint32_t id = 0; id <= WantedLayers::kMaxTracks; ++id) sent.unwanted.insert(id);
  AppendFrame(sent, bytes);
  UpstreamReader reader;
  std::vector<Upstream> messages;
  CHECK_FALSE(reader.Read(bytes, messages).ok());
}

TEST_CASE("a token of another length is refused") {
  Bytes bytes;
  AppendToken(std::string(15, 't'), bytes);
  UpstreamReader reader;
  std::vector<Upstream> messages;
  CHECK_FALSE(reader.Read(bytes, messages).ok());
}

}  // namespace
}  // namespace sluice::fanout
