// What one worker has done; written by the worker alone, read by anybody.
#pragma once

#include <array>
#include <atomic>
#include <cstdint>

#include "libs/base/instant.h"

namespace sluice::webrtc_media {

// A count with one writer: an ordinary load and store, but readable from other threads.
class Count {
 public:
  void Add(uint64_t amount) {
    value_.store(value_.load(std::memory_order_relaxed) + amount, std::memory_order_relaxed);
  }
  void Set(uint64_t value) { value_.store(value, std::memory_order_relaxed); }
  uint64_t value() const { return value_.load(std::memory_order_relaxed); }

 private:
  std::atomic<uint64_t> value_{0};
};

// Durations in fixed classes, for Prometheus histograms.
class DurationHistogram {
 public:
  // Upper bounds of the classes in microseconds; what is above the last falls into one more.
  static constexpr std::array<int64_t, 14> kBounds = {
      100, 200, 500, 1000, 2000, 3000, 5000, 10000, 20000, 50000, 100000, 200000, 500000, 1000000};

  void Add(Duration duration, uint64_t times = 1);
  // Not cumulative. The last one has no upper bound.
  uint64_t in_class(size_t index) const { return classes_[index].value(); }
  double sum_seconds() const { return static_cast<double>(sum_us_.value()) / 1e6; }

 private:
  std::array<Count, kBounds.size() + 1> classes_;
  Count sum_us_;
};

struct WorkerCounters {
  Count players;     // now
  Count publishers;  // now
  Count feeds;       // now
  // Media.
  Count rtp_packets;
  Count rtp_bytes;  // of RTP as sent, header and tag included
  Count rtx_packets;
  Count rtx_refused;        // NACKed but not resent: too old, too often, or over the share
  Count redundant_packets;  // of sound, with earlier ones inside (RED)
  Count padding_packets;    // of probes for a better layer
  Count key_frame_skips;    // times a player had to wait for a key frame after a hole
  Count replays;            // cached groups sent again after a PLI
  Count late_video;         // datagrams skipped because the socket was full for too long
  Count layer_changes;      // players that went over to another layer
  Count starved_players;    // times a player's link turned out to carry only sound and key frames
  // Publishers.
  Count received_rtp_packets;  // authentic
  Count unknown_ssrc;          // authentic, but nothing tells whose
  // Socket.
  Count datagrams_sent;
  Count messages_sent;  // runs of datagrams for one player that the kernel took as one (GSO)
  Count send_calls;
  Count send_failures;
  Count unsegmented;  // runs that the kernel refused as one, and took datagram by datagram
  Count socket_full;
  Count datagrams_received;
  Count unknown_tuple;  // neither STUN nor from a checked address
  Count unexpected;     // from a checked address, but neither STUN, DTLS nor RTCP
  // TCP (ICE, RFC 6544).
  Count tcp_connections;  // now
  Count tcp_frames_received;
  Count tcp_frames_sent;
  Count tcp_send_calls;
  Count tcp_frames_refused;  // of sound and control, for want of room in their connections
  Count tcp_refused;         // connections: too many without a check
  Count tcp_silent;          // connections closed because no check came
  Count bad_tcp;             // connections closed because of a frame that is too long
  Count bad_stun;            // malformed, unknown user, wrong password
  Count bad_rtcp;            // malformed, not authentic, replayed
  Count bad_rtp;             // the same of publishers' media
  // Feedback.
  Count receiver_reports;
  Count nacks;
  Count plis;
  Count transport_feedback;
  // Publisher's socket read -> handed to the kernel, packets of live streams to each player.
  DurationHistogram send_delay;
  // Lateness of the loop's timers, the worst of each 100 ms with players.
  DurationHistogram loop_delay;
  // CreatePlayer -> first media packet.
  DurationHistogram time_to_first_media;
};

}  // namespace sluice::webrtc_media
