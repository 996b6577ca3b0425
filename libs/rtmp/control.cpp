#include "libs/rtmp/control.h"

#include "libs/base/byte_reader.h"
#include "libs/base/byte_writer.h"

namespace sluice::rtmp {
namespace {

Message NumberMessage(MessageType type, uint32_t value) {
  Message message{type};
  ByteWriter(message.payload).WriteU32(value);
  return message;
}

}  // namespace

Message SetChunkSize(uint32_t bytes) { return NumberMessage(MessageType::kSetChunkSize, bytes); }

Message Acknowledgement(uint32_t sequence) {
  return NumberMessage(MessageType::kAcknowledgement, sequence);
}

Message WindowAckSize(uint32_t bytes) { return NumberMessage(MessageType::kWindowAckSize, bytes); }

Message SetPeerBandwidth(uint32_t bytes, PeerBandwidthLimit limit) {
  Message message = NumberMessage(MessageType::kSetPeerBandwidth, bytes);
  message.payload.push_back(static_cast<uint8_t>(limit));
  return message;
}

std::optional<uint32_t> ControlValue(const Message& message) {
  ByteReader reader(message.payload);
  uint32_t value = reader.ReadU32();
  if (!reader.ok()) return std::nullopt;
  return value;
}

// §7.1.7: event type (2), then its data; every event that we know begins with four bytes.
Message ToMessage(const UserControl& control) {
  Message message{MessageType::kUserControl};
  ByteWriter writer(message.payload);
  writer.WriteU16(static_cast<uint16_t>(control.type));
  writer.WriteU32(control.value);
  return message;
}

std::optional<UserControl> ParseUserControl(const Message& message) {
  if (message.type != MessageType::kUserControl) return std::nullopt;
  ByteReader reader(message.payload);
  UserControl control;
  control.type = static_cast<UserControlType>(reader.ReadU16());
  control.value = reader.ReadU32();
  if (!reader.ok()) return std::nullopt;
  return control;
}

}  // namespace sluice::rtmp
