#include "services/webrtc-media/browser_filter.h"

#include <algorithm>
#include <memory>
#include <utility>

#include "libs/media/h264_nal_unit.h"
#include "libs/media/h264_reorder.h"
#include "libs/rtp/payload/h264/aggregate.h"
#include "libs/rtp/payload/h264/packetizer.h"
#include "libs/rtp/sequence_number.h"

namespace sluice::webrtc_media {
namespace {

bool IsBefore(uint32_t timestamp, uint32_t other) {
  return static_cast<int32_t>(timestamp - other) < 0;
}

}  // namespace

void BrowserFilter::OnDescription(const media::StreamDescription& description) {
  std::erase_if(tracks_, [&](const auto& entry) {
    return std::none_of(description.tracks.begin(), description.tracks.end(),
                        [&](const media::Track& track) { return track.ssrc == entry.first; });
  });
  for (const media::Track& described : description.tracks) {
    const media::BrowserObstacle obstacle = media::FindBrowserObstacle(described);
    const auto known = tracks_.find(described.ssrc);
    if (known == tracks_.end() && obstacle == media::BrowserObstacle::kNone) continue;
    tracks_[described.ssrc].obstacle = obstacle;
  }
}

void BrowserFilter::Filter(std::span<const fanout::Item> items, std::vector<fanout::Item>& out) {
  for (const fanout::Item& item : items) {
    const auto* packet = std::get_if<rtp::PacketPtr>(&item);
    const auto track = packet != nullptr ? tracks_.find((*packet)->ssrc) : tracks_.end();
    if (track == tracks_.end()) {
      out.push_back(item);
    } else {
      FilterPacket(track->second, *packet, out);
    }
  }
}

void BrowserFilter::GoOnFrom(std::span<const fanout::Item> items) {
  for (const fanout::Item& item : items) {
    const auto* packet = std::get_if<rtp::PacketPtr>(&item);
    const auto found = packet != nullptr ? tracks_.find((*packet)->ssrc) : tracks_.end();
    if (found == tracks_.end()) continue;
    Track& track = found->second;
    track.newest = (*packet)->sequence_number;
    track.next = static_cast<uint16_t>(*track.newest + 1);
    track.in_picture = !media::IsUndecodable(track.obstacle);
    if ((*packet)->role.starts_access_unit) Lets(track, **packet);
  }
}

void BrowserFilter::FilterPacket(Track& track, const rtp::PacketPtr& packet,
                                 std::vector<fanout::Item>& out) {
  const uint16_t sequence_number = packet->sequence_number;
  if (!track.newest) {
    track.next = sequence_number;  // what has been sent before goes on
  } else if (!rtp::IsNewer(sequence_number, *track.newest)) {
    return;  // comes a second time, from another relay's cache
  } else if (sequence_number != static_cast<uint16_t>(*track.newest + 1)) {
    track.in_picture = false;
    track.waits_for_idr = true;
  }
  track.newest = sequence_number;
  if (packet->role.starts_access_unit) track.in_picture = Lets(track, *packet);
  if (!track.in_picture) return;
  const bool rewrites = track.obstacle != media::BrowserObstacle::kNone && packet->role.key_frame;
  if (!rewrites || !EmitRewritten(track, *packet, out)) Emit(track, *packet, out);
}

bool BrowserFilter::Lets(Track& track, const rtp::Packet& packet) {
  const bool idr = packet.role.key_frame && !packet.role.recovery_point;
  if (media::IsUndecodable(track.obstacle)) {
    track.waits_for_idr = true;
  } else if (idr) {
    track.waits_for_idr = false;
    track.shown = packet.rtp_timestamp;
    return true;
  } else if (track.obstacle == media::BrowserObstacle::kNone) {
    return !track.waits_for_idr;
  } else if (!track.waits_for_idr && !IsBefore(packet.rtp_timestamp, track.shown)) {
    track.shown = packet.rtp_timestamp;
    return true;
  }
  if (!packet.role.discardable) track.waits_for_idr = true;
  ++counters_.left_out_pictures;
  return false;
}

void BrowserFilter::Emit(Track& track, const rtp::Packet& packet, std::vector<fanout::Item>& out) {
  auto copy = std::make_shared<rtp::Packet>(packet);
  copy->sequence_number = track.next++;
  if (copy->role.recovery_point) copy->role.key_frame = false;
  out.emplace_back(rtp::PacketPtr(std::move(copy)));
}

// False if there is no SPS in it, or one that cannot be rewritten.
bool BrowserFilter::EmitRewritten(Track& track, const rtp::Packet& packet,
                                  std::vector<fanout::Item>& out) {
  std::vector<ByteView> nal_units = rtp::payload::h264::NalUnitsOf(packet.payload);
  Bytes sps;
  for (ByteView& nal_unit : nal_units) {
    if (media::TypeOf(nal_unit) != media::H264NalUnitType::kSps) continue;
    std::optional<Bytes> rewritten = media::WithoutReordering(nal_unit);
    if (!rewritten) return false;
    sps = *std::move(rewritten);
    nal_unit = sps;
  }
  if (sps.empty()) return false;
  // A longer SPS may not leave room for the rest.
  std::vector<rtp::Packet> packets;
  rtp::payload::h264::Packetizer().Packetize({.nal_units = nal_units}, packets);
  for (size_t i = 0; i < packets.size(); ++i) {
    rtp::Packet whole = packet;
    whole.payload = std::move(packets[i].payload);
    whole.role.starts_access_unit = packet.role.starts_access_unit && i == 0;
    whole.marker = packet.marker && i + 1 == packets.size();
    Emit(track, whole, out);
  }
  ++counters_.rewritten_parameter_sets;
  return true;
}

}  // namespace sluice::webrtc_media
