#include "libs/sdp/answer_formats.h"

#include <algorithm>
#include <array>

#include "libs/base/text.h"
#include "libs/sdp/tokens.h"

namespace sluice::sdp {
namespace {

// What we can put into RTP towards a browser.
constexpr std::array kVideoCodecs = {media::Codec::kH264, media::Codec::kH265, media::Codec::kVp8,
                                     media::Codec::kVp9, media::Codec::kAv1};
constexpr std::array kAudioCodecs = {media::Codec::kOpus, media::Codec::kPcmu, media::Codec::kPcma,
                                     media::Codec::kG722};

// The feedback that the senders of this suite act upon.
constexpr std::array<std::string_view, 3> kFeedback = {"nack", "nack pli", "ccm fir"};

bool CanSend(media::MediaKind kind, media::Codec codec) {
  const auto is_in = [codec](const auto& codecs) {
    return std::find(codecs.begin(), codecs.end(), codec) != codecs.end();
  };
  return kind == media::MediaKind::kVideo ? is_in(kVideoCodecs) : is_in(kAudioCodecs);
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

Format WithAnsweredFeedback(Format format) {
  std::erase_if(format.feedback, [](const std::string& feedback) {
    return std::find(kFeedback.begin(), kFeedback.end(), feedback) == kFeedback.end();
  });
  return format;
}

}  // namespace

std::vector<AnsweredFormat> ChooseFormats(std::span<const Format> offered, media::MediaKind kind,
                                          media::Codec in_use, H264Profile profile) {
  std::vector<AnsweredFormat> chosen;
  const Format* h264 = ChooseH264Format(offered, profile);
  for (const Format& format : offered) {
    const media::Codec codec = media::CodecFromName(format.encoding);
    if (!CanSend(kind, codec) || (codec == media::Codec::kH264 && &format != h264)) continue;
    const bool known = std::any_of(chosen.begin(), chosen.end(),
                                   [codec](const auto& other) { return other.codec == codec; });
    if (known) continue;
    chosen.push_back({codec, format.payload_type, FindRtx(offered, format)});
  }
  std::stable_partition(chosen.begin(), chosen.end(),
                        [in_use](const auto& format) { return format.codec == in_use; });
  return chosen;
}

std::vector<Format> DescribeFormats(const MediaSection& offered,
                                    std::span<const AnsweredFormat> chosen) {
  std::vector<Format> formats;
  for (const AnsweredFormat& choice : chosen) {
    formats.push_back(WithAnsweredFeedback(*offered.FindFormat(choice.payload_type)));
    const Format* rtx = offered.FindFormat(choice.rtx_payload_type);
    if (choice.rtx_payload_type != 0 && rtx != nullptr) {
      formats.push_back(WithAnsweredFeedback(*rtx));
    }
  }
  return formats;
}

}  // namespace sluice::sdp
