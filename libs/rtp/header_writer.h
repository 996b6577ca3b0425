// Writes RTP headers (RFC 3550 §5.1) with one-byte header extensions (RFC 8285 §4.2), and reads
// such extensions.
#pragma once

#include <optional>
#include <span>

#include "absl/functional/function_ref.h"
#include "libs/rtp/packet.h"

namespace sluice::rtp {

inline constexpr size_t kFixedHeaderBytes = 12;
inline constexpr uint16_t kOneByteExtensionProfile = 0xbede;

struct Header {
  bool marker = false;
  uint8_t payload_type = 0;  // 0..127
  uint16_t sequence_number = 0;
  uint32_t rtp_timestamp = 0;
  uint32_t ssrc = 0;
  bool padding = false;  // the payload ends with padding, the last byte of which is its length
};

// One header extension element. `value` is borrowed.
struct Extension {
  uint8_t id = 0;  // 1..14
  ByteView value;  // 1..16 bytes
};

// Bytes that WriteHeader() needs.
size_t HeaderSize(std::span<const Extension> extensions);
// Writes the header at the beginning of `out` and returns its length, HeaderSize(extensions), so
// that the payload follows at once. Returns 0 and writes nothing if `out` is too short or an
// extension is outside its limits. Packet path: allocates nothing.
size_t WriteHeader(const Header& header, std::span<const Extension> extensions,
                   std::span<uint8_t> out);
inline size_t WriteHeader(const Header& header, std::span<uint8_t> out) {
  return WriteHeader(header, {}, out);
}

// The value of the extension element `id` in a packet with one-byte or two-byte (RFC 8285 §4.3)
// extensions; nullopt if it has none. Borrowed from the packet.
std::optional<ByteView> FindExtension(const RtpView& packet, uint8_t id);
// Calls `each(id, value)` for all elements up to the first that is malformed.
void ForEachExtension(const RtpView& packet, absl::FunctionRef<void(uint8_t, ByteView)> each);

}  // namespace sluice::rtp
