// One RTP packet inside the suite: immutable, shared by reference between all of a stream's
// players.
#pragma once

#include <cstdint>
#include <memory>
#include <optional>

#include "libs/base/bytes.h"
#include "libs/base/instant.h"

namespace sluice::rtp {

// The fixed header of one RTP packet and its payload (RFC 3550 §5.1). Borrows: `packet` must
// outlive it.
struct RtpView {
  bool marker = false;
  uint8_t payload_type = 0;      // 0..127
  uint16_t sequence_number = 0;  // wraps; compare with IsNewer(), never with <
  uint32_t rtp_timestamp = 0;    // in ticks of the track's clock rate
  uint32_t ssrc = 0;
  uint16_t extension_profile = 0;  // 0xbede = one-byte extensions (RFC 8285); 0 = no extension
  ByteView extension;              // without its 4-byte header
  ByteView payload;                // without padding; may be empty
};

// Reads one RTP packet. Packet path: allocates nothing, logs nothing.
//   packet: one whole datagram, or one RFC 4571 frame without its length; any bytes.
//   Returns nullopt if it is not RTP version 2 or a length inside it points outside it; the caller
//   counts it.
std::optional<RtpView> ParseRtp(ByteView packet);

// What the packet's place in the stream is, found once at the publication and carried along.
struct PacketRole {
  bool starts_access_unit = false;  // first packet of a frame (video); every packet of audio
  bool key_frame = false;           // belongs to an access unit at which decoding can begin
  bool recovery_point = false;      // a key frame that is not an IDR picture (H.264, open GOP)
  bool discardable = false;         // no other picture refers to it (H.264 nal_ref_idc 0)
  bool layer_sync = false;          // players of lower temporal layers may go up to this one here
  uint8_t temporal_layer = 0;       // 0 (base) to 3: pictures of this and lower layers decode alone
  uint8_t orientation = 0;          // CVO byte (3GPP TS 26.114 §7.4.5): rotation, flip, camera
  int32_t cts =
      0;  // presentation minus decoding time, 90 kHz; on the first packet of an access unit

  friend bool operator==(const PacketRole&, const PacketRole&) = default;
};

// RTP payloads in the fan-out are at most this long: with a header of 12 bytes, 20 of extensions,
// RTX's 2 and a tag of 16 they fit into IPv6's smallest MTU (1280). Chromium sends up to about
// 1170.
inline constexpr size_t kMaxFanoutPayload = 1180;
// What we cut ourselves is at most this long.
inline constexpr size_t kMaxCutPayload = 1150;

// Immutable after construction; shared across threads by PacketPtr.
class Packet {
 public:
  uint32_t track_id = 0;
  bool marker = false;
  uint8_t payload_type = 0;
  uint16_t sequence_number = 0;
  uint32_t rtp_timestamp = 0;
  uint32_t ssrc = 0;
  PacketRole role;
  Instant
      arrival{};  // when its bytes were read from the publisher's socket, host's monotonic clock
  Bytes payload;  // RTP payload only; headers are written per receiver

  // What it costs in caches and queues, in bytes.
  size_t footprint() const { return sizeof(Packet) + payload.size(); }
};
using PacketPtr = std::shared_ptr<const Packet>;

}  // namespace sluice::rtp
