// Application-defined RTCP packets (RFC 3550 §6.7).
#pragma once

#include <array>
#include <string_view>

#include "libs/rtp/rtcp/compound.h"

namespace sluice::rtp::rtcp {

// Borrows: the packet, or what is to be sent, must outlive it.
struct AppView {
  uint8_t subtype = 0;  // 0..31
  uint32_t ssrc = 0;
  std::array<char, 4> name{};  // ASCII
  // Any length: what is not a multiple of 4 bytes is padded (RFC 3550 §6.4.1, padding bit), which
  // is allowed in the last packet of a compound only.
  ByteView data;

  std::string_view name_text() const { return {name.data(), name.size()}; }
};

// nullopt: another type, or cut short.
std::optional<AppView> ParseApp(const PacketView& packet);

// Appends one RTCP packet. data: at most 262,128 bytes.
void Serialize(const AppView& app, Bytes& out);

}  // namespace sluice::rtp::rtcp
