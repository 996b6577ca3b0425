// The digest form of the handshake, in no specification: what Flash Player and its servers do, and
// what some clients insist on. The block's version is not zero, and 32 of its random bytes are an
// HMAC-SHA256 over the others.
#pragma once

#include <array>
#include <cstdint>
#include <optional>
#include <span>

#include "libs/base/bytes.h"

namespace sluice::rtmp {

inline constexpr size_t kHandshakeBlock = 1536;  // C1, S1, C2, S2
inline constexpr size_t kDigestBytes = 32;
using Digest = std::array<uint8_t, kDigestBytes>;

// Where the digest stands: in the block's first half (behind 4 bytes at 8 that say where), or in
// its second (behind 4 bytes at 772).
enum class DigestScheme : uint8_t { kFirstHalf, kSecondHalf };

struct ClientDigest {
  DigestScheme scheme = DigestScheme::kFirstHalf;
  Digest digest{};
};

// block: C1, kHandshakeBlock bytes, any. nullopt: it has no right digest in either place.
std::optional<ClientDigest> FindClientDigest(ByteView block);

// Puts the server's digest into S1, whose version and random bytes are there already.
void SignServerBlock(std::span<uint8_t> block, DigestScheme scheme);
// Puts the answer to the client's digest at the end of S2, whose random bytes are there already.
void SignServerAnswer(std::span<uint8_t> block, const Digest& client_digest);

// The client's side of the same, for tests and for clients of ours: signs C1; tells whether S1 and
// S2 are right.
void SignClientBlock(std::span<uint8_t> block, DigestScheme scheme);
bool IsServerBlockSigned(ByteView block, DigestScheme scheme);
bool IsServerAnswerRight(ByteView block, const Digest& client_digest);

}  // namespace sluice::rtmp
