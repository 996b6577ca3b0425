#include <catch2/catch.hpp>

#include "libs/rtp/rtcp/message.h"
#include "tests/support/hex.h"

namespace sluice::rtp::rtcp {
namespace {

using test::Hex;

const ReportBlock kBlock = {0xaabbccdd, 0x40, -2, 0x00010203, 7, 0x11223344, 0x00010000};

SenderReport ExampleSenderReport() {
  SenderReport report = {1, NtpTime{0x0102030405060708}, 0x90000, 10, 1000, {}};
  report.blocks.push_back(kBlock);
  return report;
}
ReceiverReport ExampleReceiverReport() {
  ReceiverReport report = {2, {}};
  report.blocks.assign({kBlock, kBlock});
  return report;
}
SourceDescription ExampleSourceDescription() {
  SourceDescription description;
  description.chunks.assign({{1, "abc"}, {2, "abcdefgh"}});
  return description;
}
Goodbye ExampleGoodbye() {
  Goodbye goodbye;
  goodbye.ssrcs.assign({1, 2});
  goodbye.reason = "end";
  return goodbye;
}
Nack ExampleNack() {
  Nack nack = {1, 2, {}};
  for (uint16_t number : {65534, 65535, 0, 14, 15, 100}) nack.Add(number);
  return nack;
}
FullIntraRequest ExampleFullIntraRequest() {
  FullIntraRequest request = {1, {}};
  request.items.assign({{2, 9}, {3, 255}});
  return request;
}

template <typename T>
Bytes Serialized(const T& value) {
  Bytes out;
  Serialize(value, out);
  return out;
}

std::optional<Message> ParseOne(ByteView bytes) {
  CompoundReader reader(bytes);
  auto packet = reader.Next();
  if (!packet || !reader.ok()) return std::nullopt;
  return ParseMessage(*packet);
}

const char kBlockHex[] = "aabbccdd 40 fffffe 00010203 00000007 11223344 00010000 ";
const std::string kSenderReportHex =
    std::string("81 c8 000c 00000001 0102030405060708 00090000 0000000a 000003e8") + kBlockHex;

TEST_CASE("RFC 3550 6, RFC 4585, RFC 5104: each packet is written as the specification says") {
  CHECK(Serialized(ExampleSenderReport()) == Hex(kSenderReportHex));
  CHECK(Serialized(ExampleReceiverReport()) ==
        Hex(std::string("82 c9 000d 00000002") + kBlockHex + kBlockHex));
  // A chunk ends with one to four zeroes at a 32-bit boundary.
  CHECK(Serialized(ExampleSourceDescription()) ==
        Hex("82 ca 0007 00000001 01 03 616263 000000 00000002 01 08 6162636465666768 0000"));
  CHECK(Serialized(ExampleGoodbye()) == Hex("82 cb 0003 00000001 00000002 03 656e64"));
  CHECK(Serialized(ExampleNack()) ==
        Hex("81 cd 0005 00000001 00000002 fffe 8003 000f 0000 0064 0000"));
  CHECK(Serialized(PictureLossIndication{1, 2}) == Hex("81 ce 0002 00000001 00000002"));
  CHECK(Serialized(ExampleFullIntraRequest()) ==
        Hex("84 ce 0006 00000001 00000000 00000002 09000000 00000003 ff000000"));
}

TEST_CASE("draft-alvestrand-rmcat-remb-03 2.2: an estimate is written with 18 significant bits") {
  ReceiverEstimatedMaximumBitrate estimate;
  estimate.sender_ssrc = 1;
  estimate.ssrcs = {0x11223344, 5};
  estimate.bitrate_bps = 2'500'000;  // 156250 << 4
  CHECK(Serialized(estimate) ==
        Hex("8f ce 0006 00000001 00000000 52454d42 02 12625a 11223344 00000005"));
  for (uint64_t bitrate : {uint64_t{0}, uint64_t{262'143}, uint64_t{262'144}, uint64_t{1} << 63}) {
    estimate.bitrate_bps = bitrate;
    CHECK(std::get<ReceiverEstimatedMaximumBitrate>(*ParseOne(Serialized(estimate))) == estimate);
  }
}

TEST_CASE("RFC 3550: what is written is read") {
  CHECK(std::get<SenderReport>(*ParseOne(Serialized(ExampleSenderReport()))) ==
        ExampleSenderReport());
  CHECK(std::get<ReceiverReport>(*ParseOne(Serialized(ExampleReceiverReport()))) ==
        ExampleReceiverReport());
  CHECK(std::get<SourceDescription>(*ParseOne(Serialized(ExampleSourceDescription()))) ==
        ExampleSourceDescription());
  CHECK(std::get<Goodbye>(*ParseOne(Serialized(ExampleGoodbye()))) == ExampleGoodbye());
  CHECK(std::get<Nack>(*ParseOne(Serialized(ExampleNack()))) == ExampleNack());
  CHECK(std::get<PictureLossIndication>(*ParseOne(Serialized(PictureLossIndication{1, 2}))) ==
        PictureLossIndication{1, 2});
  CHECK(std::get<FullIntraRequest>(*ParseOne(Serialized(ExampleFullIntraRequest()))) ==
        ExampleFullIntraRequest());
}

TEST_CASE("RFC 3550 6.7: application data of any length comes back as it was") {
  for (size_t size = 0; size < 9; ++size) {
    Bytes data(size, 0x5a);
    Bytes bytes = Serialized(AppView{5, 77, {'S', 'L', 'S', 'D'}, data});
    CAPTURE(size);
    CHECK(bytes.size() % 4 == 0);
    auto message = ParseOne(bytes);
    REQUIRE(message.has_value());
    const AppView& app = std::get<AppView>(*message);
    CHECK(app.subtype == 5);
    CHECK(app.ssrc == 77);
    CHECK(app.name_text() == "SLSD");
    CHECK(ToBytes(app.data) == data);
  }
}

TEST_CASE("RFC 4585 6.2.1: a NACK names a packet and the 16 after it") {
  Nack nack = ExampleNack();
  std::vector<uint16_t> numbers;
  nack.ForEach([&](uint16_t number) { numbers.push_back(number); });
  CHECK(numbers == std::vector<uint16_t>{65534, 65535, 0, 14, 15, 100});
  CHECK(nack.items.size() == 3);
}

TEST_CASE("adding the same number twice to a NACK names it once") {
  Nack nack;
  nack.Add(5);
  nack.Add(5);
  nack.Add(6);
  nack.Add(6);
  REQUIRE(nack.items.size() == 1);
  CHECK(nack.items[0] == Nack::Item{5, 1});
}

TEST_CASE("REMB: the bitrate is a mantissa moved by an exponent") {
  auto [bytes, bitrate] = GENERATE(table<std::string, uint64_t>({
      {"8f ce 0005 00000001 00000000 52454d42 01 03ffff 00000002", 0x3ffff},
      {"8f ce 0005 00000001 00000000 52454d42 01 0a03e8 00000002", 0x203e8ULL << 2},
      {"8f ce 0005 00000001 00000000 52454d42 01 ffffff 00000002", UINT64_MAX},
  }));
  CAPTURE(bytes);
  Bytes packet = Hex(bytes);
  auto message = ParseOne(packet);
  REQUIRE(message.has_value());
  const auto& estimate = std::get<ReceiverEstimatedMaximumBitrate>(*message);
  CHECK(estimate.bitrate_bps == bitrate);
  REQUIRE(estimate.ssrcs.size() == 1);
  CHECK(estimate.ssrcs[0] == 2);
}

TEST_CASE("RFC 3550 6.1: a compound is read packet by packet, unknown types are skipped") {
  Bytes compound;
  Serialize(ExampleSenderReport(), compound);
  Serialize(ExampleSourceDescription(), compound);
  Bytes unknown = Hex("80 d0 0001 01020304");
  compound.insert(compound.end(), unknown.begin(), unknown.end());
  Serialize(PictureLossIndication{1, 2}, compound);
  CHECK(IsRtcp(compound));
  CompoundReader reader(compound);
  std::vector<bool> understood;
  while (auto packet = reader.Next()) understood.push_back(ParseMessage(*packet).has_value());
  CHECK(reader.ok());
  CHECK(understood == std::vector<bool>{true, true, false, true});
}

TEST_CASE("every truncation of every packet is refused") {
  std::vector<Bytes> examples = {Serialized(ExampleSenderReport()),
                                 Serialized(ExampleReceiverReport()),
                                 Serialized(ExampleSourceDescription()),
                                 Serialized(ExampleGoodbye()),
                                 Serialized(ExampleNack()),
                                 Serialized(PictureLossIndication{1, 2}),
                                 Serialized(ExampleFullIntraRequest()),
                                 Hex("8f ce 0005 00000001 00000000 52454d42 01 03ffff 00000002")};
  for (const Bytes& example : examples) {
    for (size_t size = 1; size < example.size(); ++size) {
      CompoundReader reader(ByteView(example).first(size));
      CAPTURE(int{example[1]}, size);
      CHECK_FALSE(reader.Next().has_value());
      CHECK_FALSE(reader.ok());
    }
  }
}

TEST_CASE("a body shorter than its blocks is refused") {
  auto bytes = GENERATE(
      as<std::string>(), "81 c8 0006 00000001 0102030405060708 00090000 0000000a 000003e8",
      "80 c8 0005 00000001 0102030405060708 00090000 0000000a",
      "81 c9 0001 00000001",           // a report block is missing
      "82 ca 0002 00000001 00000000",  // the second chunk is missing
      "81 ca 0002 00000001 01ff6162",  // an item leads outside
      "82 cb 0001 00000001",           // the second source is missing
      "81 cb 0002 00000001 09616263",  // the reason leads outside
      "80 cc 0001 00000001",           // no name
      "81 cd 0002 00000001 00000002",  // a NACK of nothing
      "81 ce 0001 00000001",
      "84 ce 0002 00000001 00000000",  // a FIR of nothing
      "84 ce 0003 00000001 00000000 00000002", "8f ce 0004 00000001 00000000 52454d42 02000000",
      "8f ce 0004 00000001 00000000 4f544852 00000000");  // another application
  CAPTURE(bytes);
  CHECK_FALSE(ParseOne(Hex(bytes)).has_value());
}

TEST_CASE("a header of another version or with impossible padding ends the compound") {
  for (const char* bytes :
       {"41 c9 0001 00000001", "a1 c9 0001 00000000", "a0 c9 0001 00000009", "a0 c9 0000"}) {
    Bytes packet = Hex(bytes);
    CompoundReader reader(packet);
    CAPTURE(bytes);
    CHECK_FALSE(reader.Next().has_value());
    CHECK_FALSE(reader.ok());
  }
}

TEST_CASE("RFC 5761 4: RTCP is told from RTP by its second byte") {
  CHECK(IsRtcp(Hex("80c80001")));
  CHECK(IsRtcp(Hex("81ce0001")));
  CHECK_FALSE(IsRtcp(Hex("80600001")));
  CHECK_FALSE(IsRtcp(Hex("80e00001")));  // payload type 96 with marker
  CHECK_FALSE(IsRtcp(Hex("80c8")));
  CHECK_FALSE(IsRtcp({}));
}

TEST_CASE("RFC 3550 6.4.1: more than 31 blocks do not fit and are left out") {
  ReceiverReport report = {1, {}};
  report.blocks.resize(40, kBlock);
  auto message = ParseOne(Serialized(report));
  REQUIRE(message.has_value());
  CHECK(std::get<ReceiverReport>(*message).blocks.size() == 31);
}

TEST_CASE("the cumulative loss is held within its 24 signed bits") {
  ReceiverReport report = {1, {}};
  report.blocks.resize(2, kBlock);
  report.blocks[0].cumulative_lost = 0x7fffffff;
  report.blocks[1].cumulative_lost = -0x7fffffff;
  Bytes bytes = Serialized(report);
  auto message = ParseOne(bytes);
  CHECK(std::get<ReceiverReport>(*message).blocks[0].cumulative_lost == 0x7fffff);
  CHECK(std::get<ReceiverReport>(*message).blocks[1].cumulative_lost == -0x800000);
}

}  // namespace
}  // namespace sluice::rtp::rtcp
