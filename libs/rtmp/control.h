// Protocol control and user control messages (RTMP 1.0 §5.4, §7.1.7).
#pragma once

#include <optional>

#include "libs/rtmp/message.h"

namespace sluice::rtmp {

Message SetChunkSize(uint32_t bytes);        // 1 or more
Message Acknowledgement(uint32_t sequence);  // bytes received so far, wraps
Message WindowAckSize(uint32_t bytes);
enum class PeerBandwidthLimit : uint8_t { kHard = 0, kSoft = 1, kDynamic = 2 };
Message SetPeerBandwidth(uint32_t bytes, PeerBandwidthLimit limit);

// The number in a control message of one of the types above; nullopt: cut off.
std::optional<uint32_t> ControlValue(const Message& message);

enum class UserControlType : uint16_t {
  kStreamBegin = 0,
  kStreamEof = 1,
  kStreamDry = 2,
  kSetBufferLength = 3,
  kStreamIsRecorded = 4,
  kPingRequest = 6,
  kPingResponse = 7,
};
struct UserControl {
  UserControlType type = UserControlType::kStreamBegin;  // any value, also unknown ones
  uint32_t value = 0;  // message stream id, or the timestamp of a ping
};
Message ToMessage(const UserControl& control);
// nullopt: not one, or cut off.
std::optional<UserControl> ParseUserControl(const Message& message);

}  // namespace sluice::rtmp
