// What a player may send that no honest one does, to see that the others do not suffer from it.
#pragma once

#include <map>
#include <optional>
#include <string_view>

#include "libs/base/bytes.h"

namespace sluice::load {

enum class Misbehaviour {
  kNone,
  kNackStorm,   // asks again and again for the last packets, all of them
  kPliStorm,    // says that no picture can be decoded
  kRtcpLies,    // impossible bandwidths, arrivals of the future, loss of everything, strange SSRCs
  kRtcpReplay,  // sends its encrypted reports again
};

// "nack-storm", "pli-storm", "rtcp-lies", "rtcp-replay"; nullopt for anything else.
std::optional<Misbehaviour> ParseMisbehaviour(std::string_view text);

// Makes the RTCP of such a player. Sans-I/O.
class BadFeedback {
 public:
  BadFeedback(Misbehaviour kind, uint32_t ssrc) : kind_(kind), ssrc_(ssrc) {}

  void OnPacket(uint32_t ssrc, uint16_t sequence_number);
  // The next compound packet; empty for kinds that make none, or before media has come.
  Bytes Next();

 private:
  static constexpr size_t kMaxTracks = 16;

  void AppendNacks(Bytes& out) const;
  void AppendPictureLosses(Bytes& out) const;
  void AppendLies(Bytes& out);

  Misbehaviour kind_;
  uint32_t ssrc_;
  std::map<uint32_t, uint16_t> newest_;  // sequence number by SSRC; at most kMaxTracks
  uint16_t count_ = 0;
};

}  // namespace sluice::load
