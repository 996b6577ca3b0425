// The dependency descriptor header extension (AV1 RTP specification, appendix A), which Chromium
// sends with AV1, and with other codecs where it is negotiated.
#pragma once

#include <array>
#include <optional>
#include <vector>

#include "absl/container/inlined_vector.h"
#include "libs/base/bytes.h"
#include "libs/rtp/packet.h"

namespace sluice::rtp {

// What one packet's descriptor says of the frame that the packet belongs to.
struct DependencyInfo {
  bool first_of_frame = false;
  bool last_of_frame = false;
  uint16_t frame_number = 0;  // wraps
  uint8_t spatial_id = 0;
  uint8_t temporal_id = 0;
  bool starts_coded_sequence = false;  // of a key frame: the structure came with it
  bool discardable = false;            // no decode target has a frame that refers to it
  // Who has had only lower temporal layers can decode this layer from this frame on.
  bool layer_sync = false;
  uint32_t width = 0;  // of its spatial layer; 0 = not said
  uint32_t height = 0;
};

// Reads the descriptors of one SSRC, in order of sequence number: the templates come with key
// frames and hold until the next ones.
class DependencyDescriptorReader {
 public:
  static constexpr size_t kMaxTemplates = 64;

  // value: of the extension element. nullopt: cut short, or it names a template that is not known
  // (a key frame was lost; the frame says nothing then).
  std::optional<DependencyInfo> Read(ByteView value);

 private:
  enum Indication : uint8_t { kNotPresent, kDiscardable, kSwitch, kRequired };
  using Indications = absl::InlinedVector<uint8_t, 12>;  // one per decode target, at most 32

  struct Template {
    uint8_t spatial_id = 0;
    uint8_t temporal_id = 0;
    Indications indications;
  };
  struct Resolution {
    uint32_t width = 0;
    uint32_t height = 0;
  };
  struct Structure {
    uint8_t template_id_offset = 0;
    size_t decode_targets = 0;  // 1..32
    size_t chains = 0;
    std::vector<Template> templates;                       // 1..kMaxTemplates
    absl::InlinedVector<uint8_t, 12> target_temporal_ids;  // the highest of each decode target
    absl::InlinedVector<Resolution, 4> resolutions;        // by spatial id; empty = not said
  };
  class Parser;

  void Track(const Indications& indications, DependencyInfo& info);

  std::optional<Structure> structure_;
  std::optional<uint16_t> key_frame_number_;
  // Of the last frame that was looked at, for its other packets.
  std::optional<uint16_t> tracked_frame_;
  bool tracked_sync_ = false;
  // By temporal layer: all frames of it since a base layer frame that allows to begin there.
  std::array<bool, 8> open_{};
};

// Puts what the descriptor says into a packet's role.
void Apply(const DependencyInfo& info, PacketRole& role);

}  // namespace sluice::rtp
