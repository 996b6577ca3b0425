#include "services/webrtc-media/metrics.h"

#include <array>
#include <string>

namespace sluice::webrtc_media {
namespace {

struct NamedCount {
  Count WorkerCounters::*count;
  std::string_view name;
  std::string_view help;
};
constexpr std::array kCounts = {
    NamedCount{&WorkerCounters::rtp_packets, "sent_packets_total", "RTP packets sent to players."},
    NamedCount{&WorkerCounters::rtp_bytes, "sent_bytes_total", "Bytes of these packets."},
    NamedCount{&WorkerCounters::rtx_packets, "retransmitted_packets_total",
               "Packets repeated after a NACK."},
    NamedCount{&WorkerCounters::redundant_packets, "redundant_packets_total",
               "Packets of sound that carried earlier ones, too (RED)."},
    NamedCount{&WorkerCounters::padding_packets, "padding_packets_total",
               "Packets that tried out whether more can be sent."},
    NamedCount{&WorkerCounters::received_rtp_packets, "received_packets_total",
               "RTP packets received from publishers."},
    NamedCount{&WorkerCounters::datagrams_sent, "sent_datagrams_total",
               "Datagrams handed to the kernel."},
    NamedCount{&WorkerCounters::messages_sent, "sent_messages_total",
               "Runs of datagrams for one player that the kernel took as one."},
    NamedCount{&WorkerCounters::unsegmented, "unsegmented_messages_total",
               "Runs that the kernel refused as one (a small MTU) and took datagram by datagram."},
    NamedCount{&WorkerCounters::send_calls, "send_calls_total", "System calls that sent them."},
    NamedCount{&WorkerCounters::datagrams_received, "received_datagrams_total",
               "Datagrams from players and others."},
    NamedCount{&WorkerCounters::tcp_frames_sent, "tcp_sent_frames_total",
               "RFC 4571 frames handed to TCP connections."},
    NamedCount{&WorkerCounters::tcp_send_calls, "tcp_send_calls_total",
               "System calls that sent them."},
    NamedCount{&WorkerCounters::tcp_frames_received, "tcp_received_frames_total",
               "RFC 4571 frames from TCP connections."},
    NamedCount{&WorkerCounters::receiver_reports, "receiver_reports_total",
               "RTCP report blocks of players."},
    NamedCount{&WorkerCounters::nacks, "nacks_total", "RTCP NACK messages of players."},
    NamedCount{&WorkerCounters::plis, "plis_total", "RTCP PLI and FIR messages of players."},
    NamedCount{&WorkerCounters::transport_feedback, "transport_feedback_total",
               "RTCP transport-wide feedback messages of players."},
    NamedCount{&WorkerCounters::layer_changes, "layer_changes_total",
               "Times a player went over to another layer of a simulcast video."},
    NamedCount{&WorkerCounters::starved_players, "starved_players_total",
               "Times a player's link carried no more than sound and key frames."},
    NamedCount{&WorkerCounters::replays, "replays_total",
               "Cached groups of pictures sent again after a PLI."},
    NamedCount{&WorkerCounters::key_frame_skips, "key_frame_skips_total",
               "Times a player had to wait for a key frame after a hole."},
};

struct DropReason {
  Count WorkerCounters::*count;
  std::string_view reason;
};
constexpr std::array kDrops = {
    DropReason{&WorkerCounters::late_video, "late-video"},
    DropReason{&WorkerCounters::tcp_frames_refused, "tcp-full"},
    DropReason{&WorkerCounters::send_failures, "send-failure"},
    DropReason{&WorkerCounters::rtx_refused, "retransmission-refused"},
    DropReason{&WorkerCounters::unknown_tuple, "unknown-tuple"},
    DropReason{&WorkerCounters::unexpected, "unexpected"},
    DropReason{&WorkerCounters::bad_stun, "bad-stun"},
    DropReason{&WorkerCounters::bad_rtcp, "bad-rtcp"},
    DropReason{&WorkerCounters::bad_rtp, "bad-rtp"},
    DropReason{&WorkerCounters::unknown_ssrc, "unknown-ssrc"},
};

constexpr std::array kClosedConnections = {
    DropReason{&WorkerCounters::tcp_refused, "too-many"},
    DropReason{&WorkerCounters::tcp_silent, "no-check"},
    DropReason{&WorkerCounters::bad_tcp, "long-frame"},
};

void AddDurations(metrics::Scrape& scrape, std::string_view name, std::string_view help,
                  const DurationHistogram& histogram) {
  std::array<double, DurationHistogram::kBounds.size()> bounds;
  std::array<uint64_t, bounds.size() + 1> counts;
  for (size_t i = 0; i < counts.size(); ++i) {
    counts[i] = histogram.in_class(i);
    if (i < bounds.size()) bounds[i] = static_cast<double>(DurationHistogram::kBounds[i]) / 1e6;
  }
  scrape.AddHistogram(name, help, bounds, counts, histogram.sum_seconds());
}

void CollectWorker(metrics::Scrape& scrape, const Worker& worker, const std::string& number) {
  const WorkerCounters& counters = worker.counters();
  for (const NamedCount& known : kCounts) {
    scrape.AddCounter(known.name, known.help, static_cast<double>((counters.*known.count).value()));
  }
  for (const DropReason& drop : kDrops) {
    scrape.AddCounter("dropped_total", "Packets and datagrams dropped, by reason.",
                      static_cast<double>((counters.*drop.count).value()),
                      {{"reason", std::string(drop.reason)}});
  }
  scrape.AddCounter("dropped_total", "Packets and datagrams dropped, by reason.",
                    static_cast<double>(worker.queue().refused_packets()),
                    {{"reason", "worker-queue-full"}});
  const metrics::Labels labels = {{"worker", number}};
  scrape.AddGauge("srtp_engine", "1 for the library that encrypts a worker's media.", 1,
                  {{"worker", number}, {"engine", std::string(worker.srtp_engine())}});
  scrape.AddGauge("worker_queue_bytes", "Packets on their way to a worker.",
                  static_cast<double>(worker.queue().bytes()), labels);
  scrape.AddGauge("worker_tcp_connections", "TCP connections of a worker's peers.",
                  static_cast<double>(counters.tcp_connections.value()), labels);
  for (const DropReason& closed : kClosedConnections) {
    scrape.AddCounter("tcp_connections_closed_total",
                      "TCP connections that were refused or closed, by reason.",
                      static_cast<double>((counters.*closed.count).value()),
                      {{"reason", std::string(closed.reason)}});
  }
  scrape.AddGauge("worker_players", "Players of a worker.",
                  static_cast<double>(counters.players.value()), labels);
  AddDurations(scrape, "send_delay_seconds", "From the publisher's socket to the player's.",
               counters.send_delay);
  AddDurations(scrape, "worker_loop_delay_seconds", "Lateness of a worker's timers.",
               counters.loop_delay);
  AddDurations(scrape, "time_to_first_media_seconds",
               "From CreatePlayer to the first media packet.", counters.time_to_first_media);
}

void CollectPublishers(metrics::Scrape& scrape, const Publishers& publishers) {
  const Publishers::Counters& counters = publishers.counters();
  scrape.AddGauge("publishers", "Publishers, those still connecting included.",
                  static_cast<double>(publishers.publisher_count()));
  scrape.AddGauge("published_streams", "Streams of publishers, those that wait for one included.",
                  static_cast<double>(publishers.stream_count()));
  scrape.AddCounter("publishers_created_total", "Publishers that got an answer.",
                    static_cast<double>(counters.created));
  scrape.AddCounter("publishers_refused_total", "Requests to publish that were refused.",
                    static_cast<double>(counters.refused));
  scrape.AddCounter("publishers_taken_over_total", "Streams that went on with another publisher.",
                    static_cast<double>(counters.taken_over));
  scrape.AddCounter("publisher_key_frame_requests_total", "Key frames asked of publishers.",
                    static_cast<double>(counters.key_frame_requests));
  for (size_t i = 0; i < kEndReasons; ++i) {
    scrape.AddCounter("publishers_ended_total", "Publishers that ended, by reason.",
                      static_cast<double>(counters.ended[i]),
                      {{"reason", std::string(EndReasonName(static_cast<EndReason>(i)))}});
  }
  const Publishers::Received received = publishers.received();
  scrape.AddCounter("received_packets_total", "RTP packets of publishers, repetitions apart.",
                    static_cast<double>(received.packets));
  scrape.AddCounter("received_bytes_total", "Payload of these packets.",
                    static_cast<double>(received.bytes));
  scrape.AddCounter("received_lost_packets_total", "Lost on the way here for good.",
                    static_cast<double>(received.lost));
  scrape.AddCounter("received_recovered_packets_total", "Lost, and had again by RTX or RED.",
                    static_cast<double>(received.recovered));
}

}  // namespace

void CollectMetrics(metrics::Scrape& scrape, const Players& players, const Publishers& publishers,
                    const WorkerPool& pool) {
  CollectPublishers(scrape, publishers);
  const Players::Counters& counters = players.counters();
  scrape.AddGauge("players", "Players, those still connecting included.",
                  static_cast<double>(players.player_count()));
  scrape.AddGauge("playing_players", "Players that get media.",
                  static_cast<double>(players.playing_count()));
  scrape.AddGauge("subscriptions", "Streams taken from other daemons, renditions apart.",
                  static_cast<double>(players.subscription_count()));
  scrape.AddCounter("players_created_total", "Players that got an answer.",
                    static_cast<double>(counters.created));
  scrape.AddCounter("players_refused_total", "Requests that were refused.",
                    static_cast<double>(counters.refused));
  scrape.AddCounter("key_frame_requests_total", "Key frames asked for upstream.",
                    static_cast<double>(counters.key_frame_requests));
  const SubscriptionContext::Counters& renditions = players.rendition_counters();
  scrape.AddCounter("left_out_pictures_total",
                    "Pictures that browsers cannot show, left out of what players get.",
                    static_cast<double>(renditions.filter.left_out_pictures));
  scrape.AddCounter("rendition_failures_total", "Renditions that could not be had, or ended.",
                    static_cast<double>(renditions.rendition_failures));
  scrape.AddCounter("to_video_rendition_total", "Players whose picture went to a rendition.",
                    static_cast<double>(renditions.to_video_rendition));
  scrape.AddCounter("to_video_original_total", "Players whose picture went back to the original.",
                    static_cast<double>(renditions.to_video_original));
  for (size_t i = 0; i < kEndReasons; ++i) {
    scrape.AddCounter("players_ended_total", "Players that ended, by reason.",
                      static_cast<double>(counters.ended[i]),
                      {{"reason", std::string(EndReasonName(static_cast<EndReason>(i)))}});
  }
  for (size_t i = 0; i < pool.size(); ++i) CollectWorker(scrape, pool.worker(i), std::to_string(i));
}

}  // namespace sluice::webrtc_media
