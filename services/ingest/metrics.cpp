#include "services/ingest/metrics.h"

namespace sluice::ingest {
namespace {

void CollectGauges(const Gauges& gauges, metrics::Scrape& scrape) {
  scrape.AddGauge("sessions", "RTMP connections.", static_cast<double>(gauges.connections));
  scrape.AddGauge("publishers", "Streams being published.", static_cast<double>(gauges.publishers));
  scrape.AddGauge("players", "RTMP players.", static_cast<double>(gauges.players));
  scrape.AddGauge("played_streams", "Streams with RTMP players.",
                  static_cast<double>(gauges.played_streams));
  scrape.AddGauge("queue_bytes", "Bytes queued and not yet taken by the kernel.",
                  static_cast<double>(gauges.unsent_bytes), {{"queue", "rtmp"}});
}

void CollectSessions(const Counters& counters, metrics::Scrape& scrape) {
  auto outcome = [&](std::string_view name, std::string_view help, const char* value,
                     uint64_t count) {
    scrape.AddCounter(name, help, count, {{"outcome", value}});
  };
  constexpr char kConnections[] = "RTMP connections by outcome.";
  outcome("connections_total", kConnections, "accepted", counters.connections_accepted);
  outcome("connections_total", kConnections, "refused", counters.connections_refused);
  outcome("connections_total", kConnections, "timed_out", counters.connections_timed_out);
  outcome("connections_total", kConnections, "pushed_out", counters.connections_pushed_out);
  outcome("connections_total", kConnections, "protocol_error", counters.protocol_errors);
  constexpr char kPublishes[] = "Publish commands by outcome.";
  outcome("publishes_total", kPublishes, "started", counters.publishes_started);
  outcome("publishes_total", kPublishes, "refused", counters.publishes_refused);
  outcome("publishes_total", kPublishes, "taken_over", counters.publishes_taken_over);
  outcome("publishes_total", kPublishes, "stalled", counters.publishes_stalled);
  constexpr char kPlays[] = "Play commands by outcome.";
  outcome("plays_total", kPlays, "started", counters.plays_started);
  outcome("plays_total", kPlays, "refused", counters.plays_refused);
}

void CollectMedia(const Counters& counters, metrics::Scrape& scrape) {
  scrape.AddCounter("received_bytes_total", "Bytes from RTMP clients.", counters.received_bytes);
  scrape.AddCounter("sent_bytes_total", "Bytes to RTMP clients.", counters.sent_bytes);
  scrape.AddCounter("received_messages_total", "Audio and video messages of publishers.",
                    counters.received_messages);
  scrape.AddCounter("packets_total", "RTP packets made of publishers' messages.", counters.packets);
  scrape.AddCounter("sent_messages_total", "Messages to players.", counters.sent_messages);
  scrape.AddCounter("time_jumps_total", "Jumps of over 5 s in publishers' timestamps.",
                    counters.time_jumps);
  scrape.AddCounter("sound_reanchored_total", "Times sound was over 30 ms off its timestamps.",
                    counters.sound_reanchored);
  scrape.AddHistogram("first_picture_seconds", "From the play command to the first key frame sent.",
                      counters.first_picture);
}

void CollectDrops(const Counters& counters, metrics::Scrape& scrape) {
  auto dropped = [&](const char* reason, uint64_t count) {
    scrape.AddCounter("dropped_total", "Messages and frames left out, by reason.", count,
                      {{"reason", reason}});
  };
  dropped("malformed", counters.malformed_messages);
  dropped("ignored", counters.ignored_messages);
  dropped("unsupported_codec", counters.unsupported_messages);
  dropped("before_sequence_header", counters.early_messages);
  dropped("slow_player_video", counters.skipped_video);
  dropped("slow_player_audio", counters.skipped_audio);
  dropped("incomplete_frame", counters.incomplete_frames);
}

}  // namespace

void Collect(const Gauges& gauges, const Counters& counters,
             const fanout::FanoutServer::Counters& fanout_counters,
             const relay::Publications& publications, metrics::Scrape& scrape) {
  CollectGauges(gauges, scrape);
  CollectSessions(counters, scrape);
  CollectMedia(counters, scrape);
  CollectDrops(counters, scrape);
  size_t cached = 0;
  uint64_t dropped_groups = 0;
  for (const auto& [key, publication] : publications.all()) {
    cached += publication->fan().cache().bytes();
    dropped_groups += publication->fan().cache().dropped_groups();
  }
  scrape.AddGauge("cached_bytes", "Groups of pictures kept for joiners.",
                  static_cast<double>(cached));
  scrape.AddGauge("cached_groups_dropped", "Groups of present streams that were over a limit.",
                  static_cast<double>(dropped_groups));
  scrape.AddGauge("subscribers", "Other daemons' subscriptions.",
                  static_cast<double>(fanout_counters.subscribers));
  scrape.AddGauge("queue_bytes", "Bytes queued and not yet taken by the kernel.",
                  static_cast<double>(fanout_counters.unsent_bytes), {{"queue", "fanout"}});
  scrape.AddCounter("fanout_skipped_packets_total", "Packets left out for slow subscribers.",
                    fanout_counters.skipped_packets);
  scrape.AddCounter("fanout_refused_total", "Fan-out connections without a valid token.",
                    fanout_counters.refused);
}

}  // namespace sluice::ingest
