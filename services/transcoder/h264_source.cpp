#include "services/transcoder/h264_source.h"

#include <algorithm>
#include <utility>

#include "libs/media/h264_nal_unit.h"

namespace sluice::transcoder {
namespace {

using media::H264NalUnitType;
using rtp::payload::h264::AccessUnit;

constexpr uint8_t kRecoveryPoint = 6;  // SEI payloadType, ITU-T H.264 §D.1

// SEI messages: { payloadType: 0xff... and a last byte | payloadSize: likewise | payload }...
enum class Recovery : uint8_t { kNone, kGradual, kAtOnce };

Recovery RecoveryPointIn(ByteView sei) {
  for (size_t at = 1; at + 2 < sei.size();) {
    size_t type = 0;
    size_t size = 0;
    while (at < sei.size() && sei[at] == 0xff) type += sei[at++];
    if (at < sei.size()) type += sei[at++];
    while (at < sei.size() && sei[at] == 0xff) size += sei[at++];
    if (at < sei.size()) size += sei[at++];
    if (type == kRecoveryPoint && at < sei.size()) {
      bool no_frames = (sei[at] & 0x80) != 0;  // recovery_frame_cnt, ue(v)
      return no_frames ? Recovery::kAtOnce : Recovery::kGradual;
    }
    at += size;
  }
  return Recovery::kNone;
}

struct Kind {
  bool key_frame = false;
  bool recovers = false;  // after some pictures that a decoder keeps to itself
  bool discardable = false;
  bool has_sps = false;
};

Kind KindOf(const AccessUnit& access_unit) {
  std::vector<ByteView> views(access_unit.nal_units.begin(), access_unit.nal_units.end());
  media::H264PictureKind picture = media::KindOf(views);
  Kind kind;
  kind.key_frame = picture.idr;
  kind.discardable = picture.has_slice && !picture.referenced;
  for (ByteView nal_unit : views) {
    H264NalUnitType type = media::TypeOf(nal_unit);
    kind.has_sps |= type == H264NalUnitType::kSps;
    if (type != H264NalUnitType::kSei || !picture.has_slice) continue;
    Recovery recovery = RecoveryPointIn(media::RemoveEmulationPrevention(nal_unit));
    kind.key_frame |= recovery == Recovery::kAtOnce;
    kind.recovers |= recovery == Recovery::kGradual;
  }
  return kind;
}

void AppendAnnexB(ByteView nal_unit, Bytes& out) {
  static constexpr uint8_t kStartCode[] = {0, 0, 0, 1};
  out.insert(out.end(), std::begin(kStartCode), std::end(kStartCode));
  out.insert(out.end(), nal_unit.begin(), nal_unit.end());
}

}  // namespace

H264Source::H264Source(media::Track track, Delegate delegate)
    : PictureSource(track, std::move(delegate)) {
  GoesOnAs(track);
}

bool H264Source::GoesOnAs(const media::Track& now) {
  auto configuration = media::ParseAvcDecoderConfiguration(now.codec_config);
  if (configuration.ok()) configuration_ = *std::move(configuration);
  return true;
}

void H264Source::OnPacket(const rtp::Packet& packet) {
  auto missing = last_sequence_number_
                     ? static_cast<uint16_t>(packet.sequence_number - *last_sequence_number_ - 1)
                     : uint16_t{0};
  last_sequence_number_ = packet.sequence_number;
  counters_.lost_packets += missing;
  if (missing != 0 && packet.role.starts_access_unit) {
    // Upstream left pictures out up to this one, which is whole.
    depacketizer_.Reset();
    waiting_ = true;
  }
  depacketizer_.Push(packet, access_units_);
  for (const AccessUnit& access_unit : access_units_) Take(access_unit);
  access_units_.clear();
}

void H264Source::Take(const AccessUnit& access_unit) {
  Kind kind = KindOf(access_unit);
  waiting_ = waiting_ || !access_unit.complete;
  bool beginning = kind.key_frame || (kind.recovers && !begun_);
  if (LeadsNowhere(access_unit, beginning)) {
    LeaveOut();
    return;
  }
  begun_ = true;
  CodedPicture picture;
  if (beginning && !kind.has_sps) {
    for (const Bytes& sps : configuration_.sps) AppendAnnexB(sps, picture.bytes);
    for (const Bytes& pps : configuration_.pps) AppendAnnexB(pps, picture.bytes);
  }
  for (const Bytes& nal_unit : access_unit.nal_units) AppendAnnexB(nal_unit, picture.bytes);
  picture.rtp_timestamp = access_unit.rtp_timestamp;
  picture.cts = access_unit.role.cts;
  picture.arrival = access_unit.arrival;
  picture.key_frame = beginning;
  picture.discardable = kind.discardable;
  Give(std::move(picture));
}

bool H264Source::LeadsNowhere(const AccessUnit& access_unit, bool beginning) {
  if (waiting_) {
    // The incomplete access unit itself can be a key frame, of which slices are missing.
    if (!beginning || !access_unit.complete) return true;
    waiting_ = false;
    leading_ = true;
    key_timestamp_ = access_unit.rtp_timestamp;
    return false;
  }
  if (!leading_) return false;
  bool before = static_cast<int32_t>(access_unit.rtp_timestamp - key_timestamp_) < 0;
  if (!before) leading_ = false;
  return before;
}

}  // namespace sluice::transcoder
