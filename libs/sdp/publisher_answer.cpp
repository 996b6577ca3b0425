#include "libs/sdp/publisher_answer.h"

#include <algorithm>
#include <array>

#include "libs/base/status_macros.h"
#include "libs/base/text.h"
#include "libs/sdp/answer_formats.h"
#include "libs/sdp/offer.h"
#include "libs/sdp/simulcast.h"

namespace sluice::sdp {
namespace {

// The feedback that we send.
constexpr std::array<std::string_view, 5> kFeedback = {"nack", "nack pli", "ccm fir",
                                                       "transport-cc", "goog-remb"};
constexpr uint64_t kBitsPerKilobit = 1000;

// The SSRC that an m-line without rids declares, with its RTX (RFC 5576 §4.2, "FID").
PublishedEncoding DeclaredEncoding(const MediaSection& offered) {
  for (const SsrcGroup& group : offered.ssrc_groups) {
    if (group.semantics == "FID" && group.ssrcs.size() == 2) {
      return {.rid = "", .ssrc = group.ssrcs[0], .rtx_ssrc = group.ssrcs[1]};
    }
  }
  return {.rid = "", .ssrc = offered.ssrcs.empty() ? 0 : offered.ssrcs.front().ssrc};
}

class AnswerBuilder {
 public:
  AnswerBuilder(const SessionDescription& offer, const AnswerSettings& settings,
                const PublisherLimits& limits, RandomSource& random)
      : offer_(offer), settings_(settings), limits_(limits), random_(random) {}

  absl::StatusOr<PublisherAnswer> Build() {
    SLUICE_ASSIGN_OR_RETURN(answer_.remote, ReadRemoteTransport(OfferKind::kPublisher, offer_));
    answer_.description.origin = StrCat("- ", random_.NextU64() >> 2, " 2 IN IP4 127.0.0.1");
    answer_.description.ice_lite = true;
    for (const MediaSection& section : offer_.media) {
      if (!TryAccept(section)) answer_.description.media.push_back(RejectedSection(section));
    }
    if (answer_.tracks.empty()) {
      return absl::FailedPreconditionError(
          StrCat("no common codecs: the offer has ", CodecNamesOf(offer_)));
    }
    AddBundle(offer_, answer_.description);
    return std::move(answer_);
  }

 private:
  bool TryAccept(const MediaSection& offered) {
    if (!WantsMedia(OfferKind::kPublisher, offered)) return false;
    if (!SharesTransport(OfferKind::kPublisher, offer_, offered)) return false;
    PublishedTrack track;
    track.mid = offered.mid;
    track.kind = KindOf(offered);
    if (HasTrackOf(track.kind)) return false;
    track.formats = ChooseReceivedFormats(offered.formats, track.kind, limits_.codec_order);
    if (track.formats.empty()) return false;
    ChooseRed(offered, track);
    MediaSection section =
        AcceptedSection(offered, Direction::kRecvOnly, settings_, answer_.tracks.empty());
    DescribeFormats(offered, track, section);
    AgreeOnExtensions(offered, section, track);
    AgreeOnEncodings(offered, section, track);
    answer_.description.media.push_back(std::move(section));
    answer_.tracks.push_back(std::move(track));
    return true;
  }

  bool HasTrackOf(media::MediaKind kind) const {
    return std::any_of(answer_.tracks.begin(), answer_.tracks.end(),
                       [kind](const PublishedTrack& track) { return track.kind == kind; });
  }

  static void ChooseRed(const MediaSection& offered, PublishedTrack& track) {
    for (const PublishedFormat& format : track.formats) {
      if (format.codec != media::Codec::kOpus) continue;
      track.red_payload_type = FindRed(offered.formats, format.payload_type);
      return;
    }
  }

  // Each format with its RTX behind it. RED stands before Opus, so that Opus is sent in it.
  void DescribeFormats(const MediaSection& offered, const PublishedTrack& track,
                       MediaSection& section) const {
    const auto add = [&](uint8_t payload_type) {
      if (payload_type == 0 || section.FindFormat(payload_type) != nullptr) return;
      section.formats.push_back(AnsweredFormatOf(offered, payload_type, kFeedback));
    };
    for (const PublishedFormat& format : track.formats) {
      if (format.codec == media::Codec::kOpus) add(track.red_payload_type);
      section.formats.push_back(AnsweredFormatOf(offered, format.payload_type, kFeedback));
      if (track.kind == media::MediaKind::kVideo) AddLimits(section.formats.back());
      add(format.rtx_payload_type);
    }
  }

  void AddLimits(Format& format) const {
    const auto add = [&format](std::string_view name, uint64_t bits_per_second) {
      if (bits_per_second == 0 || FindParameter(format, name)) return;
      const uint64_t kilobits = std::max<uint64_t>(bits_per_second / kBitsPerKilobit, 1);
      format.parameters += StrCat(format.parameters.empty() ? "" : ";", name, "=", kilobits);
    };
    add("x-google-min-bitrate", limits_.min_bitrate_bps);
    add("x-google-max-bitrate", limits_.max_bitrate_bps);
  }

  void AgreeOnExtensions(const MediaSection& offered, MediaSection& section,
                         PublishedTrack& track) const {
    std::vector<ExtensionSlot> slots = {
        {extension::kMid, &track.mid_id},
        {extension::kTransportSequence, &track.transport_sequence_id},
        {extension::kAbsSendTime, &track.abs_send_time_id}};
    if (track.kind == media::MediaKind::kVideo) {
      slots.push_back({extension::kRid, &track.rid_id});
      slots.push_back({extension::kRepairedRid, &track.repaired_rid_id});
      slots.push_back({extension::kDependencyDescriptor, &track.dependency_descriptor_id});
      if (limits_.orientation) slots.push_back({extension::kOrientation, &track.orientation_id});
    } else {
      slots.push_back({extension::kAudioLevel, &track.audio_level_id});
    }
    sdp::AgreeOnExtensions(offered, slots, section);
  }

  static void AgreeOnEncodings(const MediaSection& offered, MediaSection& section,
                               PublishedTrack& track) {
    std::vector<std::string> rids;
    if (track.kind == media::MediaKind::kVideo && track.rid_id != 0) rids = OfferedRids(offered);
    for (const std::string& rid : rids) track.encodings.push_back({.rid = rid});
    if (rids.empty()) track.encodings.push_back(DeclaredEncoding(offered));
    DescribeRids(rids, section);
  }

  const SessionDescription& offer_;
  const AnswerSettings& settings_;
  const PublisherLimits& limits_;
  RandomSource& random_;
  PublisherAnswer answer_;
};

}  // namespace

absl::Status CheckPublisherOffer(const SessionDescription& offer) {
  return ReadRemoteTransport(OfferKind::kPublisher, offer).status();
}

absl::StatusOr<PublisherAnswer> MakePublisherAnswer(const SessionDescription& offer,
                                                    const AnswerSettings& settings,
                                                    const PublisherLimits& limits,
                                                    RandomSource& random) {
  return AnswerBuilder(offer, settings, limits, random).Build();
}

}  // namespace sluice::sdp
