#include "services/transcoder/picture_conversion.h"

#include <cstdlib>
#include <utility>

#include "libs/media/h264_nal_unit.h"
#include "libs/media/h264_sps.h"

namespace sluice::transcoder {
namespace {

constexpr uint32_t kClockRate = 90000;
constexpr int32_t kMaxCts = 5 * static_cast<int32_t>(kClockRate);  // more is no reordering
constexpr size_t kMaxArrivals = 2048;

media::Track RenditionTrack(const media::Track& source) {
  media::Track track;
  track.kind = media::MediaKind::kVideo;
  track.codec = media::Codec::kH264;
  track.clock_rate = kClockRate;
  track.width = source.width;
  track.height = source.height;
  track.frame_rate = source.frame_rate;
  return track;
}

}  // namespace

absl::StatusOr<std::unique_ptr<Conversion>> PictureConversion::Make(ConversionContext& context,
                                                                    const media::Track& source,
                                                                    Delegate delegate) {
  return std::unique_ptr<Conversion>(
      std::make_unique<PictureConversion>(context, source, std::move(delegate)));
}

PictureConversion::PictureConversion(ConversionContext& context, const media::Track& source,
                                     Delegate delegate)
    : context_(context),
      delegate_(std::move(delegate)),
      track_(RenditionTrack(source)),
      source_(source,
              {.on_picture = [this](CodedPicture coded) { OnPicture(std::move(coded)); },
               .on_clock =
                   [this](const rtp::ClockReport& clock) {
                     delegate_.on_clock(timeline_.ToRendition(clock));
                   },
               .on_end = [this](const fanout::StreamEnd& end) { delegate_.on_source_end(end); }}),
      timeline_(source.clock_rate, kClockRate, context.random.NextU32()),
      runner_(context.loop, context.counters.frames_over_bound,
              {.on_started = [this] { OnStarted(); },
               .on_frame = [this](const EncodedPicture& picture) { OnFrame(picture); },
               .on_failed = [this](const absl::Status& status) { delegate_.on_failed(status); }}) {}

void PictureConversion::Start() {
  runner_.Start({.speed = context_.config.h264_speed,
                 .width = track_.width,
                 .height = track_.height,
                 .frame_rate = track_.frame_rate});
}

void PictureConversion::Stop() {
  if (std::exchange(stopped_, true)) return;
  CountLosses();
  runner_.Stop();
  context_.counters.malformed_packets += source_.malformed_packets();
  context_.counters.lost_packets += source_.counters().lost_packets;
  context_.counters.unreferable_access_units += source_.counters().unreferable;
}

bool PictureConversion::RequestKeyFrame() {
  if (runner_.pipeline() != nullptr) runner_.pipeline()->RequestKeyFrame();
  return true;  // else the first picture is one
}

void PictureConversion::OnStarted() {
  for (const SourcePicture& picture : waiting_) PushIntoPipeline(picture);
  waiting_.clear();
  waiting_bytes_ = 0;
}

void PictureConversion::OnPicture(CodedPicture coded) {
  ++context_.counters.access_units;
  int32_t cts = std::abs(coded.cts) <= kMaxCts ? coded.cts : 0;
  SourcePicture picture;
  picture.position_ns = timeline_.PositionOf(coded.rtp_timestamp);
  picture.decoding_position_ns = picture.position_ns - int64_t{cts} * 1'000'000 / 90;
  int64_t moved_by = positions_.Enter(picture.decoding_position_ns, picture.position_ns);
  picture.position_ns += moved_by;
  picture.decoding_position_ns += moved_by;
  picture.annex_b = std::move(coded.annex_b);
  picture.arrival = coded.arrival;
  picture.key_frame = coded.key_frame;
  picture.discardable = coded.discardable;
  if (runner_.pipeline() == nullptr) return Wait(std::move(picture));
  PushIntoPipeline(picture);
}

void PictureConversion::Wait(SourcePicture picture) {
  if (picture.key_frame) {
    context_.counters.early_access_units += waiting_.size();
    waiting_.clear();
    waiting_bytes_ = 0;
  }
  if (waiting_.empty() && !picture.key_frame) {  // its key frame was too much
    ++context_.counters.queue_full_access_units;
    return;
  }
  waiting_bytes_ += picture.annex_b.size();
  waiting_.push_back(std::move(picture));
  if (waiting_.size() <= H264Pipeline::kMaxWaiting &&
      waiting_bytes_ <= H264Pipeline::kMaxWaitingBytes) {
    return;
  }
  // Without its key frame the rest is of no use: the pipeline begins with the next one.
  context_.counters.queue_full_access_units += waiting_.size();
  waiting_.clear();
  waiting_bytes_ = 0;
}

void PictureConversion::PushIntoPipeline(const SourcePicture& picture) {
  arrivals_.emplace(picture.position_ns, picture.arrival);
  if (arrivals_.size() > kMaxArrivals) arrivals_.erase(arrivals_.begin());
  if (!runner_.pipeline()->Push(picture)) ++context_.counters.refused_access_units;
}

void PictureConversion::OnFrame(const EncodedPicture& picture) {
  std::vector<ByteView> nal_units = media::SplitAnnexB(picture.annex_b);
  if (picture.key_frame) FollowParameterSets(nal_units);
  rtp::payload::h264::AccessUnitView access_unit;
  access_unit.nal_units = nal_units;
  access_unit.rtp_timestamp = timeline_.RenditionTimestampAt(positions_.Leave(picture.position_ns));
  access_unit.arrival = ArrivalOf(picture.position_ns);
  packets_.clear();
  packetizer_.Packetize(access_unit, packets_);
  if (!packets_.empty()) delegate_.on_packets(packets_);
  CountLosses();
}

void PictureConversion::FollowParameterSets(std::span<const ByteView> nal_units) {
  auto configuration = media::CollectParameterSets(nal_units);
  if (!configuration.has_value()) return;
  auto described = media::ParseH264Sps(configuration->sps.front());
  Bytes config = media::Serialize(*configuration);
  if (!described.ok() || config == track_.codec_config) return;
  track_.codec_config = std::move(config);
  track_.width = described->width;
  track_.height = described->height;
  delegate_.on_track(track_);
}

Instant PictureConversion::ArrivalOf(int64_t position_ns) {
  auto found = arrivals_.find(position_ns);
  Instant arrival = found != arrivals_.end() ? found->second : context_.loop.now();
  arrivals_.erase(arrivals_.begin(), arrivals_.upper_bound(position_ns));
  return arrival;
}

void PictureConversion::CountLosses() {
  if (runner_.pipeline() == nullptr) return;
  H264Pipeline::Counters now = runner_.pipeline()->counters();
  H264Pipeline::Counters before = std::exchange(counted_, now);
  Counters& counters = context_.counters;
  counters.queue_full_access_units += now.queue_full - before.queue_full;
  counters.early_access_units += now.before_live_edge - before.before_live_edge;
  counters.late_pictures += now.too_slow - before.too_slow;
  counters.timeless_pictures += now.time_stands_still - before.time_stands_still;
  counters.corrupt_pictures += now.corrupt - before.corrupt;
}

}  // namespace sluice::transcoder
