// Command and data messages (RTMP 1.0 §7.1.1, §7.1.2, §7.2): AMF0 and AMF3 in, AMF0 out.
#pragma once

#include <string>
#include <string_view>
#include <vector>

#include "absl/status/statusor.h"
#include "libs/amf/value.h"
#include "libs/rtmp/message.h"

namespace sluice::rtmp {

inline constexpr size_t kMaxCommandLength = 64 << 10;  // bytes; ours

// "connect", "_result", "onStatus", ...
struct Command {
  std::string name;
  double transaction_id = 0;  // 0 = no answer is wanted
  // After the transaction id; the first is the command object, or null.
  std::vector<amf::Value> arguments;

  // Undefined if there are fewer.
  const amf::Value& argument(size_t index) const;
};

// InvalidArgument: not AMF, or no name in front. ResourceExhausted: too long or too deep. An "AMF3"
// command (type 17) may be in AMF0 behind a zero byte, with AMF3 values in it, or AMF3 throughout.
absl::StatusOr<Command> ParseCommand(const Message& message);
Message ToMessage(const Command& command, uint32_t stream_id);

// A data message: "@setDataFrame", "onMetaData", "|RtmpSampleAccess", ... with its values.
absl::StatusOr<std::vector<amf::Value>> ParseData(const Message& message);
Message DataMessage(const std::vector<amf::Value>& values, uint32_t stream_id);

// Codes of onStatus, _result and _error that we send.
namespace status_code {
inline constexpr char kConnectSuccess[] = "NetConnection.Connect.Success";
inline constexpr char kConnectRejected[] = "NetConnection.Connect.Rejected";
inline constexpr char kConnectClosed[] = "NetConnection.Connect.Closed";
inline constexpr char kCallFailed[] = "NetConnection.Call.Failed";
inline constexpr char kPublishStart[] = "NetStream.Publish.Start";
inline constexpr char kPublishBadName[] = "NetStream.Publish.BadName";
inline constexpr char kPublishDenied[] = "NetStream.Publish.Denied";
inline constexpr char kPublishFailed[] = "NetStream.Failed";
inline constexpr char kUnpublishSuccess[] = "NetStream.Unpublish.Success";
inline constexpr char kPlayReset[] = "NetStream.Play.Reset";
inline constexpr char kPlayStart[] = "NetStream.Play.Start";
inline constexpr char kPlayStreamNotFound[] = "NetStream.Play.StreamNotFound";
inline constexpr char kPlayFailed[] = "NetStream.Play.Failed";
inline constexpr char kPlayUnpublishNotify[] = "NetStream.Play.UnpublishNotify";
inline constexpr char kPauseNotify[] = "NetStream.Pause.Notify";
inline constexpr char kUnpauseNotify[] = "NetStream.Unpause.Notify";
inline constexpr char kSeekNotify[] = "NetStream.Seek.Notify";
inline constexpr char kSeekFailed[] = "NetStream.Seek.Failed";
inline constexpr char kPlayStop[] = "NetStream.Play.Stop";
}  // namespace status_code

enum class StatusLevel : uint8_t { kStatus, kError };
amf::Object StatusObject(StatusLevel level, std::string_view code, std::string_view description);
Command OnStatus(StatusLevel level, std::string_view code, std::string_view description);

}  // namespace sluice::rtmp
