#include "services/webrtc-media/source_map.h"

#include <algorithm>

namespace sluice::webrtc_media {
namespace {

bool TakesMedia(const PublisherTrackSettings& track, uint8_t payload_type) {
  return (track.red_payload_type != 0 && track.red_payload_type == payload_type) ||
         std::any_of(track.formats.begin(), track.formats.end(),
                     [&](const PublisherFormat& f) { return f.payload_type == payload_type; });
}

bool TakesRtx(const PublisherTrackSettings& track, uint8_t payload_type) {
  return std::any_of(track.formats.begin(), track.formats.end(), [&](const PublisherFormat& f) {
    return f.rtx_payload_type != 0 && f.rtx_payload_type == payload_type;
  });
}

}  // namespace

SourceMap::SourceMap(const PublisherSettings& settings) {
  uint16_t number = 0;
  for (const PublisherTrackSettings& track : settings.tracks) {
    for (const PublisherEncoding& encoding : track.encodings) {
      places_.push_back({&track, &encoding, number});
      if (encoding.ssrc != 0) sources_.push_back({encoding.ssrc, number, false});
      if (encoding.rtx_ssrc != 0) sources_.push_back({encoding.rtx_ssrc, number, true});
      ++number;
    }
  }
}

const SourceMap::Source* SourceMap::Find(uint32_t ssrc) const {
  const auto found = std::find_if(sources_.begin(), sources_.end(),
                                  [&](const Source& source) { return source.ssrc == ssrc; });
  return found == sources_.end() ? nullptr : &*found;
}

const SourceMap::Source* SourceMap::Learn(const rtp::RtpView& packet,
                                          const ReceivedExtensions& extensions) {
  const auto source = Identify(packet, extensions);
  if (!source) return nullptr;
  std::erase_if(sources_, [&](const Source& known) {
    return known.encoding == source->encoding && known.rtx == source->rtx;
  });
  if (sources_.size() == kMaxSources) return nullptr;
  return &sources_.emplace_back(*source);
}

void SourceMap::Forget(uint32_t ssrc) {
  std::erase_if(sources_, [&](const Source& known) { return known.ssrc == ssrc; });
}

bool SourceMap::Has(uint16_t encoding, bool rtx) const {
  return std::any_of(sources_.begin(), sources_.end(), [&](const Source& known) {
    return known.encoding == encoding && known.rtx == rtx;
  });
}

std::optional<SourceMap::Source> SourceMap::Identify(const rtp::RtpView& packet,
                                                     const ReceivedExtensions& extensions) const {
  const bool repairs = !extensions.repaired_rid.empty();
  const std::string_view rid = repairs ? extensions.repaired_rid : extensions.rid;
  std::optional<Source> only;
  for (const Place& place : places_) {
    const PublisherTrackSettings& track = *place.track;
    if (!extensions.mid.empty() && extensions.mid != track.mid) continue;
    const bool rtx = repairs || TakesRtx(track, packet.payload_type);
    if (!rtx && !TakesMedia(track, packet.payload_type)) continue;
    const Source source{packet.ssrc, place.number, rtx};
    if (!rid.empty()) {
      if (rid == place.encoding->rid) return source;
      continue;
    }
    // Nothing but the payload type tells: it must be clear, and not push another one out.
    if (extensions.mid.empty() && Has(place.number, rtx)) return std::nullopt;
    if (only) return std::nullopt;
    only = source;
  }
  return only;
}

}  // namespace sluice::webrtc_media
