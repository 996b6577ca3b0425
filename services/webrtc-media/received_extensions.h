// The header extensions of a publisher's packets, read in one pass (RFC 8285).
#pragma once

#include <optional>
#include <string_view>

#include "libs/rtp/packet.h"
#include "services/webrtc-media/publisher_settings.h"

namespace sluice::webrtc_media {

// Ids as agreed; 0 = not. BUNDLE makes them the same in all m-sections (RFC 8843 §9.1).
struct ExtensionIds {
  uint8_t mid = 0;
  uint8_t rid = 0;
  uint8_t repaired_rid = 0;
  uint8_t transport_sequence = 0;
  uint8_t orientation = 0;
  uint8_t dependency = 0;

  static ExtensionIds Of(const PublisherSettings& settings);
};

// Borrows the packet.
struct ReceivedExtensions {
  std::string_view mid;           // RFC 8843 §15; empty = none
  std::string_view rid;           // RFC 8852 §3.1
  std::string_view repaired_rid;  // RFC 8852 §3.2: what this RTX stream repairs
  std::optional<uint16_t> transport_sequence;
  std::optional<uint8_t> orientation;  // 3GPP TS 26.114 §7.4.5
  ByteView dependency;
};

// Packet path. What is malformed or has another length than it must is left out.
ReceivedExtensions ReadExtensions(const rtp::RtpView& packet, const ExtensionIds& ids);

}  // namespace sluice::webrtc_media
