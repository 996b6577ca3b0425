#include "services/transcoder/picture_conversion.h"

#include <cstdlib>
#include <utility>

#include "libs/media/avc_decoder_configuration.h"
#include "libs/media/h264_nal_unit.h"
#include "libs/media/h264_sps.h"
#include "libs/rtp/payload/h264/packetizer.h"
#include "libs/rtp/payload/vp8/descriptor.h"
#include "libs/rtp/payload/vp8/packetizer.h"

namespace sluice::transcoder {
namespace {

constexpr uint32_t kClockRate = 90000;
constexpr int32_t kMaxCts = 5 * static_cast<int32_t>(kClockRate);  // more is no reordering
constexpr size_t kMaxArrivals = 2048;
constexpr Duration kAskInterval = 500ms;

media::Track RenditionTrack(const media::Track& source, media::Codec target) {
  media::Track track;
  track.kind = media::MediaKind::kVideo;
  track.codec = target;
  track.clock_rate = kClockRate;
  track.width = source.width;
  track.height = source.height;
  track.frame_rate = source.frame_rate;
  return track;
}

}  // namespace

PictureConversion::PictureConversion(ConversionContext& context, const media::Track& source,
                                     media::Codec target, Delegate delegate)
    : context_(context),
      delegate_(std::move(delegate)),
      track_(RenditionTrack(source, target)),
      source_(PictureSource::Make(
          source,
          {.on_picture = [this](CodedPicture coded) { OnPicture(std::move(coded)); },
           .on_key_frame_missing = [this] { OnKeyFrameMissing(); },
           .on_clock =
               [this](const rtp::ClockReport& clock) {
                 delegate_.on_clock(timeline_.ToRendition(clock));
               },
           .on_end = [this](const fanout::StreamEnd& end) { delegate_.on_source_end(end); }})),
      timeline_(source.clock_rate, kClockRate, context.random.NextU32()),
      runner_(context.loop, context.counters.frames_over_bound,
              {.on_started = [this] { OnStarted(); },
               .on_frame = [this](const EncodedPicture& picture) { OnFrame(picture); },
               .on_failed = [this](const absl::Status& status) { delegate_.on_failed(status); }}) {}

void PictureConversion::Start() {
  runner_.Start({.source = source_->track().codec,
                 .target = track_.codec,
                 .speed = context_.config.h264_speed,
                 .width = track_.width,
                 .height = track_.height,
                 .frame_rate = track_.frame_rate});
}

void PictureConversion::Stop() {
  if (std::exchange(stopped_, true)) return;
  CountLosses();
  runner_.Stop();
  context_.counters.malformed_packets += source_->malformed_packets();
  context_.counters.lost_packets += source_->counters().lost_packets;
  context_.counters.unreferable_access_units += source_->counters().unreferable;
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
  picture.bytes = std::move(coded.bytes);
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
  waiting_bytes_ += picture.bytes.size();
  waiting_.push_back(std::move(picture));
  if (waiting_.size() <= PicturePipeline::kMaxWaiting &&
      waiting_bytes_ <= PicturePipeline::kMaxWaitingBytes) {
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

// A source that makes no key frames by itself, as browsers do not, would never be decoded.
void PictureConversion::OnKeyFrameMissing() {
  const Instant now = context_.loop.now();
  if (asked_ != Instant{} && now - asked_ < kAskInterval) return;
  asked_ = now;
  delegate_.on_key_frame_missing();
}

void PictureConversion::OnFrame(const EncodedPicture& picture) {
  const uint32_t timestamp = timeline_.RenditionTimestampAt(positions_.Leave(picture.position_ns));
  const Instant arrival = ArrivalOf(picture.position_ns);
  packets_.clear();
  if (track_.codec == media::Codec::kVp8) {
    PacketizeVp8(picture, timestamp, arrival);
  } else {
    PacketizeH264(picture, timestamp, arrival);
  }
  if (!packets_.empty()) delegate_.on_packets(packets_);
  CountLosses();
}

void PictureConversion::PacketizeH264(const EncodedPicture& picture, uint32_t rtp_timestamp,
                                      Instant arrival) {
  std::vector<ByteView> nal_units = media::SplitAnnexB(picture.bytes);
  if (picture.key_frame) FollowParameterSets(nal_units);
  rtp::payload::h264::Packetizer().Packetize(
      {.nal_units = nal_units, .rtp_timestamp = rtp_timestamp, .arrival = arrival}, packets_);
}

void PictureConversion::PacketizeVp8(const EncodedPicture& picture, uint32_t rtp_timestamp,
                                     Instant arrival) {
  const auto header = rtp::payload::vp8::ParseFrameHeader(picture.bytes);
  if (header && header->key_frame) FollowSize(header->width, header->height);
  rtp::payload::vp8::Packetizer().Packetize({picture.bytes, rtp_timestamp, arrival}, packets_);
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

void PictureConversion::FollowSize(uint32_t width, uint32_t height) {
  if (width == track_.width && height == track_.height) return;
  track_.width = width;
  track_.height = height;
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
  PicturePipeline::Counters now = runner_.pipeline()->counters();
  PicturePipeline::Counters before = std::exchange(counted_, now);
  Counters& counters = context_.counters;
  counters.queue_full_access_units += now.queue_full - before.queue_full;
  counters.early_access_units += now.before_live_edge - before.before_live_edge;
  counters.late_pictures += now.too_slow - before.too_slow;
  counters.timeless_pictures += now.time_stands_still - before.time_stands_still;
  counters.corrupt_pictures += now.corrupt - before.corrupt;
}

}  // namespace sluice::transcoder
