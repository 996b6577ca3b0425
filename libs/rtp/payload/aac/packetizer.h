// AAC access units to RTP payloads: mpeg4-generic, mode AAC-hbr, sizelength=13, indexlength=3,
// indexdeltalength=3 (RFC 3640 §3.2, §3.3.6).
#pragma once

#include <span>
#include <vector>

#include "libs/rtp/packet.h"

namespace sluice::rtp::payload::aac {

inline constexpr size_t kMaxAccessUnit = 8191;  // bytes: 13 bits of AU-size

struct AccessUnitsView {
  std::span<const ByteView> access_units;  // consecutive raw AAC frames, without ADTS headers
  uint32_t rtp_timestamp = 0;  // of the first; clock rate = the core coder's sample rate
  uint32_t samples_per_access_unit = 1024;
  Instant arrival{};
};

class Packetizer {
 public:
  // max_payload: bytes, at least 16.
  explicit Packetizer(size_t max_payload = kMaxCutPayload) : max_payload_(max_payload) {}

  // Appends packets with marker, rtp_timestamp, role, arrival and payload set. As many access units
  // as fit share a packet (give them one by one for the least delay); one that does not fit alone
  // is sent in fragments, marker on the last. Empty ones and ones longer than kMaxAccessUnit are
  // left out. Returns how many were left out.
  size_t Packetize(const AccessUnitsView& access_units, std::vector<Packet>& out) const;

 private:
  size_t max_payload_;
};

}  // namespace sluice::rtp::payload::aac
