#include "libs/rtmp/command.h"

#include <catch2/catch.hpp>

#include "libs/rtmp/control.h"
#include "tests/support/hex.h"

namespace sluice::rtmp {

using test::Hex;

TEST_CASE("RTMP 7.2: a command is a name, a transaction id and arguments") {
  Command command{"createStream", 2, {amf::Null()}};
  Message message = ToMessage(command, 0);
  CHECK(message.type == MessageType::kCommandAmf0);
  CHECK(message.payload == Hex("02 000c 63726561746553747265616d 00 4000000000000000 05"));
  auto parsed = ParseCommand(message);
  REQUIRE(parsed.ok());
  CHECK(parsed->name == "createStream");
  CHECK(parsed->transaction_id == 2);
  CHECK(parsed->arguments == command.arguments);
  CHECK(parsed->argument(5) == amf::Value());
}

TEST_CASE("RTMP 7.1.1: an AMF3 command is in AMF0 behind a zero byte, with AMF3 in it or not") {
  auto bytes =
      GENERATE(as<std::string>{}, "00 02 0001 78 00 3ff0000000000000 05 00 401c000000000000",
               "00 02 0001 78 00 3ff0000000000000 05 11 0407",
               "11 06 03 78 11 0401 11 01 11 0407",  // without the zero byte
               "06 03 78 0401 01 0407");             // AMF3 throughout
  CAPTURE(bytes);
  auto parsed = ParseCommand({MessageType::kCommandAmf3, 0, 0, Hex(bytes)});
  REQUIRE(parsed.ok());
  CHECK(parsed->name == "x");
  CHECK(parsed->transaction_id == 1);
  CHECK(parsed->arguments == std::vector<amf::Value>{amf::Null(), 7});
}

TEST_CASE("RTMP 7.1.1: an AMF3 command that is neither is refused") {
  for (std::string bytes : {"", "00", "0c01", "06 03", "ff"}) {
    CAPTURE(bytes);
    auto code = ParseCommand({MessageType::kCommandAmf3, 0, 0, Hex(bytes)}).status().code();
    CHECK((code == absl::StatusCode::kInvalidArgument || code == absl::StatusCode::kUnimplemented));
  }
}

TEST_CASE("A command without a name is refused; one without transaction id has none") {
  CHECK(ParseCommand({MessageType::kCommandAmf0}).status().code() ==
        absl::StatusCode::kInvalidArgument);
  CHECK(ParseCommand({MessageType::kCommandAmf0, 0, 0, Hex("05")}).status().code() ==
        absl::StatusCode::kInvalidArgument);
  CHECK(ParseCommand({MessageType::kCommandAmf0, 0, 0, Hex("02 0001 78")})->transaction_id == 0);
}

TEST_CASE("A command longer than the bound is refused") {
  Message message{MessageType::kCommandAmf0, 0, 0, Bytes(kMaxCommandLength + 1, 0x05)};
  CHECK(ParseCommand(message).status().code() == absl::StatusCode::kResourceExhausted);
}

TEST_CASE("RTMP 5.4: control messages carry one number") {
  CHECK(ControlValue(SetChunkSize(4096)) == 4096u);
  CHECK(ControlValue(Acknowledgement(0xffffffff)) == 0xffffffffu);
  CHECK(SetPeerBandwidth(2500000, PeerBandwidthLimit::kDynamic).payload == Hex("002625a0 02"));
  CHECK_FALSE(ControlValue({MessageType::kWindowAckSize, 0, 0, Hex("000000")}).has_value());
}

TEST_CASE("RTMP 7.1.7: user control messages carry a type and a number") {
  Message message = ToMessage(UserControl{UserControlType::kPingRequest, 0x01020304});
  CHECK(message.payload == Hex("0006 01020304"));
  auto parsed = ParseUserControl(message);
  REQUIRE(parsed.has_value());
  CHECK(parsed->type == UserControlType::kPingRequest);
  CHECK(parsed->value == 0x01020304);
  for (size_t size = 0; size < message.payload.size(); ++size) {
    Message cut = message;
    cut.payload.resize(size);
    CHECK_FALSE(ParseUserControl(cut).has_value());
  }
  CHECK_FALSE(ParseUserControl(SetChunkSize(1)).has_value());
}

}  // namespace sluice::rtmp
