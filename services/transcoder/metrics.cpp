#include "services/transcoder/metrics.h"

namespace sluice::transcoder {
namespace {

void CollectRenditions(size_t renditions, const Counters& counters, metrics::Scrape& scrape) {
  scrape.AddGauge("renditions", "Renditions that run.", static_cast<double>(renditions));
  auto outcome = [&](const char* value, uint64_t count) {
    scrape.AddCounter("renditions_total", "Renditions by outcome.", static_cast<double>(count),
                      {{"outcome", value}});
  };
  outcome("started", counters.renditions_started);
  outcome("refused", counters.renditions_refused);
  outcome("failed", counters.renditions_failed);
  outcome("ended", counters.renditions_ended);
  scrape.AddHistogram("first_packet_seconds", "From the request to a rendition's first packet.",
                      counters.first_packet);
}

void CollectMedia(const Counters& counters, metrics::Scrape& scrape) {
  scrape.AddCounter("access_units_total", "Access units taken from sources.",
                    static_cast<double>(counters.access_units));
  scrape.AddCounter("packets_total", "RTP packets given to renditions.",
                    static_cast<double>(counters.packets));
  scrape.AddCounter("bytes_total", "RTP payload given to renditions.",
                    static_cast<double>(counters.packet_bytes));
  auto dropped = [&](const char* reason, uint64_t count) {
    scrape.AddCounter("dropped_total", "Packets, access units and frames left out, by reason.",
                      static_cast<double>(count), {{"reason", reason}});
  };
  dropped("malformed", counters.malformed_packets);
  dropped("lost_upstream", counters.lost_packets);
  dropped("before_live_edge", counters.early_access_units);
  dropped("pipeline_refused", counters.refused_access_units);
  dropped("loop_behind", counters.frames_over_bound);
  dropped("queue_full", counters.queue_full_access_units);
  dropped("missing_references", counters.unreferable_access_units);
  dropped("encoder_behind", counters.late_pictures);
  dropped("time_stands_still", counters.timeless_pictures);
  dropped("corrupt", counters.corrupt_pictures);
}

}  // namespace

void Collect(size_t renditions, const Counters& counters,
             const fanout::FanoutServer::Counters& fanout_counters, metrics::Scrape& scrape) {
  CollectRenditions(renditions, counters, scrape);
  CollectMedia(counters, scrape);
  scrape.AddGauge("subscribers", "Other daemons' subscriptions.",
                  static_cast<double>(fanout_counters.subscribers));
  scrape.AddGauge("queue_bytes", "Bytes queued and not yet taken by the kernel.",
                  static_cast<double>(fanout_counters.unsent_bytes), {{"queue", "fanout"}});
  scrape.AddCounter("fanout_skipped_packets_total", "Packets left out for slow subscribers.",
                    static_cast<double>(fanout_counters.skipped_packets));
  scrape.AddCounter("fanout_refused_total", "Fan-out connections without a valid token.",
                    static_cast<double>(fanout_counters.refused));
}

}  // namespace sluice::transcoder
