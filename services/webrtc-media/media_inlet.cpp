#include "services/webrtc-media/media_inlet.h"

#include <algorithm>
#include <utility>

namespace sluice::webrtc_media {
namespace {

constexpr size_t kUsualTurn = 16;  // items

}  // namespace

MediaInlet::MediaInlet(const PublisherTrackSettings& track, uint16_t encoding,
                       EncodingCounters& counters, PublishedTurn& turn)
    : track_(track), encoding_(encoding), counters_(counters), turn_(turn) {
  if (!track_.formats.empty()) format_ = &track_.formats.front();
}

void MediaInlet::OnPacket(const ReceivedPacket& packet) {
  if (packet.rtp.payload.empty()) return;  // padding, to find out what the path carries
  if (!ChangeFormat(packet.rtp.payload_type)) return counters_.dropped_packets.Add(1);
  const auto dependency =
      packet.dependency.empty() ? std::nullopt : dependency_.Read(packet.dependency);
  inspected_.clear();
  if (!inspector_->Inspect(packet.rtp, dependency ? &*dependency : nullptr, inspected_)) {
    counters_.dropped_packets.Add(1);
    return OnHole();
  }
  if (!wanted_ && is_video()) return;
  for (rtp::payload::InspectedPayload& payload : inspected_) PassOn(packet, payload);
}

// False: the payload type is none that was agreed on.
bool MediaInlet::ChangeFormat(uint8_t payload_type) {
  if (inspector_ != nullptr && format_->payload_type == payload_type) return true;
  const auto found =
      std::find_if(track_.formats.begin(), track_.formats.end(),
                   [&](const PublisherFormat& f) { return f.payload_type == payload_type; });
  if (found == track_.formats.end()) return false;
  auto inspector = rtp::payload::MakeInspector(found->codec);
  if (inspector == nullptr) return false;
  inspector_ = std::move(inspector);
  dependency_ = {};
  format_ = &*found;
  format_told_ = false;
  waits_for_key_frame_ = true;
  return true;
}

void MediaInlet::PassOn(const ReceivedPacket& packet, rtp::payload::InspectedPayload& payload) {
  if (is_video()) {
    const bool key_frame = payload.role.key_frame && payload.first_of_frame;
    if (waits_for_key_frame_ && !key_frame) {
      key_frame_.Want();
      return counters_.dropped_packets.Add(1);
    }
    waits_for_key_frame_ = false;
    if (key_frame) {
      key_frame_.OnKeyFrame();
      counters_.key_frames.Add(1);
    }
    if (payload.first_of_frame) counters_.frames.Add(1);
  }
  NoteFormat(payload);
  rtp::Packet out;
  out.marker = payload.last_of_frame;
  out.payload_type = packet.rtp.payload_type;
  out.sequence_number = static_cast<uint16_t>(packet.rtp.sequence_number + shift_);
  out.rtp_timestamp = packet.rtp.rtp_timestamp + payload.timestamp_offset;
  out.ssrc = packet.rtp.ssrc;
  out.role = payload.role;
  if (packet.orientation) out.role.orientation = *packet.orientation;
  out.arrival = packet.arrival;
  out.payload = std::move(payload.payload);
  if (turn_.items.empty()) turn_.items.reserve(kUsualTurn);
  turn_.bytes += out.footprint();
  turn_.items.push_back({encoding_, std::move(out)});
  if (&payload != &inspected_.back()) ++shift_;
}

// Before the first packet, and before one that changes something.
void MediaInlet::NoteFormat(const rtp::payload::InspectedPayload& payload) {
  FormatChange now = told_;
  now.codec = format_->codec;
  now.clock_rate = format_->clock_rate;
  now.channels = format_->channels;
  if (!format_told_ && now.codec != told_.codec) {
    now.codec_config.clear();
    now.width = now.height = 0;
  }
  if (!payload.codec_config.empty()) now.codec_config = payload.codec_config;
  if (payload.width != 0 && payload.height != 0) {
    now.width = payload.width;
    now.height = payload.height;
  }
  const bool same = now.codec_config == told_.codec_config && now.width == told_.width &&
                    now.height == told_.height;
  if (std::exchange(format_told_, true) && same) return;
  told_ = now;
  turn_.items.push_back({encoding_, std::move(now)});
}

void MediaInlet::OnHole() {
  if (is_video()) WaitForKeyFrame();
}

void MediaInlet::OnDropped() {
  format_told_ = false;
  OnHole();
}

void MediaInlet::WaitForKeyFrame() {
  waits_for_key_frame_ = true;
  if (wanted_) key_frame_.Want();
}

void MediaInlet::SetWanted(bool wanted) {
  if (std::exchange(wanted_, wanted) == wanted || !is_video()) return;
  if (wanted) {
    WaitForKeyFrame();
  } else {
    waits_for_key_frame_ = true;
    key_frame_.OnKeyFrame();  // nobody wants one any more
  }
}

}  // namespace sluice::webrtc_media
