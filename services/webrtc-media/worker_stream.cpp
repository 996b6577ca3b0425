#include "services/webrtc-media/worker_stream.h"

#include <algorithm>

namespace sluice::webrtc_media {
namespace {

void CountTemporal(StreamTrack& track, const rtp::Packet& packet) {
  constexpr uint64_t kEnough = 512 << 10;  // of the base layer
  const size_t layer =
      std::min<size_t>(packet.role.temporal_layer, StreamTrack::kTemporalLayers - 1);
  track.temporal_bytes[layer] += packet.payload.size();
  if (track.temporal_bytes[0] < kEnough) return;
  for (uint64_t& bytes : track.temporal_bytes) bytes /= 2;
}

}  // namespace

std::optional<NtpTime> StreamTrack::NtpAt(Instant now) const {
  if (!clock) return std::nullopt;
  return clock->ntp.Plus(now - clock_received);
}

double StreamTrack::TemporalShare(size_t highest_layer) const {
  uint64_t all = 0;
  uint64_t lower = 0;
  for (size_t i = 0; i < temporal_bytes.size(); ++i) {
    all += temporal_bytes[i];
    if (i <= highest_layer) lower += temporal_bytes[i];
  }
  return all == 0 ? 1 : static_cast<double>(lower) / static_cast<double>(all);
}

size_t StreamTrack::temporal_layers() const {
  size_t count = temporal_bytes.size();
  while (count > 1 && temporal_bytes[count - 1] == 0) --count;
  return count;
}

const StreamTrack* WorkerStream::OnPacket(const rtp::PacketPtr& packet, Instant now) {
  StreamTrack* track = Find(packet->track_id);
  if (track == nullptr || packet->payload.size() > rtp::kMaxFanoutPayload) return nullptr;
  if (!track->ring.Push(packet)) return nullptr;
  if (packet->arrival - track->last_arrival > StreamTrack::kStall) ++track->stalls;
  track->last_arrival = packet->arrival;
  track->held.Add(now - packet->arrival, now);
  track->bytes_rate.Add(packet->payload.size(), now);
  track->bits_per_second = static_cast<uint64_t>(track->bytes_rate.PerSecond(now) * 8);
  CountTemporal(*track, *packet);
  return track;
}

void WorkerStream::EvenOut() {
  for (const StreamTrackPtr& track : tracks_) track->ring.EvenOut();
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

std::vector<StreamTrackPtr> WorkerStream::LayersOf(const StreamTrack& track) const {
  std::vector<StreamTrackPtr> layers;
  for (const StreamTrackPtr& other : tracks_) {
    const bool itself = other->track.id == track.track.id;
    const bool layer = !track.track.mid.empty() && other->track.mid == track.track.mid &&
                       other->track.codec == track.track.codec;
    if (itself || layer) layers.push_back(other);
  }
  return layers;
}

StreamTrack* WorkerStream::Find(uint32_t track_id) const {
  const auto found = std::find_if(tracks_.begin(), tracks_.end(), [&](const StreamTrackPtr& track) {
    return track->track.id == track_id;
  });
  return found == tracks_.end() ? nullptr : found->get();
}

}  // namespace sluice::webrtc_media
