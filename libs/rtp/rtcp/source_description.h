// SDES, of which we use the canonical name, and BYE (RFC 3550 §6.5, §6.6).
#pragma once

#include <string>

#include "absl/container/inlined_vector.h"
#include "libs/rtp/rtcp/compound.h"

namespace sluice::rtp::rtcp {

struct SourceDescription {
  struct Chunk {
    uint32_t ssrc = 0;
    std::string cname;  // at most 255 bytes; empty if the chunk has none

    friend bool operator==(const Chunk&, const Chunk&) = default;
  };
  absl::InlinedVector<Chunk, 2> chunks;  // at most 31

  friend bool operator==(const SourceDescription&, const SourceDescription&) = default;
};

struct Goodbye {
  absl::InlinedVector<uint32_t, 4> ssrcs;  // at most 31
  std::string reason;                      // at most 255 bytes

  friend bool operator==(const Goodbye&, const Goodbye&) = default;
};

// Items other than CNAME are skipped. nullopt: another type, or cut short.
std::optional<SourceDescription> ParseSourceDescription(const PacketView& packet);
std::optional<Goodbye> ParseGoodbye(const PacketView& packet);

// Append one RTCP packet; what is beyond the limits is cut.
void Serialize(const SourceDescription& description, Bytes& out);
void Serialize(const Goodbye& goodbye, Bytes& out);

}  // namespace sluice::rtp::rtcp
