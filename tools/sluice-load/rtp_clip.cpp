#include "tools/sluice-load/rtp_clip.h"

#include "absl/strings/str_format.h"
#include "libs/base/status_macros.h"
#include "libs/flv/video_tag.h"
#include "libs/media/avc_decoder_configuration.h"
#include "libs/media/h264_nal_unit.h"
#include "libs/rtp/payload/h264/packetizer.h"

namespace sluice::load {
namespace {

// The picture of one tag; without packets if it cannot be read.
RtpClip::Picture MakePicture(const flv::VideoTag& tag, uint32_t timestamp,
                             const media::AvcDecoderConfiguration& configuration) {
  RtpClip::Picture picture{
      .timestamp = timestamp, .key = tag.frame_type == flv::VideoFrameType::kKey, .packets = {}};
  auto units = media::SplitLengthPrefixed(tag.body, configuration.nal_length_size);
  if (!units) return picture;
  std::vector<ByteView> all;
  if (picture.key) {
    all.insert(all.end(), configuration.sps.begin(), configuration.sps.end());
    all.insert(all.end(), configuration.pps.begin(), configuration.pps.end());
  }
  for (ByteView unit : *units) {
    const auto type = media::TypeOf(unit);
    if (type != media::H264NalUnitType::kSps && type != media::H264NalUnitType::kPps)
      all.push_back(unit);
  }
  rtp::payload::h264::Packetizer().Packetize(
      {.nal_units = all, .rtp_timestamp = 0, .cts = 0, .arrival = {}}, picture.packets);
  return picture;
}

}  // namespace

absl::StatusOr<RtpClip> MakeRtpClip(const FlvFile& file) {
  RtpClip clip{.pictures = {}, .duration = file.duration, .profile_level_id = {}};
  std::optional<media::AvcDecoderConfiguration> configuration;
  for (const FlvTag& tag : file.tags) {
    const auto video =
        tag.type == rtmp::MessageType::kVideo ? flv::ParseVideoTag(tag.payload).tag : std::nullopt;
    if (!video || video->codec != flv::VideoCodec::kH264) continue;
    if (video->packet_type == flv::AvcPacketType::kSequenceHeader) {
      SLUICE_ASSIGN_OR_RETURN(configuration, media::ParseAvcDecoderConfiguration(video->body));
    }
    if (video->packet_type != flv::AvcPacketType::kNalUnits || !configuration) continue;
    RtpClip::Picture picture =
        MakePicture(*video, tag.timestamp - file.tags.front().timestamp, *configuration);
    if (picture.packets.empty() || (clip.pictures.empty() && !picture.key)) continue;
    clip.pictures.push_back(std::move(picture));
  }
  if (clip.pictures.empty()) return absl::InvalidArgumentError("the file has no H.264 key frame");
  clip.profile_level_id =
      absl::StrFormat("%02x%02x%02x", configuration->profile_idc, configuration->constraint_flags,
                      configuration->level_idc);
  return clip;
}

}  // namespace sluice::load
