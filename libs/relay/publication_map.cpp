#include "libs/relay/publication_map.h"

#include "libs/fanout/description_map.h"

namespace sluice::relay {

v1::StreamEntry EntryOf(const fanout::Publication& publication) {
  const fanout::Publication::Settings& settings = publication.settings();
  v1::StreamEntry entry;
  *entry.mutable_key() = fanout::ToProto(settings.key);
  if (publication.description() != nullptr) {
    *entry.mutable_description() = fanout::ToProto(*publication.description());
  }
  entry.set_publisher_protocol(settings.publisher_protocol);
  entry.set_publisher_address(settings.publisher_address);
  entry.set_created_unix_ms(absl::ToUnixMillis(publication.created()));
  return entry;
}

v1::StreamStatus StatusOf(const fanout::Publication& publication) {
  const fanout::Publication::Settings& settings = publication.settings();
  v1::StreamStatus status;
  *status.mutable_key() = fanout::ToProto(settings.key);
  status.set_media_session_id(settings.media_session_id);
  status.set_publisher_protocol(settings.publisher_protocol);
  status.set_publisher_address(settings.publisher_address);
  status.set_publisher_agent(settings.publisher_agent);
  status.set_publisher_parameters(settings.publisher_parameters);
  status.mutable_created()->set_seconds(absl::ToUnixSeconds(publication.created()));
  status.set_subscribers(static_cast<uint32_t>(publication.fan().sink_count()));
  status.set_cached_bytes(publication.fan().cache().bytes());
  status.set_remark(publication.remark());
  if (publication.description() == nullptr) return status;
  for (const media::Track& track : publication.description()->tracks) {
    fanout::TrackCounters counters = publication.Counters(track.id);
    v1::TrackStatus& out = *status.add_tracks();
    *out.mutable_track() = fanout::ToProto(track);
    out.set_packets(counters.packets);
    out.set_bytes(counters.bytes);
    out.set_bitrate_bps(counters.bitrate_bps);
    out.set_frame_rate(counters.frame_rate);
    out.set_key_frame_interval_s(counters.key_frame_interval_s);
    out.set_lost_packets(counters.lost_packets);
    out.set_has_b_frames(track.has_b_frames);
  }
  return status;
}

}  // namespace sluice::relay
