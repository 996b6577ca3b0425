#include "libs/sdp/answer.h"

#include <algorithm>

#include "libs/base/text.h"

namespace sluice::sdp {
namespace {

constexpr uint16_t kMaxOneByteId = 14;  // RFC 8285 §4.2

bool IsAccepted(const MediaSection& section) { return section.port != 0; }

}  // namespace

media::MediaKind KindOf(const MediaSection& section) {
  return section.media == "audio" ? media::MediaKind::kAudio : media::MediaKind::kVideo;
}

std::string CodecNamesOf(const SessionDescription& offer) {
  std::string names;
  for (const MediaSection& section : offer.media) {
    for (const Format& format : section.formats) {
      const media::Codec codec = media::CodecFromName(format.encoding);
      const std::string_view name = media::CodecName(codec);
      if (codec == media::Codec::kUnknown || names.find(name) != std::string::npos) continue;
      names += StrCat(names.empty() ? "" : ", ", name);
    }
  }
  return names;
}

MediaSection AcceptedSection(const MediaSection& offered, Direction direction,
                             const AnswerSettings& settings, bool is_first) {
  MediaSection section;
  section.media = offered.media;
  section.protocol = offered.protocol;
  section.mid = offered.mid;
  section.direction = direction;
  section.rtcp_mux = true;
  section.rtcp_rsize = offered.rtcp_rsize;
  section.transport = {.ice_ufrag = settings.ice_ufrag,
                       .ice_password = settings.ice_password,
                       .fingerprints = {settings.fingerprint},
                       .setup = "passive"};
  // Nothing is sent to the default destination by ICE (RFC 8840 §4.1.1 allows this one).
  section.port = 9;
  section.connection = "IN IP4 0.0.0.0";
  if (is_first) {
    section.candidates = settings.candidates;
    section.end_of_candidates = true;
  }
  return section;
}

MediaSection RejectedSection(const MediaSection& offered) {
  MediaSection section;
  section.media = offered.media;
  section.protocol = offered.protocol;
  section.subtypes = offered.subtypes;
  if (!offered.formats.empty()) section.formats.push_back(offered.formats.front());
  section.connection = "IN IP4 0.0.0.0";
  section.mid = offered.mid;
  section.direction = Direction::kInactive;
  return section;
}

void AddBundle(const SessionDescription& offer, SessionDescription& answer) {
  const bool is_bundled = std::any_of(
      offer.groups.begin(), offer.groups.end(),
      [](const Group& group) { return group.semantics == "BUNDLE" && !group.mids.empty(); });
  if (!is_bundled) return;
  Group bundle{.semantics = "BUNDLE", .mids = {}};
  for (const MediaSection& section : answer.media) {
    if (IsAccepted(section) && !section.mid.empty()) bundle.mids.push_back(section.mid);
  }
  answer.groups.push_back(std::move(bundle));
}

void AgreeOnExtensions(const MediaSection& offered, std::span<const ExtensionSlot> wanted,
                       MediaSection& answered) {
  for (const HeaderExtension& extension : offered.extensions) {
    if (extension.id == 0 || extension.id > kMaxOneByteId) continue;
    for (const ExtensionSlot& slot : wanted) {
      if (slot.uri != extension.uri || *slot.id != 0) continue;
      *slot.id = static_cast<uint8_t>(extension.id);
      answered.extensions.push_back(extension);
    }
  }
}

}  // namespace sluice::sdp
