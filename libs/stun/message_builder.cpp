#include "libs/stun/message_builder.h"

#include <algorithm>
#include <array>

#include "libs/base/byte_writer.h"
#include "libs/stun/crc32.h"
#include "libs/stun/hmac_sha1.h"

namespace sluice::stun {
namespace {

constexpr uint32_t kFingerprintXor = 0x5354554e;  // RFC 8489 §14.7
constexpr size_t kMaxText = 512;

uint16_t TypeOf(Class message_class, uint16_t method) {
  const uint16_t bits = static_cast<uint16_t>(message_class);
  return static_cast<uint16_t>((method & 0xf) | (method & 0x70) << 1 | (method & 0xf80) << 2 |
                               (bits & 1) << 4 | (bits & 2) << 7);
}

}  // namespace

MessageBuilder::MessageBuilder(Class message_class, uint16_t method,
                               const TransactionId& transaction_id, Bytes& out)
    : out_(out) {
  ByteWriter writer(out_);
  writer.WriteU16(TypeOf(message_class, method));
  writer.WriteU16(0);
  writer.WriteU32(kMagicCookie);
  writer.WriteBytes(transaction_id);
}

void MessageBuilder::SetLength(size_t attribute_bytes) {
  ByteWriter(out_).PatchU16(2, static_cast<uint16_t>(attribute_bytes));
}

void MessageBuilder::AddBytes(AttributeType type, ByteView value) {
  value = value.first(std::min(value.size(), kMaxText));
  ByteWriter writer(out_);
  writer.WriteU16(type);
  writer.WriteU16(static_cast<uint16_t>(value.size()));
  writer.WriteBytes(value);
  while (out_.size() % 4 != 0) writer.WriteU8(0);
  SetLength(out_.size() - kHeaderSize);
}

void MessageBuilder::AddU64(AttributeType type, uint64_t value) {
  std::array<uint8_t, 8> bytes;
  for (size_t i = 0; i < bytes.size(); ++i) bytes[i] = static_cast<uint8_t>(value >> (56 - 8 * i));
  AddBytes(type, bytes);
}

void MessageBuilder::AddPriority(uint32_t priority) {
  std::array<uint8_t, 4> bytes;
  for (size_t i = 0; i < 4; ++i) bytes[i] = static_cast<uint8_t>(priority >> (24 - 8 * i));
  AddBytes(kPriority, bytes);
}

void MessageBuilder::AddXorMappedAddress(const TransportAddress& address) {
  std::array<uint8_t, 20> value{};
  const uint16_t port = address.port ^ (kMagicCookie >> 16);
  value[1] = static_cast<uint8_t>(address.family);
  value[2] = static_cast<uint8_t>(port >> 8);
  value[3] = static_cast<uint8_t>(port);
  // The key is the magic cookie and the transaction id: bytes 4 to 19 of the message.
  for (size_t i = 0; i < address.address_length(); ++i) {
    value[4 + i] = address.bytes[i] ^ out_[4 + i];
  }
  AddBytes(kXorMappedAddress, ByteView(value).first(4 + address.address_length()));
}

void MessageBuilder::AddErrorCode(uint16_t code, std::string_view reason) {
  std::array<uint8_t, 128> value{};
  value[2] = static_cast<uint8_t>(code / 100);
  value[3] = static_cast<uint8_t>(code % 100);
  const size_t length = std::min(reason.size(), value.size() - 4);
  std::copy_n(reason.begin(), length, value.begin() + 4);
  AddBytes(kErrorCode, ByteView(value).first(4 + length));
}

void MessageBuilder::AddUnknownAttributes(std::span<const uint16_t> types) {
  std::array<uint8_t, 32> value{};
  const size_t count = std::min(types.size(), value.size() / 2);
  for (size_t i = 0; i < count; ++i) {
    value[2 * i] = static_cast<uint8_t>(types[i] >> 8);
    value[2 * i + 1] = static_cast<uint8_t>(types[i]);
  }
  AddBytes(kUnknownAttributes, ByteView(value).first(2 * count));
}

void MessageBuilder::AddMessageIntegrity(std::string_view password) {
  SetLength(out_.size() + 24 - kHeaderSize);
  const ByteView covered(out_);
  AddBytes(kMessageIntegrity, HmacSha1(password, {&covered, 1}));
}

void MessageBuilder::AddFingerprint() {
  SetLength(out_.size() + 8 - kHeaderSize);
  const uint32_t crc = Crc32(out_) ^ kFingerprintXor;
  ByteWriter writer(out_);
  writer.WriteU16(kFingerprint);
  writer.WriteU16(4);
  writer.WriteU32(crc);
}

}  // namespace sluice::stun
