// One STUN message (RFC 8489 §5), read in place.
#pragma once

#include <array>
#include <cstdint>
#include <optional>
#include <string_view>

#include "libs/base/bytes.h"
#include "libs/stun/transport_address.h"

namespace sluice::stun {

enum class Class : uint8_t { kRequest = 0, kIndication = 1, kSuccess = 2, kError = 3 };

inline constexpr uint16_t kBinding = 0x001;  // method
inline constexpr size_t kHeaderSize = 20;
inline constexpr uint32_t kMagicCookie = 0x2112a442;

// RFC 8489 §18.3, RFC 8445 §20.1. Values below 0x8000 must be understood by the receiver.
enum AttributeType : uint16_t {
  kMappedAddress = 0x0001,
  kUsername = 0x0006,
  kMessageIntegrity = 0x0008,
  kErrorCode = 0x0009,
  kUnknownAttributes = 0x000a,
  kXorMappedAddress = 0x0020,
  kPriority = 0x0024,
  kUseCandidate = 0x0025,
  kSoftware = 0x8022,
  kFingerprint = 0x8028,
  kIceControlled = 0x8029,
  kIceControlling = 0x802a,
};

using TransactionId = std::array<uint8_t, 12>;

// What RFC 7983 §7 tells STUN by: first byte 0..3, the magic cookie. Cheap; for demultiplexing.
bool IsStun(ByteView datagram);

// Borrows: the datagram must outlive it.
struct MessageView {
  Class message_class = Class::kRequest;
  uint16_t method = 0;  // 12 bits
  TransactionId transaction_id{};
  ByteView bytes;  // the whole datagram

  // Attributes that we know; the first of each type counts, those behind MESSAGE-INTEGRITY do not
  // (RFC 8489 §14.5), FINGERPRINT apart.
  std::optional<std::string_view> username;
  std::optional<uint32_t> priority;
  bool use_candidate = false;
  std::optional<uint64_t> ice_controlling;  // tie-breaker
  std::optional<uint64_t> ice_controlled;
  std::optional<TransportAddress> xor_mapped_address;
  std::optional<uint16_t> error_code;  // 300..699
  std::optional<std::string_view> software;

  // Comprehension-required attributes that we do not know; what goes beyond the array is only
  // counted.
  std::array<uint16_t, 8> unknown_attributes{};
  size_t unknown_count = 0;

  // Where MESSAGE-INTEGRITY begins in `bytes`; 0 = there is none.
  size_t integrity_offset = 0;
  // FINGERPRINT is there and right.
  bool has_fingerprint = false;
};

// Reads a message. Allocates nothing. nullopt: not STUN, a length that disagrees with the
// datagram's or points outside, a known attribute of the wrong size, a FINGERPRINT that is wrong or
// not last.
std::optional<MessageView> ParseMessage(ByteView datagram);

// MESSAGE-INTEGRITY is there and was made with `password` (short-term credentials, RFC 8489 §9.1).
// Compares in constant time.
bool HasValidIntegrity(const MessageView& message, std::string_view password);

// The part before the colon of a binding request's USERNAME: whose it is at the receiver (RFC 8445
// §7.2.2). Checks nothing else, so that an unknown user costs little; nullopt if there is none.
std::optional<std::string_view> FindLocalUfrag(ByteView datagram);

}  // namespace sluice::stun
