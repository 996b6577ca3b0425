#include "libs/media/track.h"

#include <algorithm>
#include <array>
#include <utility>

namespace sluice::media {
namespace {

constexpr std::array<std::pair<Codec, std::string_view>, 13> kNames = {{
    {Codec::kH264, "H264"},
    {Codec::kH265, "H265"},
    {Codec::kVp8, "VP8"},
    {Codec::kVp9, "VP9"},
    {Codec::kAv1, "AV1"},
    {Codec::kAac, "AAC"},
    {Codec::kOpus, "opus"},
    {Codec::kPcmu, "PCMU"},
    {Codec::kPcma, "PCMA"},
    {Codec::kG722, "G722"},
    {Codec::kG729, "G729"},
    {Codec::kSpeex, "speex"},
    {Codec::kMp3, "MP3"},
}};

// ASCII only: the C library's functions ask the locale.
char Lower(char c) { return c >= 'A' && c <= 'Z' ? static_cast<char>(c - 'A' + 'a') : c; }

bool EqualIgnoringCase(std::string_view a, std::string_view b) {
  return std::equal(a.begin(), a.end(), b.begin(), b.end(),
                    [](char x, char y) { return Lower(x) == Lower(y); });
}

}  // namespace

std::string_view CodecName(Codec codec) {
  for (const auto& [known, name] : kNames) {
    if (known == codec) return name;
  }
  return "unknown";
}

Codec CodecFromName(std::string_view name) {
  for (const auto& [codec, known] : kNames) {
    if (EqualIgnoringCase(known, name)) return codec;
  }
  return Codec::kUnknown;
}

const Track* StreamDescription::FindTrack(uint32_t id) const {
  for (const Track& track : tracks) {
    if (track.id == id) return &track;
  }
  return nullptr;
}

const Track* StreamDescription::FindFirst(MediaKind kind) const {
  for (const Track& track : tracks) {
    if (track.kind == kind) return &track;
  }
  return nullptr;
}

std::string StreamKey::ToString() const { return is_rendition() ? name + "/r/" + rendition : name; }

}  // namespace sluice::media
