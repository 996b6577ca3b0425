// One RTP timeline per media of a stream, whatever its publishers' encodings count from.
#pragma once

#include <array>
#include <cstdint>
#include <optional>
#include <vector>

#include "libs/base/instant.h"
#include "libs/media/track.h"
#include "libs/rtp/sender_report.h"

namespace sluice::webrtc_media {

// Sans-I/O. A stream has a line for its sound and one for its picture: timestamps that grow with
// this host's wall clock, over several publishers one after the other. Each encoding of the present
// publisher is moved onto its line by a constant, so that the distances of its timestamps stay: at
// first by arrival, the encodings of one picture among themselves exactly as soon as their sender
// reports are known. Which moment a line's timestamps belong to (its clock) is known by arrival at
// first, too; sender reports bring the two lines together: a publisher's first one at once, since
// what came before it was a guess, later ones by at most kSlew a second.
class PublisherTimeline {
 public:
  static constexpr Duration kSlew = 20ms;
  static constexpr Duration kStep = 1s;      // a clock that is wrong by more is set at once
  static constexpr Duration kJump = 5s;      // timestamps that jump by more begin anew
  static constexpr Duration kSettling = 1s;  // pictures that come early move their line for so long

  // now and ntp: the same moment.
  PublisherTimeline(Instant now, NtpTime ntp) : base_(now), base_ntp_(ntp) {}

  // The encodings of the publisher from now on, by their kinds. Lines go on.
  void Begin(const std::vector<media::MediaKind>& encodings);
  // Ticks per second of an encoding: before its first packet, and when its codec changes. A line
  // whose rate changes begins anew.
  void SetClockRate(size_t encoding, uint32_t clock_rate);

  // The timestamp on the line. arrival: of the packet; packets come in order.
  uint32_t Map(size_t encoding, uint32_t rtp_timestamp, Instant arrival);
  // An RTCP sender report of the publisher: ntp is on its own clock.
  void OnSenderReport(size_t encoding, NtpTime ntp, uint32_t rtp_timestamp);
  // To be called now and then: moves clocks towards what the reports said.
  void Slew(Instant now);

  // True once after each change of a line's clock, the first included.
  bool TakeClockChange(media::MediaKind kind);
  // Of a line that has begun; ids are not filled in. nullopt: nothing has come.
  std::optional<rtp::ClockReport> clock(media::MediaKind kind) const;

 private:
  struct Line {
    std::optional<rtp::ClockReport> clock;
    uint32_t clock_rate = 90000;
    uint32_t newest = 0;    // timestamp that went out
    Duration error{};       // how much later its moments are by the sender reports
    bool reported = false;  // by the present publisher
    bool changed = false;
  };
  struct Source {
    media::MediaKind kind = media::MediaKind::kVideo;
    bool anchored = false;
    bool aligned = false;  // by sender reports
    uint32_t offset = 0;   // what is added
    uint32_t goal = 0;     // what is to be added; timestamps must not go back on the way there
    uint32_t last_in = 0;
    uint32_t last_out = 0;
    Instant last_arrival{};
    Instant anchored_at{};
    std::optional<uint32_t> floor;  // what went out before it
    std::optional<rtp::ClockReport> report;
  };

  Line& LineOf(media::MediaKind kind) { return lines_[static_cast<size_t>(kind)]; }
  const Line& LineOf(media::MediaKind kind) const { return lines_[static_cast<size_t>(kind)]; }
  NtpTime NtpAt(Instant instant) const { return base_ntp_.Plus(instant - base_); }
  bool HasJumped(const Source& source, uint32_t rtp_timestamp, Instant arrival) const;
  void Anchor(Source& source, uint32_t rtp_timestamp, Instant arrival);
  void ComeEarlier(Source& source, uint32_t rtp_timestamp, Instant arrival);
  void MoveToGoal(Source& source, uint32_t rtp_timestamp);
  void AlignLayers(media::MediaKind kind);
  void FollowReport(Line& line, const Source& source);

  Instant base_;
  NtpTime base_ntp_;
  std::array<Line, 2> lines_;  // by MediaKind
  std::vector<Source> sources_;
  // From the publisher's clock to ours.
  std::optional<Duration> skew_;
  Instant last_slew_{};
};

}  // namespace sluice::webrtc_media
