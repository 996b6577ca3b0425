// HMAC-SHA1 (RFC 2104), as MESSAGE-INTEGRITY uses it (RFC 8489 §14.5). Wraps OpenSSL.
#pragma once

#include <array>
#include <cstdint>
#include <span>
#include <string_view>

#include "libs/base/bytes.h"

namespace sluice::stun {

using Sha1Digest = std::array<uint8_t, 20>;

// Of the parts one after the other.
Sha1Digest HmacSha1(std::string_view key, std::span<const ByteView> parts);

// In a time that does not depend on where they differ.
bool AreEqual(const Sha1Digest& a, ByteView b);

}  // namespace sluice::stun
