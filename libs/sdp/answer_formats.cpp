#include "libs/sdp/answer_formats.h"

#include <algorithm>
#include <array>

#include "libs/sdp/tokens.h"

namespace sluice::sdp {
namespace {

// What we can put into RTP towards a browser.
constexpr std::array kSentVideo = {media::Codec::kH264, media::Codec::kH265, media::Codec::kVp8,
                                   media::Codec::kVp9, media::Codec::kAv1};
// What we can take out of RTP.
constexpr std::array kReceivedVideo = {media::Codec::kH264, media::Codec::kVp8, media::Codec::kVp9,
                                       media::Codec::kAv1};
constexpr std::array kAudio = {media::Codec::kOpus, media::Codec::kPcmu, media::Codec::kPcma,
                               media::Codec::kG722};

bool IsIn(std::span<const media::Codec> codecs, media::Codec codec) {
  return std::find(codecs.begin(), codecs.end(), codec) != codecs.end();
}

bool HasFeedback(const Format& format, std::string_view feedback) {
  return std::find(format.feedback.begin(), format.feedback.end(), feedback) !=
         format.feedback.end();
}

// RFC 4588 §8.1: the RTX format whose apt is `format`. 0: none, or of no use without NACK.
uint8_t FindRtx(std::span<const Format> offered, const Format& format) {
  if (!HasFeedback(format, "nack")) return 0;
  for (const Format& rtx : offered) {
    if (!IsEncoding(rtx, "rtx")) continue;
    const auto apt = FindParameter(rtx, "apt");
    if (apt && ParseNumber<uint8_t>(*apt) == format.payload_type) return rtx.payload_type;
  }
  return 0;
}

// Every decoder has the 8-bit 4:2:0 profiles: VP9 profile 0 (RFC 9628 §6), AV1 profile 0 (AV1 RTP
// §7.2.1), either of which an absent parameter means. Others would not play everywhere.
bool IsCommonProfile(const Format& format, media::Codec codec) {
  std::string_view name;
  if (codec == media::Codec::kVp9) name = "profile-id";
  if (codec == media::Codec::kAv1) name = "profile";
  if (name.empty()) return true;
  const auto value = FindParameter(format, name);
  return !value || *value == "0";
}

// Static types have no rtpmap; a rate that is not the codec's own is another codec.
bool HasUsualClock(const Format& format, media::Codec codec) {
  switch (codec) {
    case media::Codec::kOpus:
      return format.clock_rate == 48000;
    case media::Codec::kPcmu:
    case media::Codec::kPcma:
    case media::Codec::kG722:
      return format.clock_rate == 8000 && format.channels <= 1;
    default:
      return format.clock_rate == 90000;
  }
}

size_t PlaceIn(std::span<const media::Codec> order, media::Codec codec) {
  return static_cast<size_t>(std::find(order.begin(), order.end(), codec) - order.begin());
}

}  // namespace

std::vector<AnsweredFormat> ChooseSentFormats(std::span<const Format> offered,
                                              media::MediaKind kind, H264Profile profile) {
  const std::span<const media::Codec> ours =
      kind == media::MediaKind::kVideo ? std::span<const media::Codec>(kSentVideo) : kAudio;
  std::vector<AnsweredFormat> chosen;
  const Format* h264 = ChooseH264Format(offered, profile);
  for (const Format& format : offered) {
    const media::Codec codec = media::CodecFromName(format.encoding);
    if (!IsIn(ours, codec) || (codec == media::Codec::kH264 && &format != h264)) continue;
    if (!IsCommonProfile(format, codec)) continue;
    const bool known = std::any_of(chosen.begin(), chosen.end(),
                                   [codec](const auto& other) { return other.codec == codec; });
    if (known) continue;
    chosen.push_back({codec, format.payload_type, FindRtx(offered, format)});
  }
  return chosen;
}

std::vector<PublishedFormat> ChooseReceivedFormats(std::span<const Format> offered,
                                                   media::MediaKind kind,
                                                   std::span<const media::Codec> order) {
  const std::span<const media::Codec> ours =
      kind == media::MediaKind::kVideo ? std::span<const media::Codec>(kReceivedVideo) : kAudio;
  std::vector<PublishedFormat> chosen;
  for (const Format& format : offered) {
    const media::Codec codec = media::CodecFromName(format.encoding);
    if (!IsIn(ours, codec) || !HasUsualClock(format, codec)) continue;
    if (!IsCommonProfile(format, codec)) continue;
    chosen.push_back({.codec = codec,
                      .payload_type = format.payload_type,
                      .rtx_payload_type = FindRtx(offered, format),
                      .clock_rate = format.clock_rate,
                      .channels = format.channels,
                      .parameters = format.parameters});
  }
  std::stable_sort(chosen.begin(), chosen.end(), [order](const auto& a, const auto& b) {
    return PlaceIn(order, a.codec) < PlaceIn(order, b.codec);
  });
  return chosen;
}

uint8_t FindRed(std::span<const Format> offered, uint8_t payload_type) {
  for (const Format& format : offered) {
    if (!IsEncoding(format, "red") || format.clock_rate != 48000) continue;
    std::string_view rest = format.parameters;
    bool fits = !rest.empty();
    while (fits && !rest.empty()) {
      const auto [block, behind] = Split(rest, '/');
      fits = ParseNumber<uint8_t>(block) == payload_type;
      rest = behind;
    }
    if (fits) return format.payload_type;
  }
  return 0;
}

Format AnsweredFormatOf(const MediaSection& offered, uint8_t payload_type,
                        std::span<const std::string_view> feedback) {
  Format format = *offered.FindFormat(payload_type);
  std::erase_if(format.feedback, [feedback](const std::string& offered_feedback) {
    return std::find(feedback.begin(), feedback.end(), offered_feedback) == feedback.end();
  });
  return format;
}

}  // namespace sluice::sdp
