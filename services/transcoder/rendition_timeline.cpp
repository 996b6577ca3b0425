#include "services/transcoder/rendition_timeline.h"

namespace sluice::transcoder {
namespace {

constexpr int64_t kNsPerSecond = 1'000'000'000;

// value * multiplier / divisor, rounded down, without the product leaving 64 bits.
int64_t Scale(int64_t value, int64_t multiplier, int64_t divisor) {
  int64_t whole = value / divisor;
  int64_t rest = value % divisor;
  if (rest < 0) {
    rest += divisor;
    --whole;
  }
  return whole * multiplier + rest * multiplier / divisor;
}

}  // namespace

int64_t RenditionTimeline::PositionOf(uint32_t source_timestamp) {
  int64_t unwrapped = unwrapper_.Unwrap(source_timestamp);
  if (first_source_timestamp_ < 0) first_source_timestamp_ = unwrapped;
  return kOriginNs + Scale(unwrapped - first_source_timestamp_, kNsPerSecond, source_clock_rate_);
}

uint32_t RenditionTimeline::RenditionTimestampAt(int64_t position_ns) const {
  // To the nearest tick: positions were rounded down.
  int64_t half_tick = kNsPerSecond / rendition_clock_rate_ / 2;
  return first_timestamp_ + static_cast<uint32_t>(Scale(position_ns - kOriginNs + half_tick,
                                                        rendition_clock_rate_, kNsPerSecond));
}

rtp::ClockReport RenditionTimeline::ToRendition(const rtp::ClockReport& source) {
  rtp::ClockReport report;
  report.ntp = source.ntp;
  report.rtp_timestamp = RenditionTimestampAt(PositionOf(source.rtp_timestamp));
  report.clock_rate = rendition_clock_rate_;
  return report;
}

}  // namespace sluice::transcoder
