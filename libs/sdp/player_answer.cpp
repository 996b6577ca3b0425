#include "libs/sdp/player_answer.h"

#include <algorithm>

#include "libs/base/status_macros.h"
#include "libs/base/text.h"
#include "libs/media/h264_browser_rule.h"
#include "libs/sdp/answer_formats.h"
#include "libs/sdp/h264_format.h"
#include "libs/sdp/player_offer.h"

namespace sluice::sdp {
namespace {

constexpr std::string_view kMidUri = "urn:ietf:params:rtp-hdrext:sdes:mid";
constexpr std::string_view kPlayoutDelayUri =
    "http://www.webrtc.org/experiments/rtp-hdrext/playout-delay";
constexpr uint16_t kMaxOneByteId = 14;  // RFC 8285 §4.2

// What the player will get: the rendition is constrained baseline.
H264Profile ProfileToSend(const media::Track* track) {
  if (track == nullptr) return H264Profile::kUnknown;
  if (media::FindBrowserObstacle(*track) != media::BrowserObstacle::kNone) {
    return H264Profile::kConstrainedBaseline;
  }
  return ProfileOfTrack(track->codec_config);
}

media::MediaKind KindOf(const MediaSection& section) {
  return section.media == "audio" ? media::MediaKind::kAudio : media::MediaKind::kVideo;
}

std::string NamesOf(const SessionDescription& offer) {
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

class AnswerBuilder {
 public:
  AnswerBuilder(const SessionDescription& offer, const media::StreamDescription& stream,
                const AnswerSettings& settings, RandomSource& random)
      : offer_(offer), stream_(stream), settings_(settings), random_(random) {}

  absl::StatusOr<PlayerAnswer> Build() {
    SLUICE_ASSIGN_OR_RETURN(answer_.remote, ReadRemoteTransport(offer_));
    answer_.description.origin = StrCat("- ", random_.NextU64() >> 2, " 2 IN IP4 127.0.0.1");
    answer_.description.ice_lite = true;
    for (const MediaSection& section : offer_.media) {
      if (!TryAccept(section)) Reject(section);
    }
    SLUICE_RETURN_IF_ERROR(CheckCommonCodecs());
    AddBundle();
    return std::move(answer_);
  }

 private:
  const media::Track* TrackOf(media::MediaKind kind) const { return stream_.FindFirst(kind); }

  bool TryAccept(const MediaSection& offered) {
    if (!WantsMedia(offered) || !SharesTransport(offer_, offered)) return false;
    if (answer_.tracks.size() >= kMaxAnsweredTracks) return false;
    AnsweredTrack track;
    track.mid = offered.mid;
    track.kind = KindOf(offered);
    const media::Track* source = TrackOf(track.kind);
    track.formats =
        ChooseFormats(offered.formats, track.kind,
                      source == nullptr ? media::Codec::kUnknown : PlayerCodec(source->codec),
                      ProfileToSend(source));
    if (track.formats.empty()) return false;
    ChooseSsrcs(track);
    MediaSection section = Describe(offered, track);
    AgreeOnExtensions(offered, section, track);
    answer_.description.media.push_back(std::move(section));
    answer_.tracks.push_back(std::move(track));
    return true;
  }

  // RFC 3264 §6: a rejected m-line keeps its place, on port 0.
  void Reject(const MediaSection& offered) {
    MediaSection section;
    section.media = offered.media;
    section.protocol = offered.protocol;
    section.subtypes = offered.subtypes;
    if (!offered.formats.empty()) section.formats.push_back(offered.formats.front());
    section.connection = "IN IP4 0.0.0.0";
    section.mid = offered.mid;
    section.direction = Direction::kInactive;
    answer_.description.media.push_back(std::move(section));
  }

  MediaSection Describe(const MediaSection& offered, const AnsweredTrack& track) const {
    MediaSection section;
    section.media = offered.media;
    section.protocol = offered.protocol;
    section.mid = offered.mid;
    section.direction = Direction::kSendOnly;
    section.rtcp_mux = true;
    section.rtcp_rsize = offered.rtcp_rsize;
    section.transport = {.ice_ufrag = settings_.ice_ufrag,
                         .ice_password = settings_.ice_password,
                         .fingerprints = {settings_.fingerprint},
                         .setup = "passive"};
    section.formats = DescribeFormats(offered, track.formats);
    AddAddresses(section);
    AddSources(section, track);
    return section;
  }

  // Nothing is sent to the default destination by ICE (RFC 8840 §4.1.1 allows this one); candidates
  // stand in the first accepted m-section alone, since the others are bundled with it.
  void AddAddresses(MediaSection& section) const {
    section.port = 9;
    section.connection = "IN IP4 0.0.0.0";
    if (!answer_.tracks.empty()) return;
    section.candidates = settings_.candidates;
    section.end_of_candidates = true;
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
    for (const HeaderExtension& extension : offered.extensions) {
      if (extension.id == 0 || extension.id > kMaxOneByteId) continue;
      const bool is_video = track.kind == media::MediaKind::kVideo;
      uint8_t* id = nullptr;
      if (extension.uri == kMidUri) id = &track.mid_id;
      if (extension.uri == kPlayoutDelayUri && is_video) id = &track.playout_delay_id;
      if (id == nullptr || *id != 0) continue;
      *id = static_cast<uint8_t>(extension.id);
      section.extensions.push_back(extension);
    }
  }

  absl::Status CheckCommonCodecs() const {
    if (answer_.tracks.empty()) {
      return absl::FailedPreconditionError(
          StrCat("no common codecs: the offer has ", NamesOf(offer_)));
    }
    bool wanted = false;
    for (const AnsweredTrack& answered : answer_.tracks) {
      const media::Track* source = TrackOf(answered.kind);
      if (source == nullptr) continue;
      wanted = true;
      if (answered.formats.front().codec == PlayerCodec(source->codec)) return absl::OkStatus();
    }
    if (!wanted) return CheckRejectedMedia();
    return NoCommonCodecs();
  }

  // Nothing accepted is in the stream: fine if its media are still to come, not if the m-lines of
  // what it has were refused for their codecs.
  absl::Status CheckRejectedMedia() const {
    for (const MediaSection& section : offer_.media) {
      if (WantsMedia(section) && TrackOf(KindOf(section)) != nullptr) return NoCommonCodecs();
    }
    return absl::OkStatus();
  }

  absl::Status NoCommonCodecs() const {
    std::string names;
    for (const media::Track& track : stream_.tracks) {
      names += StrCat(names.empty() ? "" : ", ", media::CodecName(track.codec));
    }
    return absl::FailedPreconditionError(
        StrCat("no common codecs: the stream has ", names, "; the offer has ", NamesOf(offer_)));
  }

  void AddBundle() {
    const bool is_bundled = std::any_of(
        offer_.groups.begin(), offer_.groups.end(),
        [](const Group& group) { return group.semantics == "BUNDLE" && !group.mids.empty(); });
    if (!is_bundled) return;
    Group bundle{.semantics = "BUNDLE", .mids = {}};
    for (const AnsweredTrack& track : answer_.tracks) {
      if (!track.mid.empty()) bundle.mids.push_back(track.mid);
    }
    answer_.description.groups.push_back(std::move(bundle));
  }

  const SessionDescription& offer_;
  const media::StreamDescription& stream_;
  const AnswerSettings& settings_;
  RandomSource& random_;
  PlayerAnswer answer_;
  std::vector<uint32_t> ssrcs_;
};

}  // namespace

absl::StatusOr<PlayerAnswer> MakePlayerAnswer(const SessionDescription& offer,
                                              const media::StreamDescription& stream,
                                              const AnswerSettings& settings,
                                              RandomSource& random) {
  return AnswerBuilder(offer, stream, settings, random).Build();
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
