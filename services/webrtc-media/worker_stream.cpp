#include "services/webrtc-media/worker_stream.h"

#include <algorithm>

namespace sluice::webrtc_media {

std::optional<NtpTime> StreamTrack::NtpAt(Instant now) const {
  if (!clock) return std::nullopt;
  return clock->ntp.Plus(now - clock_received);
}

const StreamTrack* WorkerStream::OnPacket(const rtp::PacketPtr& packet, Instant now) {
  StreamTrack* track = Find(packet->track_id);
  if (track == nullptr || packet->payload.size() > rtp::kMaxFanoutPayload) return nullptr;
  if (!track->ring.Push(packet)) return nullptr;
  if (packet->arrival - track->last_arrival > StreamTrack::kStall) ++track->stalls;
  track->last_arrival = packet->arrival;
  track->bytes_rate.Add(packet->payload.size(), now);
  track->bits_per_second = static_cast<uint64_t>(track->bytes_rate.PerSecond(now) * 8);
  return track;
}

void WorkerStream::OnClock(const rtp::ClockReport& clock, Instant now) {
  StreamTrack* track = Find(clock.track_id);
  if (track == nullptr || clock.clock_rate == 0) return;
  track->clock = clock;
  track->clock_received = now;
}

void WorkerStream::OnDescription(const media::StreamDescription& description) {
  std::vector<StreamTrackPtr> tracks;
  for (const media::Track& described : description.tracks) {
    const auto same = [&](const StreamTrackPtr& known) {
      return known->track.id == described.id && known->track.ssrc == described.ssrc &&
             known->track.codec == described.codec;
    };
    const auto found = std::find_if(tracks_.begin(), tracks_.end(), same);
    if (found == tracks_.end()) {
      tracks.push_back(std::make_shared<StreamTrack>(described));
    } else {
      (*found)->track = described;
      tracks.push_back(*found);
    }
  }
  tracks_ = std::move(tracks);
}

StreamTrackPtr WorkerStream::FindTrack(media::MediaKind kind,
                                       std::span<const PlayerFormat> formats) const {
  const auto suits = [&](const StreamTrackPtr& track) {
    return track->track.kind == kind &&
           std::any_of(formats.begin(), formats.end(), [&](const PlayerFormat& format) {
             return format.codec == track->track.codec;
           });
  };
  const auto found = std::find_if(tracks_.begin(), tracks_.end(), suits);
  return found == tracks_.end() ? nullptr : *found;
}

StreamTrack* WorkerStream::Find(uint32_t track_id) const {
  const auto found = std::find_if(tracks_.begin(), tracks_.end(), [&](const StreamTrackPtr& track) {
    return track->track.id == track_id;
  });
  return found == tracks_.end() ? nullptr : found->get();
}

}  // namespace sluice::webrtc_media
