#include "libs/sdp/player_answer.h"

#include <algorithm>
#include <array>

#include "libs/base/status_macros.h"
#include "libs/base/text.h"
#include "libs/media/h264_browser_rule.h"
#include "libs/sdp/answer_formats.h"
#include "libs/sdp/h264_format.h"
#include "libs/sdp/offer.h"

namespace sluice::sdp {
namespace {

// The feedback that our senders act upon.
constexpr std::array<std::string_view, 4> kFeedback = {"nack", "nack pli", "ccm fir",
                                                       "transport-cc"};

bool HasCodec(std::span<const AnsweredFormat> formats, media::Codec codec) {
  return std::any_of(formats.begin(), formats.end(),
                     [codec](const AnsweredFormat& format) { return format.codec == codec; });
}

// What the player will get: the rendition is constrained baseline.
H264Profile ProfileToSend(const media::Track* track) {
  if (track == nullptr) return H264Profile::kUnknown;
  if (track->codec != media::Codec::kH264 ||
      media::FindBrowserObstacle(*track) != media::BrowserObstacle::kNone) {
    return H264Profile::kConstrainedBaseline;
  }
  return ProfileOfTrack(track->codec_config);
}

class AnswerBuilder {
 public:
  AnswerBuilder(const SessionDescription& offer, const media::StreamDescription& stream,
                const AnswerSettings& settings, RandomSource& random)
      : offer_(offer), stream_(stream), settings_(settings), random_(random) {}

  absl::StatusOr<PlayerAnswer> Build() {
    SLUICE_ASSIGN_OR_RETURN(answer_.remote, ReadRemoteTransport(OfferKind::kPlayer, offer_));
    answer_.description.origin = StrCat("- ", random_.NextU64() >> 2, " 2 IN IP4 127.0.0.1");
    answer_.description.ice_lite = true;
    for (const MediaSection& section : offer_.media) {
      if (!TryAccept(section)) answer_.description.media.push_back(RejectedSection(section));
    }
    SLUICE_RETURN_IF_ERROR(CheckCommonCodecs());
    AddBundle(offer_, answer_.description);
    return std::move(answer_);
  }

 private:
  const media::Track* TrackOf(media::MediaKind kind) const { return stream_.FindFirst(kind); }

  bool TryAccept(const MediaSection& offered) {
    if (!WantsMedia(OfferKind::kPlayer, offered)) return false;
    if (!SharesTransport(OfferKind::kPlayer, offer_, offered)) return false;
    if (answer_.tracks.size() >= kMaxAnsweredTracks) return false;
    AnsweredTrack track;
    track.mid = offered.mid;
    track.kind = KindOf(offered);
    if (!ChooseFormats(offered, track)) return false;
    ChooseSsrcs(track);
    MediaSection section =
        AcceptedSection(offered, Direction::kSendOnly, settings_, answer_.tracks.empty());
    DescribeFormats(offered, track, section);
    AddSources(section, track);
    AgreeOnExtensions(offered, section, track);
    answer_.description.media.push_back(std::move(section));
    answer_.tracks.push_back(std::move(track));
    return true;
  }

  // False: nothing that we can send.
  bool ChooseFormats(const MediaSection& offered, AnsweredTrack& track) const {
    const media::Track* source = TrackOf(track.kind);
    track.formats = ChooseSentFormats(offered.formats, track.kind, ProfileToSend(source));
    const media::Codec in_use =
        source == nullptr ? media::Codec::kUnknown : PlayedCodec(*source, track.formats);
    std::stable_partition(track.formats.begin(), track.formats.end(),
                          [in_use](const auto& format) { return format.codec == in_use; });
    for (const AnsweredFormat& format : track.formats) {
      if (format.codec != media::Codec::kOpus) continue;
      track.red_payload_type = FindRed(offered.formats, format.payload_type);
    }
    return !track.formats.empty();
  }

  // Each format with its RTX behind it, Opus with its RED.
  static void DescribeFormats(const MediaSection& offered, const AnsweredTrack& track,
                              MediaSection& section) {
    const auto add = [&](uint8_t payload_type) {
      if (payload_type == 0 || section.FindFormat(payload_type) != nullptr) return;
      section.formats.push_back(AnsweredFormatOf(offered, payload_type, kFeedback));
    };
    for (const AnsweredFormat& format : track.formats) {
      section.formats.push_back(AnsweredFormatOf(offered, format.payload_type, kFeedback));
      add(format.rtx_payload_type);
      if (format.codec == media::Codec::kOpus) add(track.red_payload_type);
    }
  }

  void AddSources(MediaSection& section, const AnsweredTrack& track) const {
    const std::string msid =
        StrCat(settings_.stream_id, " ", section.media, "-", answer_.tracks.size());
    section.msids = {msid};
    std::vector<uint32_t> ssrcs = {track.ssrc};
    if (track.rtx_ssrc != 0) ssrcs.push_back(track.rtx_ssrc);
    if (ssrcs.size() > 1) section.ssrc_groups.push_back({"FID", ssrcs});
    for (uint32_t ssrc : ssrcs) {
      section.ssrcs.push_back({ssrc, "cname", settings_.cname});
      section.ssrcs.push_back({ssrc, "msid", msid});
    }
  }

