#include "libs/rtmp/command.h"

#include <iterator>
#include <utility>

#include "libs/amf/amf0.h"
#include "libs/amf/amf3.h"
#include "libs/base/status_macros.h"

namespace sluice::rtmp {
namespace {

constexpr uint8_t kAmf0Behind = 0x00;
constexpr uint8_t kAmf3String = 0x06;  // a name, in AMF3

// Messages 15 and 17 are declared AMF3: AMF0 behind a zero byte, in which values may be AMF3, as
// clients send it; or AMF3 (or AMF0) from the first byte on.
absl::StatusOr<std::vector<amf::Value>> ParseAmf(const Message& message) {
  if (message.payload.size() > kMaxCommandLength) {
    return absl::ResourceExhaustedError("command or data message is too long");
  }
  ByteView bytes(message.payload);
  bool amf3 = message.type == MessageType::kCommandAmf3 || message.type == MessageType::kDataAmf3;
  if (!amf3) return amf::ParseValues(bytes);
  if (bytes.empty()) return absl::InvalidArgumentError("AMF3 message without content");
  if (bytes[0] == kAmf0Behind) return amf::ParseValues(bytes.subspan(1));
  return bytes[0] == kAmf3String ? amf::ParseAmf3Values(bytes) : amf::ParseValues(bytes);
}

}  // namespace

const amf::Value& Command::argument(size_t index) const {
  static const amf::Value kUndefined;
  return index < arguments.size() ? arguments[index] : kUndefined;
}

absl::StatusOr<Command> ParseCommand(const Message& message) {
  SLUICE_ASSIGN_OR_RETURN(std::vector<amf::Value> values, ParseAmf(message));
  if (values.empty() || values[0].As<std::string>() == nullptr) {
    return absl::InvalidArgumentError("command message without a name");
  }
  Command command;
  command.name = std::string(values[0].text());
  size_t first_argument = 1;
  if (values.size() > 1) {
    command.transaction_id = values[1].number(0);
    first_argument = 2;
  }
  command.arguments.assign(std::make_move_iterator(values.begin() + first_argument),
                           std::make_move_iterator(values.end()));
  return command;
}

Message ToMessage(const Command& command, uint32_t stream_id) {
  std::vector<amf::Value> values = {command.name, command.transaction_id};
  values.insert(values.end(), command.arguments.begin(), command.arguments.end());
  return {MessageType::kCommandAmf0, 0, stream_id, amf::SerializeValues(values)};
}

absl::StatusOr<std::vector<amf::Value>> ParseData(const Message& message) {
  return ParseAmf(message);
}

Message DataMessage(const std::vector<amf::Value>& values, uint32_t stream_id) {
  return {MessageType::kDataAmf0, 0, stream_id, amf::SerializeValues(values)};
}

amf::Object StatusObject(StatusLevel level, std::string_view code, std::string_view description) {
  return amf::MakeObject({{"level", level == StatusLevel::kStatus ? "status" : "error"},
                          {"code", code},
                          {"description", description}});
}

Command OnStatus(StatusLevel level, std::string_view code, std::string_view description) {
  return {"onStatus", 0, {amf::Null(), StatusObject(level, code, description)}};
}

}  // namespace sluice::rtmp
