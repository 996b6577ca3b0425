// RFC 8489 §5:
//
//    0                   1                   2                   3
//    0 1 2 3 4 5 6 7 8 9 0 1 2 3 4 5 6 7 8 9 0 1 2 3 4 5 6 7 8 9 0 1
//   |0 0|     STUN Message Type     |         Message Length        |
//   |                         Magic Cookie                          |
//   |                     Transaction ID (96 bits)                  |
//
// then attributes: type (16), length without padding (16), value, padded to 4 bytes.
#include "libs/stun/message.h"

#include <algorithm>

#include "libs/base/byte_reader.h"
#include "libs/stun/crc32.h"
#include "libs/stun/hmac_sha1.h"

namespace sluice::stun {
namespace {

constexpr uint32_t kFingerprintXor = 0x5354554e;  // RFC 8489 §14.7
constexpr size_t kAttributeHeader = 4;
constexpr size_t kIntegritySize = 20;
constexpr size_t kMaxUsername = 513;  // RFC 8489 §14.3: fewer than 509 bytes; ufrags make 513

std::optional<TransportAddress> ReadXorAddress(ByteView value, const TransactionId& id) {
  ByteReader reader(value);
  reader.Skip(1);
  TransportAddress address;
  const uint8_t family = reader.ReadU8();
  if (family != 1 && family != 2) return std::nullopt;
  address.family = static_cast<TransportAddress::Family>(family);
  address.port = reader.ReadU16() ^ (kMagicCookie >> 16);
  const ByteView bytes = reader.ReadBytes(address.address_length());
  if (!reader.ok() || reader.remaining() != 0) return std::nullopt;
  for (size_t i = 0; i < bytes.size(); ++i) {
    const uint8_t key = i < 4 ? static_cast<uint8_t>(kMagicCookie >> (24 - 8 * i)) : id[i - 4];
    address.bytes[i] = bytes[i] ^ key;
  }
  return address;
}

std::optional<uint16_t> ReadErrorCode(ByteView value) {
  if (value.size() < 4) return std::nullopt;
  const int hundreds = value[2] & 7;
  if (hundreds < 3 || hundreds > 6 || value[3] > 99) return std::nullopt;
  return static_cast<uint16_t>(hundreds * 100 + value[3]);
}

// Fills an optional unless it is there already; false if the value could not be read.
template <typename T>
bool SetOnce(std::optional<T>& field, std::optional<T> value) {
  if (!value) return false;
  if (!field) field = value;
  return true;
}

std::optional<uint32_t> ReadU32(ByteView value) {
  if (value.size() != 4) return std::nullopt;
  return ByteReader(value).ReadU32();
}

std::optional<uint64_t> ReadU64(ByteView value) {
  if (value.size() != 8) return std::nullopt;
  return ByteReader(value).ReadU64();
}

std::optional<std::string_view> ReadText(ByteView value, size_t limit) {
  if (value.size() > limit) return std::nullopt;
  return AsText(value);
}

void KeepUnknown(MessageView& message, uint16_t type) {
  if (type >= 0x8000) return;  // comprehension-optional
  if (message.unknown_count < message.unknown_attributes.size()) {
    message.unknown_attributes[message.unknown_count] = type;
  }
  ++message.unknown_count;
}

bool ReadAttribute(MessageView& message, uint16_t type, ByteView value) {
  switch (type) {
    case kUsername:
      return SetOnce(message.username, ReadText(value, kMaxUsername));
    case kSoftware:
      return SetOnce(message.software, ReadText(value, 763));
    case kPriority:
      return SetOnce(message.priority, ReadU32(value));
    case kUseCandidate:
      message.use_candidate = true;
      return value.empty();
    case kIceControlling:
      return SetOnce(message.ice_controlling, ReadU64(value));
    case kIceControlled:
      return SetOnce(message.ice_controlled, ReadU64(value));
    case kXorMappedAddress:
      return SetOnce(message.xor_mapped_address, ReadXorAddress(value, message.transaction_id));
    case kErrorCode:
      return SetOnce(message.error_code, ReadErrorCode(value));
    case kMappedAddress:
    case kUnknownAttributes:
      return true;  // of responses, which say nothing to us
    default:
      KeepUnknown(message, type);
      return true;
  }
}

// FINGERPRINT is the last attribute and covers everything before it.
bool ReadFingerprint(MessageView& message, size_t offset, ByteView value) {
  if (value.size() != 4 || offset + kAttributeHeader + 4 != message.bytes.size()) return false;
  const uint32_t wanted = Crc32(message.bytes.first(offset)) ^ kFingerprintXor;
  message.has_fingerprint = ByteReader(value).ReadU32() == wanted;
  return message.has_fingerprint;
}

// `offset` is where the attribute begins in the message.
bool TakeAttribute(MessageView& message, size_t offset, uint16_t type, ByteView value) {
  if (type == kFingerprint) return ReadFingerprint(message, offset, value);
  if (message.integrity_offset != 0) return true;  // not protected: ignored
  if (type != kMessageIntegrity) return ReadAttribute(message, type, value);
  message.integrity_offset = offset;
  return value.size() == kIntegritySize;
}

bool ReadAttributes(MessageView& message) {
  ByteReader reader(message.bytes);
  reader.Skip(kHeaderSize);
  while (reader.remaining() > 0) {
    const size_t offset = reader.position();
    const uint16_t type = reader.ReadU16();
    const uint16_t length = reader.ReadU16();
    const ByteView value = reader.ReadBytes(length);
    reader.Skip((4 - length % 4) % 4);
    if (!reader.ok() || !TakeAttribute(message, offset, type, value)) return false;
  }
  return true;
}

}  // namespace

bool IsStun(ByteView datagram) {
  if (datagram.size() < kHeaderSize || datagram[0] > 3) return false;
  return ByteReader(datagram.subspan(4)).ReadU32() == kMagicCookie;
}

std::optional<MessageView> ParseMessage(ByteView datagram) {
  if (!IsStun(datagram)) return std::nullopt;
  ByteReader reader(datagram);
  MessageView message;
  const uint16_t type = reader.ReadU16();
  const uint16_t length = reader.ReadU16();
  if (length % 4 != 0 || length != datagram.size() - kHeaderSize) return std::nullopt;
  // The class stands in bits 4 and 8 of the type, between the method's.
  message.message_class = static_cast<Class>((type >> 4 & 1) | (type >> 7 & 2));
  message.method = static_cast<uint16_t>((type & 0xf) | (type >> 1 & 0x70) | (type >> 2 & 0xf80));
  reader.Skip(4);
  const ByteView id = reader.ReadBytes(message.transaction_id.size());
  std::copy(id.begin(), id.end(), message.transaction_id.begin());
  message.bytes = datagram;
  if (!ReadAttributes(message)) return std::nullopt;
  return message;
}

bool HasValidIntegrity(const MessageView& message, std::string_view password) {
  if (message.integrity_offset == 0) return false;
  const size_t offset = message.integrity_offset;
  // The length in the header as if MESSAGE-INTEGRITY were the last attribute (RFC 8489 §14.5).
  const size_t length = offset + kAttributeHeader + kIntegritySize - kHeaderSize;
  const std::array<uint8_t, 4> head = {message.bytes[0], message.bytes[1],
                                       static_cast<uint8_t>(length >> 8),
                                       static_cast<uint8_t>(length)};
  const std::array<ByteView, 2> parts = {ByteView(head), message.bytes.subspan(4, offset - 4)};
  return AreEqual(HmacSha1(password, parts),
                  message.bytes.subspan(offset + kAttributeHeader, kIntegritySize));
}

std::optional<std::string_view> FindLocalUfrag(ByteView datagram) {
  const std::optional<MessageView> message = ParseMessage(datagram);
  if (!message || !message->username || message->message_class != Class::kRequest) {
    return std::nullopt;
  }
  return message->username->substr(0, message->username->find(':'));
}

}  // namespace sluice::stun
