// Writes STUN messages (RFC 8489 §5).
#pragma once

#include <span>
#include <string_view>

#include "libs/base/bytes.h"
#include "libs/stun/message.h"

namespace sluice::stun {

// Appends one message to `out`, which must be empty and outlive the builder. Add what is wanted,
// AddMessageIntegrity() and AddFingerprint() last, in this order. `out` is a whole message after
// each call; keep its capacity between messages, and nothing is allocated.
class MessageBuilder {
 public:
  MessageBuilder(Class message_class, uint16_t method, const TransactionId& transaction_id,
                 Bytes& out);

  // At most 512 bytes each; the rest is cut off.
  void AddUsername(std::string_view username) { AddBytes(kUsername, AsBytes(username)); }
  void AddSoftware(std::string_view name) { AddBytes(kSoftware, AsBytes(name)); }
  void AddPriority(uint32_t priority);
  void AddUseCandidate() { AddBytes(kUseCandidate, {}); }
  void AddIceControlling(uint64_t tie_breaker) { AddU64(kIceControlling, tie_breaker); }
  void AddIceControlled(uint64_t tie_breaker) { AddU64(kIceControlled, tie_breaker); }
  void AddXorMappedAddress(const TransportAddress& address);
  // code: 300..699.
  void AddErrorCode(uint16_t code, std::string_view reason);
  void AddUnknownAttributes(std::span<const uint16_t> types);
  void AddMessageIntegrity(std::string_view password);
  void AddFingerprint();

 private:
  void AddBytes(AttributeType type, ByteView value);
  void AddU64(AttributeType type, uint64_t value);
  void SetLength(size_t attribute_bytes);

  Bytes& out_;
};

}  // namespace sluice::stun
