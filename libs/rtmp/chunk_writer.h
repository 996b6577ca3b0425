// Messages to chunks (RTMP 1.0 §5.3).
#pragma once

#include <memory>
#include <span>

#include "libs/rtmp/message.h"

namespace sluice::rtmp {

// Every message begins with a type 0 header on the chunk stream of its kind: no state, so that the
// same bytes suit any connection that has been told the same chunk size.
struct MessageHeader {
  MessageType type = MessageType::kCommandAmf0;
  uint32_t timestamp = 0;  // milliseconds, wraps
  uint32_t stream_id = 0;
};

// Appends one message whose payload is `parts` in order, together at most kMaxMessageLength bytes.
// chunk_size: 1 or more.
void AppendMessage(const MessageHeader& header, std::span<const ByteView> parts,
                   uint32_t chunk_size, Bytes& out);
void AppendMessage(const Message& message, uint32_t chunk_size, Bytes& out);

// The chunk size that ServerProtocol tells every peer, and that shared messages are cut to.
inline constexpr uint32_t kOutChunkSize = 65536;
// The message stream that nearly every client has: the first it creates.
inline constexpr uint32_t kUsualStreamId = 1;

// One media message serialised once for all players. Immutable; copies share the bytes.
class SharedMessage {
 public:
  SharedMessage(MessageType type, uint32_t timestamp, std::span<const ByteView> parts);

  // Shared if the player's message stream is the usual one, else a copy made for it.
  std::shared_ptr<const Bytes> For(uint32_t stream_id) const;
  // A copy with another timestamp, for a player whose time has gone on.
  std::shared_ptr<const Bytes> At(uint32_t stream_id, uint32_t timestamp) const;
  MessageType type() const { return type_; }
  uint32_t timestamp() const { return timestamp_; }
  size_t size() const { return bytes_->size(); }

 private:
  MessageType type_;
  uint32_t timestamp_;
  std::shared_ptr<const Bytes> bytes_;
};

}  // namespace sluice::rtmp
