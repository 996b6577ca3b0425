#include "services/transcoder/sound_conversion.h"

#include <utility>

#include "libs/base/status_macros.h"
#include "libs/media/opus_packet.h"

namespace sluice::transcoder {
namespace {

// A player of sound and picture is to get sound from the live edge: older sound that comes at once
// only lengthens its jitter buffer, and so the distance between the two. One AAC frame is for the
// decoder to begin with, two give the first Opus packets at once.
constexpr int64_t kBeginWithNs = 50'000'000;
constexpr Duration kCached = 40ms;
constexpr size_t kMaxWaitingAccessUnits = 64;

}  // namespace

absl::StatusOr<std::unique_ptr<Conversion>> SoundConversion::Make(ConversionContext& context,
                                                                  const media::Track& source,
                                                                  Delegate delegate) {
  SLUICE_ASSIGN_OR_RETURN(SoundFormat format, SoundFormatOf(source));
  return std::unique_ptr<Conversion>(
      new SoundConversion(context, source, std::move(format), std::move(delegate)));
}

SoundConversion::SoundConversion(ConversionContext& context, const media::Track& source,
                                 SoundFormat format, Delegate delegate)
    : context_(context),
      delegate_(std::move(delegate)),
      format_(std::move(format)),
      source_(source, format_,
              {.on_sound = [this](CodedSound sound) { OnSound(std::move(sound)); },
               .on_clock =
                   [this](const rtp::ClockReport& clock) {
                     delegate_.on_clock(timeline_.ToRendition(clock));
                   },
               .on_end = [this](const fanout::StreamEnd& end) { delegate_.on_source_end(end); }}),
      timeline_(source.clock_rate, media::kOpusClockRate, context.random.NextU32()),
      runner_(context.loop, context.counters.frames_over_bound,
              {.on_started = [this] { OnStarted(); },
               .on_frame = [this](OpusFrame frame) { OnFrame(std::move(frame)); },
               .on_failed = [this](const absl::Status& status) { delegate_.on_failed(status); }}) {}

media::Track SoundConversion::track() const {
  media::Track track;
  track.kind = media::MediaKind::kAudio;
  track.codec = media::Codec::kOpus;
  track.clock_rate = media::kOpusClockRate;
  track.channels = format_.opus_channels;
  return track;
}

fanout::GopCache::Limits SoundConversion::cache_limits() const { return {.audio_only = kCached}; }

void SoundConversion::Start() {
  runner_.Start(OpusPipeline::Settings{format_, context_.config.opus_bitrate_bps});
}

void SoundConversion::Stop() {
  if (std::exchange(stopped_, true)) return;
  runner_.Stop();
  context_.counters.malformed_packets += source_.malformed_packets();
  context_.counters.lost_packets += source_.lost_packets();
}

void SoundConversion::OnStarted() {
  for (const WaitingAccessUnit& waiting : waiting_) {
    PushIntoPipeline(waiting.bytes, waiting.position_ns);
  }
  waiting_.clear();
}

void SoundConversion::OnSound(CodedSound sound) {
  ++context_.counters.access_units;
  newest_arrival_ = sound.arrival;
  int64_t position = timeline_.PositionOf(sound.rtp_timestamp);
  if (runner_.pipeline() != nullptr) return PushIntoPipeline(sound.bytes, position);
  waiting_.push_back({std::move(sound.bytes), position});
  // A source gives all since its last key frame; the rendition begins near the live edge.
  while (waiting_.size() > kMaxWaitingAccessUnits ||
         position - waiting_.front().position_ns > kBeginWithNs) {
    waiting_.pop_front();
    ++context_.counters.early_access_units;
  }
}

void SoundConversion::PushIntoPipeline(ByteView bytes, int64_t position_ns) {
  if (!runner_.pipeline()->Push(bytes, position_ns)) ++context_.counters.refused_access_units;
}

void SoundConversion::OnFrame(OpusFrame frame) {
  auto packet = packetizer_.Packetize(
      std::move(frame.bytes), timeline_.RenditionTimestampAt(frame.position_ns), newest_arrival_);
  if (!packet) return;
  std::vector<rtp::Packet> packets;
  packets.push_back(*std::move(packet));
  delegate_.on_packets(packets);
}

}  // namespace sluice::transcoder
