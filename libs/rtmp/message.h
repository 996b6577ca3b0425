// RTMP messages (RTMP 1.0 §5.3, §5.4, §6, §7) apart from how they are cut into chunks.
#pragma once

#include <cstdint>

#include "libs/base/bytes.h"

namespace sluice::rtmp {

enum class MessageType : uint8_t {
  kSetChunkSize = 1,
  kAbort = 2,
  kAcknowledgement = 3,
  kUserControl = 4,
  kWindowAckSize = 5,
  kSetPeerBandwidth = 6,
  kAudio = 8,
  kVideo = 9,
  kDataAmf3 = 15,
  kSharedObjectAmf3 = 16,
  kCommandAmf3 = 17,
  kDataAmf0 = 18,
  kSharedObjectAmf0 = 19,
  kCommandAmf0 = 20,
  kAggregate = 22,
};

struct Message {
  MessageType type = MessageType::kCommandAmf0;  // any value, also unknown ones
  uint32_t timestamp = 0;                        // milliseconds, wraps
  uint32_t stream_id = 0;                        // message stream id; 0 = the connection itself
  Bytes payload;                                 // at most kMaxMessageLength bytes

  friend bool operator==(const Message&, const Message&) = default;
};

inline constexpr uint32_t kMaxMessageLength = 0xffffff;  // 24 bits on the wire
inline constexpr uint32_t kDefaultChunkSize = 128;       // §5.4.1, both ways, until it is set

// The chunk streams we write on: constant per kind of message, so that a serialised message suits
// every player.
inline constexpr uint32_t kControlChunkStream = 2;  // §5.4
inline constexpr uint32_t kCommandChunkStream = 3;
inline constexpr uint32_t kAudioChunkStream = 4;
inline constexpr uint32_t kDataChunkStream = 5;
inline constexpr uint32_t kVideoChunkStream = 6;
uint32_t ChunkStreamOf(MessageType type);

}  // namespace sluice::rtmp