  void ChooseSsrcs(AnsweredTrack& track) {
    track.ssrc = NextSsrc();
    const bool has_rtx =
        std::any_of(track.formats.begin(), track.formats.end(),
                    [](const AnsweredFormat& format) { return format.rtx_payload_type != 0; });
    if (has_rtx) track.rtx_ssrc = NextSsrc();
  }

  uint32_t NextSsrc() {
    while (true) {
      const uint32_t ssrc = random_.NextU32();
      if (ssrc == 0 || std::find(ssrcs_.begin(), ssrcs_.end(), ssrc) != ssrcs_.end()) continue;
      ssrcs_.push_back(ssrc);
      return ssrc;
    }
  }

  static void AgreeOnExtensions(const MediaSection& offered, MediaSection& section,
                                AnsweredTrack& track) {
    std::vector<ExtensionSlot> slots = {
        {extension::kMid, &track.mid_id},
        {extension::kTransportSequence, &track.transport_sequence_id},
        {extension::kAbsSendTime, &track.abs_send_time_id}};
    if (track.kind == media::MediaKind::kVideo) {
      slots.push_back({extension::kPlayoutDelay, &track.playout_delay_id});
      slots.push_back({extension::kOrientation, &track.orientation_id});
    }
    sdp::AgreeOnExtensions(offered, slots, section);
  }

  absl::Status CheckCommonCodecs() const {
    if (answer_.tracks.empty()) {
      return absl::FailedPreconditionError(
          StrCat("no common codecs: the offer has ", CodecNamesOf(offer_)));
    }
    bool wanted = false;
    for (const AnsweredTrack& answered : answer_.tracks) {
      const media::Track* source = TrackOf(answered.kind);
      if (source == nullptr) continue;
      wanted = true;
      if (PlayedCodec(*source, answered.formats) != media::Codec::kUnknown) {
        return absl::OkStatus();
      }
    }
    if (!wanted) return CheckRejectedMedia();
    return NoCommonCodecs();
  }

  // Nothing accepted is in the stream: fine if its media are still to come, not if the m-lines of
  // what it has were refused for their codecs.
  absl::Status CheckRejectedMedia() const {
    for (const MediaSection& section : offer_.media) {
      if (!WantsMedia(OfferKind::kPlayer, section)) continue;
      if (TrackOf(KindOf(section)) != nullptr) return NoCommonCodecs();
    }
    return absl::OkStatus();
  }

  absl::Status NoCommonCodecs() const {
    std::string names;
    for (const media::Track& track : stream_.tracks) {
      names += StrCat(names.empty() ? "" : ", ", media::CodecName(track.codec));
    }
    return absl::FailedPreconditionError(StrCat("no common codecs: the stream has ", names,
                                                "; the offer has ", CodecNamesOf(offer_)));
  }

  const SessionDescription& offer_;
  const media::StreamDescription& stream_;
  const AnswerSettings& settings_;
  RandomSource& random_;
  PlayerAnswer answer_;
  std::vector<uint32_t> ssrcs_;
};

}  // namespace

absl::Status CheckPlayerOffer(const SessionDescription& offer) {
  return ReadRemoteTransport(OfferKind::kPlayer, offer).status();
}

absl::StatusOr<PlayerAnswer> MakePlayerAnswer(const SessionDescription& offer,
                                              const media::StreamDescription& stream,
                                              const AnswerSettings& settings,
                                              RandomSource& random) {
  return AnswerBuilder(offer, stream, settings, random).Build();
}

media::Codec PlayedCodec(const media::Track& track, std::span<const AnsweredFormat> formats) {
  const bool shown = media::FindBrowserObstacle(track) == media::BrowserObstacle::kNone;
  if (shown && HasCodec(formats, track.codec)) return track.codec;
  if (track.kind == media::MediaKind::kAudio) {
    const bool renders = PlayerCodec(track.codec) != media::Codec::kUnknown;
    return renders && HasCodec(formats, media::Codec::kOpus) ? media::Codec::kOpus
                                                             : media::Codec::kUnknown;
  }
  for (media::Codec rendition : {media::Codec::kH264, media::Codec::kVp8}) {
    if (HasCodec(formats, rendition)) return rendition;
  }
  return media::Codec::kUnknown;
}

media::Codec PlayerCodec(media::Codec codec) {
  switch (codec) {
    case media::Codec::kAac:
    case media::Codec::kMp3:
      return media::Codec::kOpus;
    case media::Codec::kSpeex:
    case media::Codec::kG729:
      return media::Codec::kUnknown;
    default:
      return codec;
  }
}

}  // namespace sluice::sdp
