#include "services/webrtc-media/publisher_timeline.h"

#include <algorithm>
#include <utility>

namespace sluice::webrtc_media {
namespace {

constexpr Duration kSlewInterval = 1s;
constexpr Duration kTolerance = 1ms;       // of a clock
constexpr Duration kLongAgo = 3600s;       // a clock's anchor must not be 2^31 ticks away
constexpr uint32_t kStepsPerSecond = 200;  // timestamps of pictures differ by 5 ms at least

Duration TicksToDuration(uint32_t from, uint32_t to, uint32_t clock_rate) {
  const auto ticks = static_cast<int32_t>(to - from);
  return Duration(static_cast<int64_t>(ticks) * 1'000'000 / clock_rate);
}

bool IsLater(uint32_t timestamp, uint32_t other) {
  return static_cast<int32_t>(timestamp - other) > 0;
}

}  // namespace

void PublisherTimeline::Begin(const std::vector<media::MediaKind>& encodings) {
  sources_.clear();
  skew_.reset();
  for (media::MediaKind kind : encodings) {
    Line& line = LineOf(kind);
    line.error = {};
    line.reported = false;
    Source& source = sources_.emplace_back();
    source.kind = kind;
    if (line.clock) source.floor = line.newest;
  }
}

void PublisherTimeline::SetClockRate(size_t encoding, uint32_t clock_rate) {
  if (encoding >= sources_.size() || clock_rate == 0) return;
  const media::MediaKind kind = sources_[encoding].kind;
  Line& line = LineOf(kind);
  if (line.clock_rate == clock_rate) return;
  line = {};
  line.clock_rate = clock_rate;
  for (Source& source : sources_) {
    if (source.kind != kind) continue;
    source = {};
    source.kind = kind;
  }
}

uint32_t PublisherTimeline::Map(size_t encoding, uint32_t rtp_timestamp, Instant arrival) {
  if (encoding >= sources_.size()) return rtp_timestamp;
  Source& source = sources_[encoding];
  Line& line = LineOf(source.kind);
  if (!source.anchored || HasJumped(source, rtp_timestamp, arrival)) {
    Anchor(source, rtp_timestamp, arrival);
  } else if (rtp_timestamp != source.last_in) {
    ComeEarlier(source, rtp_timestamp, arrival);
    MoveToGoal(source, rtp_timestamp);
  }
  source.last_in = rtp_timestamp;
  source.last_arrival = arrival;
  source.last_out = rtp_timestamp + source.offset;
  if (IsLater(source.last_out, line.newest)) line.newest = source.last_out;
  return source.last_out;
}

bool PublisherTimeline::HasJumped(const Source& source, uint32_t rtp_timestamp,
                                  Instant arrival) const {
  const Duration moved =
      TicksToDuration(source.last_in, rtp_timestamp, LineOf(source.kind).clock_rate);
  const Duration off = moved - (arrival - source.last_arrival);
  return off > kJump || off < -kJump;
}

void PublisherTimeline::Anchor(Source& source, uint32_t rtp_timestamp, Instant arrival) {
  Line& line = LineOf(source.kind);
  if (source.anchored) {
    source.floor = source.last_out;
    source.report.reset();  // of what it counted before
  }
  uint32_t out = rtp_timestamp;
  if (line.clock) {
    out = line.clock->TimestampAt(NtpAt(arrival));
  } else {
    line.clock = rtp::ClockReport{
        .ntp = NtpAt(arrival), .rtp_timestamp = out, .clock_rate = line.clock_rate};
    line.newest = out;
    line.changed = true;
  }
  const uint32_t step = line.clock_rate / kStepsPerSecond;
  if (source.floor && !IsLater(out, *source.floor + step)) out = *source.floor + step;
  source.anchored = true;
  source.aligned = false;
  source.anchored_at = arrival;
  source.offset = source.goal = out - rtp_timestamp;
}

// The first picture may have been late: a key frame takes longer to encode and to send. Sound is
// not, and must not be moved: each step is heard.
void PublisherTimeline::ComeEarlier(Source& source, uint32_t rtp_timestamp, Instant arrival) {
  const bool settling = arrival - source.anchored_at < kSettling;
  if (source.kind != media::MediaKind::kVideo || source.aligned || !settling) return;
  const Line& line = LineOf(source.kind);
  const uint32_t now = line.clock->TimestampAt(NtpAt(arrival));
  const uint32_t tolerance = line.clock_rate / kStepsPerSecond;
  if (IsLater(rtp_timestamp + source.goal, now + tolerance)) source.goal = now - rtp_timestamp;
}

void PublisherTimeline::MoveToGoal(Source& source, uint32_t rtp_timestamp) {
  if (source.offset == source.goal) return;
  const uint32_t wanted = rtp_timestamp + source.goal;
  const uint32_t least = source.last_out + LineOf(source.kind).clock_rate / kStepsPerSecond;
  source.offset = (IsLater(least, wanted) ? least : wanted) - rtp_timestamp;
}

void PublisherTimeline::OnSenderReport(size_t encoding, NtpTime ntp, uint32_t rtp_timestamp) {
  if (encoding >= sources_.size()) return;
  Source& source = sources_[encoding];
  if (!source.anchored) return;
  Line& line = LineOf(source.kind);
  source.report =
      rtp::ClockReport{.ntp = ntp, .rtp_timestamp = rtp_timestamp, .clock_rate = line.clock_rate};
  AlignLayers(source.kind);
  FollowReport(line, source);
}

// Same moments of the publisher's clock get the same timestamps, those of the first layer that has
// a report.
void PublisherTimeline::AlignLayers(media::MediaKind kind) {
  if (kind != media::MediaKind::kVideo) return;  // sound has no layers
  const auto has_report = [](const Source& source) {
    return source.kind == media::MediaKind::kVideo && source.anchored && source.report;
  };
  auto reference = std::find_if(sources_.begin(), sources_.end(), [&](const Source& source) {
    return source.aligned && has_report(source);
  });
  if (reference == sources_.end()) {
    reference = std::find_if(sources_.begin(), sources_.end(), has_report);
  }
  reference->aligned = true;
  for (Source& source : sources_) {
    if (!has_report(source) || std::exchange(source.aligned, true)) continue;
    const uint32_t same_moment = reference->report->TimestampAt(source.report->ntp);
    source.goal = same_moment + reference->goal - source.report->rtp_timestamp;
  }
}

void PublisherTimeline::FollowReport(Line& line, const Source& source) {
  const uint32_t on_line = source.report->rtp_timestamp + source.goal;
  const NtpTime ours = line.clock->TimeOf(on_line);
  // What is known first stays where it is; the other line comes to it.
  if (!skew_) skew_ = ours.Since(source.report->ntp);
  const NtpTime theirs = source.report->ntp.Plus(*skew_);
  line.error = theirs.Since(ours);
  const bool exact = line.error < kTolerance && line.error > -kTolerance;
  const bool wrong = line.error > kStep || line.error < -kStep;
  const bool first = !std::exchange(line.reported, true);
  if (!first && !exact && !wrong) return;
  line.clock->ntp = theirs;
  line.clock->rtp_timestamp = on_line;
  line.changed = line.changed || line.error != Duration(0);
  line.error = {};
}

void PublisherTimeline::Slew(Instant now) {
  if (now - last_slew_ < kSlewInterval) return;
  last_slew_ = now;
  for (Line& line : lines_) {
    if (!line.clock) continue;
    const Duration age = NtpAt(now).Since(line.clock->ntp);
    if (age > kLongAgo) {
      line.clock->rtp_timestamp = line.clock->TimestampAt(NtpAt(now));
      line.clock->ntp = NtpAt(now);
    }
    const Duration step = std::clamp(line.error, -kSlew, kSlew);
    if (step == Duration(0)) continue;
    line.clock->ntp = line.clock->ntp.Plus(step);
    line.error -= step;
    line.changed = true;
  }
}

bool PublisherTimeline::TakeClockChange(media::MediaKind kind) {
  return std::exchange(LineOf(kind).changed, false);
}

std::optional<rtp::ClockReport> PublisherTimeline::clock(media::MediaKind kind) const {
  return LineOf(kind).clock;
}

}  // namespace sluice::webrtc_media
