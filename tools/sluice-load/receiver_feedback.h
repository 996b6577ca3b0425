// What a browser that receives tells the sender: receiver reports (RFC 3550 §6.4.2), NACKs
// (RFC 4585 §6.2.1) and transport-wide feedback.
#pragma once

#include <map>
#include <optional>
#include <vector>

#include "libs/rtp/rtcp/report.h"
#include "libs/rtp/sequence_number.h"

namespace sluice::load {

// Sans-I/O: packets in, compound packets out. One thread.
class ReceiverFeedback {
 public:
  static constexpr Duration kReportInterval = 1s;
  static constexpr Duration kTransportInterval = 62ms;  // what libwebrtc comes to at some Mbit/s
  static constexpr Duration kNackInterval = 50ms;       // until it is asked for again
  static constexpr int kMaxNacks = 10;                  // of one packet
  static constexpr size_t kMaxMissing = 256;            // packets of one track; more are given up
  static constexpr size_t kMaxTracks = 16;

  struct Arrival {
    uint32_t ssrc = 0;
    uint16_t sequence_number = 0;
    uint32_t rtp_timestamp = 0;
    uint32_t clock_rate = 90000;
    bool nack = false;    // its holes are asked for
    bool repair = false;  // RTX: no track of its own
    std::optional<uint16_t> transport_sequence;
  };
  // ssrc: our own, as the reporter.
  explicit ReceiverFeedback(uint32_t ssrc) : ssrc_(ssrc) {}

  void OnPacket(const Arrival& arrival, Instant now);
  // An RTX packet has brought this one.
  void OnRepaired(uint32_t ssrc, uint16_t sequence_number);
  void OnSenderReport(const rtp::rtcp::SenderReport& report, Instant now);
  // RTCP packets that are due, as one datagram; empty if none is. Call it after packets came.
  Bytes TakeDue(Instant now);

  uint64_t nacked() const { return nacked_; }  // packets asked for, each time

 private:
  struct Missing {
    Instant asked{};
    int times = 0;
  };
  struct Track {
    rtp::SequenceUnwrapper unwrapper;
    uint32_t clock_rate = 90000;
    bool nack = false;
    int64_t first = 0;
    int64_t newest = 0;
    uint64_t received = 0;
    uint64_t expected_before = 0;  // at the last report
    uint64_t received_before = 0;
    double jitter = 0;
    double transit = 0;
    std::map<int64_t, Missing> missing;  // at most kMaxMissing
    uint32_t last_report_middle = 0;
    Instant last_report{};
  };

  static void NoteJitter(Track& track, uint32_t rtp_timestamp, Instant now);
  static rtp::rtcp::ReportBlock BlockOf(uint32_t ssrc, Track& track, Instant now);
  void AppendReport(Instant now, Bytes& out);
  void AppendNacks(Instant now, Bytes& out);
  void AppendTransportFeedback(Instant now, Bytes& out);

  uint32_t ssrc_;
  std::map<uint32_t, Track> tracks_;  // by SSRC
  Instant next_report_{};
  uint64_t nacked_ = 0;

  struct TransportArrival {
    int64_t sequence = 0;
    Instant at{};
  };
  rtp::SequenceUnwrapper transport_unwrapper_;
  std::vector<TransportArrival> transport_arrivals_;  // since the last feedback
  std::optional<int64_t> next_transport_;             // first one not reported on yet
  Instant next_transport_feedback_{};
  uint8_t transport_feedback_count_ = 0;
};

}  // namespace sluice::load
