#include "libs/rtp/dependency_descriptor.h"

#include <algorithm>
#include <utility>

#include "libs/media/bit_reader.h"

namespace sluice::rtp {

// Appendix A.8.2. Mandatory fields:
//   | start_of_frame 1 | end_of_frame 1 | template_id 6 | frame_number 16 |
// and, if there is more:
//   | structure_present 1 | active_targets_present 1 | custom_dtis 1 | custom_fdiffs 1 |
//   | custom_chains 1 | structure | active targets | custom dtis | custom fdiffs | custom chains |
class DependencyDescriptorReader::Parser {
 public:
  explicit Parser(ByteView value) : bits_(value), extended_(value.size() > 3) {}

  // The frame's fields but for those that need more than this descriptor. A new structure replaces
  // `structure`. False: malformed.
  bool Parse(std::optional<Structure>& structure, DependencyInfo& info) {
    info.first_of_frame = bits_.ReadFlag();
    info.last_of_frame = bits_.ReadFlag();
    const uint32_t template_id = bits_.ReadBits(6);
    info.frame_number = static_cast<uint16_t>(bits_.ReadBits(16));
    if (extended_ && !ReadExtended(structure)) return false;
    if (!bits_.ok() || !structure) return false;
    const size_t index = (template_id + 64 - structure->template_id_offset) % 64;
    if (index >= structure->templates.size()) return false;
    const Template& found = structure->templates[index];
    info.spatial_id = found.spatial_id;
    info.temporal_id = found.temporal_id;
    indications_ = found.indications;
    if (custom_indications_) ReadIndications(*structure, indications_);
    if (found.spatial_id < structure->resolutions.size()) {
      info.width = structure->resolutions[found.spatial_id].width;
      info.height = structure->resolutions[found.spatial_id].height;
    }
    // Frame and chain differences, the rest, say nothing that we use.
    return bits_.ok();
  }

  bool has_structure() const { return has_structure_; }
  const Indications& indications() const { return indications_; }

 private:
  bool ReadExtended(std::optional<Structure>& structure) {
    has_structure_ = bits_.ReadFlag();
    const bool active_targets = bits_.ReadFlag();
    custom_indications_ = bits_.ReadFlag();
    bits_.SkipBits(2);
    if (has_structure_) {
      Structure read;
      if (!ReadStructure(read)) return false;
      structure = std::move(read);
    }
    if (active_targets && structure) bits_.SkipBits(structure->decode_targets);
    return bits_.ok();
  }

  bool ReadStructure(Structure& structure) {
    structure.template_id_offset = static_cast<uint8_t>(bits_.ReadBits(6));
    structure.decode_targets = bits_.ReadBits(5) + 1;
    if (!ReadLayers(structure)) return false;
    for (Template& each : structure.templates) ReadIndications(structure, each.indications);
    for (size_t i = 0; i < structure.templates.size() && bits_.ok(); ++i) SkipFrameDifferences();
    SkipChains(structure);
    FindTargets(structure);
    if (bits_.ReadFlag()) ReadResolutions(structure);
    return bits_.ok();
  }

  // next_layer_idc: 0 = same layer, 1 = next temporal, 2 = next spatial, 3 = end.
  bool ReadLayers(Structure& structure) {
    Template layer;
    while (bits_.ok()) {
      if (structure.templates.size() == kMaxTemplates) return false;
      structure.templates.push_back(layer);
      switch (bits_.ReadBits(2)) {
        case 1:
          if (++layer.temporal_id > 7) return false;
          break;
        case 2:
          layer.temporal_id = 0;
          if (++layer.spatial_id > 3) return false;
          break;
        case 3:
          return true;
        default:
          break;
      }
    }
    return false;
  }

  void ReadIndications(const Structure& structure, Indications& out) {
    out.clear();
    for (size_t i = 0; i < structure.decode_targets && bits_.ok(); ++i) {
      out.push_back(static_cast<uint8_t>(bits_.ReadBits(2)));
    }
  }

  void SkipFrameDifferences() {
    while (bits_.ok() && bits_.ReadFlag()) bits_.SkipBits(4);
  }

  void SkipChains(Structure& structure) {
    structure.chains = ReadNonSymmetric(static_cast<uint32_t>(structure.decode_targets) + 1);
    if (structure.chains == 0) return;
    for (size_t i = 0; i < structure.decode_targets; ++i) {
      ReadNonSymmetric(static_cast<uint32_t>(structure.chains));
    }
    bits_.SkipBits(4 * structure.chains * structure.templates.size());
  }

  // ns(n): a value below `n`, in as few bits as it takes.
  uint32_t ReadNonSymmetric(uint32_t n) {
    int width = 0;
    for (uint32_t x = n; x != 0; x >>= 1) ++width;
    const uint32_t short_codes = (1U << width) - n;
    const uint32_t value = bits_.ReadBits(width - 1);
    if (value < short_codes) return value;
    return (value << 1) - short_codes + bits_.ReadBits(1);
  }

  void FindTargets(Structure& structure) {
    structure.target_temporal_ids.assign(structure.decode_targets, 0);
    for (const Template& each : structure.templates) {
      for (size_t i = 0; i < each.indications.size(); ++i) {
        if (each.indications[i] == kNotPresent) continue;
        auto& highest = structure.target_temporal_ids[i];
        highest = std::max(highest, each.temporal_id);
      }
    }
  }

  void ReadResolutions(Structure& structure) {
    for (int i = 0; i <= structure.templates.back().spatial_id; ++i) {
      const uint32_t width = bits_.ReadBits(16) + 1;
      structure.resolutions.push_back({width, bits_.ReadBits(16) + 1});
    }
  }

  media::BitReader bits_;
  bool extended_;
  bool has_structure_ = false;
  bool custom_indications_ = false;
  Indications indications_;
};

std::optional<DependencyInfo> DependencyDescriptorReader::Read(ByteView value) {
  DependencyInfo info;
  Parser parser(value);
  if (!parser.Parse(structure_, info)) return std::nullopt;
  if (parser.has_structure()) {
    key_frame_number_ = info.frame_number;
  } else if (info.first_of_frame && key_frame_number_ == info.frame_number) {
    key_frame_number_.reset();  // the number has wrapped
  }
  info.starts_coded_sequence = key_frame_number_ == info.frame_number;
  Track(parser.indications(), info);
  return info;
}

void DependencyDescriptorReader::Track(const Indications& indications, DependencyInfo& info) {
  info.discardable = std::all_of(indications.begin(), indications.end(), [](uint8_t indication) {
    return indication == kNotPresent || indication == kDiscardable;
  });
  if (tracked_frame_ != info.frame_number) {
    tracked_frame_ = info.frame_number;
    const uint8_t layer = info.temporal_id;
    tracked_sync_ = layer > 0 && open_[layer];
    // Whoever begins later than with this frame lacks it.
    if (layer > 0) std::fill(open_.begin() + layer, open_.end(), false);
    if (layer == 0) {
      open_.fill(false);
      for (size_t i = 0; i < indications.size(); ++i) {
        if (indications[i] == kSwitch) open_[structure_->target_temporal_ids[i]] = true;
      }
    }
  }
  info.layer_sync = tracked_sync_;
}

void Apply(const DependencyInfo& info, PacketRole& role) {
  role.temporal_layer = std::min<uint8_t>(info.temporal_id, 3);
  role.layer_sync = info.layer_sync;
  role.discardable = info.discardable;
  role.key_frame |= info.starts_coded_sequence;
}

}  // namespace sluice::rtp
