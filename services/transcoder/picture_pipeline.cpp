#include "services/transcoder/picture_pipeline.h"

#include <gst/video/video.h>

#include <algorithm>
#include <array>
#include <atomic>
#include <cmath>
#include <utility>

#include "libs/base/status_macros.h"
#include "libs/media/h264_nal_unit.h"
#include "libs/media/h264_sps.h"
#include "services/transcoder/gst_line.h"
#include "services/transcoder/live_gate.h"
#include "services/transcoder/picture_codecs.h"
#include "services/transcoder/plugins.h"

namespace sluice::transcoder {
namespace {

constexpr guint kMaxWaitingPictures = 64;
constexpr double kUsualFrameRate = 30;
constexpr guint64 kUnknownArrival = GST_BUFFER_OFFSET_NONE;

// deinterlace of plugins-good keeps pictures back or moves them by half a frame; libav's does not.
constexpr std::array<Plugin, 2> kPlugins = {
    {{"videoconvertscale", "gstreamer1.0-plugins-base"}, {"libav", "gstreamer1.0-libav"}}};
// Of the line.
enum Element : size_t { kDecoder, kConvert, kFilter, kDeinterlace, kEncoder, kProfile };

// sequence: makes caps differ where the stream does. frame_rate: 0 = as the bitstream says. Without
// any x264 waits for the next picture, to know how long this one lasts.
CapsPtr SourceCaps(media::Codec codec, uint32_t sequence, double frame_rate) {
  CapsPtr caps(gst_caps_from_string(FindPictureDecoder(codec)->caps));
  gst_caps_set_simple(caps.get(), "sequence", G_TYPE_UINT, sequence, nullptr);
  if (frame_rate > 0) {
    gst_caps_set_simple(caps.get(), "framerate", GST_TYPE_FRACTION,
                        static_cast<int>(std::lround(frame_rate * 1000)), 1000, nullptr);
  }
  return caps;
}

double FrameRateOf(const PicturePipeline::Settings& settings) {
  return settings.frame_rate > 0 ? std::min(settings.frame_rate, 1000.0) : kUsualFrameRate;
}

void Configure(GstLine& line, const PicturePipeline::Settings& settings) {
  // Only H.264 may say its own.
  const double frame_rate = settings.source == media::Codec::kH264 ? 0 : FrameRateOf(settings);
  gst_app_src_set_caps(line.source(), SourceCaps(settings.source, 0, frame_rate).get());
  g_object_set(line.source(), "max-buffers", guint64{0}, nullptr);
  FindPictureDecoder(settings.source)->configure(line.element(kDecoder));
  // 4:2:0 has even sizes only; a source of another chroma format may have others.
  g_object_set(
      line.element(kFilter), "caps",
      CapsPtr(gst_caps_from_string("video/x-raw,format=I420,width=[2,16384,2],height=[2,16384,2]"))
          .get(),
      nullptr);
  const PictureEncoder& encoder = *FindPictureEncoder(settings.target);
  encoder.configure(line.element(kEncoder), settings);
  g_object_set(line.element(kProfile), "caps", CapsPtr(gst_caps_from_string(encoder.caps)).get(),
               nullptr);
}

GstPtr<GstPad> PadOf(GstElement* element, const char* name) {
  return GstPtr<GstPad>(gst_element_get_static_pad(element, name));
}

// Where decoding begins at a recovery point, libav makes up the pictures that would have come
// before it, up to the number of references; avdec_h264 loses its own frame over each of them, and
// takes the access unit only when there is none left to make up.
int FailuresAt(const SourcePicture& picture) {
  std::vector<ByteView> nal_units = media::SplitAnnexB(picture.bytes);
  if (media::KindOf(nal_units).idr) return 0;
  for (ByteView nal_unit : nal_units) {
    auto sps = media::ParseH264Sps(nal_unit);
    if (sps.ok()) return static_cast<int>(std::clamp(sps->max_num_ref_frames, 1U, 16U));
  }
  return 0;
}

EncodedPicture PictureOf(GstBuffer* buffer, GstClockTime running_time) {
  return {BytesOf(buffer), static_cast<int64_t>(running_time),
          !GST_BUFFER_FLAG_IS_SET(buffer, GST_BUFFER_FLAG_DELTA_UNIT)};
}

}  // namespace

uint32_t PictureBitrateFor(uint32_t width, uint32_t height, double frame_rate) {
  constexpr double kReference = 640.0 * 360 * 30;
  constexpr double kReferenceBps = 1'000'000;
  double rate = frame_rate > 0 ? std::min(frame_rate, 120.0) : kUsualFrameRate;
  double pixels = static_cast<double>(width) * height * rate;
  // Twice the pixels need less than twice the bits.
  return static_cast<uint32_t>(
      std::clamp(kReferenceBps * std::pow(pixels / kReference, 0.7), 200e3, 20e6));
}

// The GStreamer half. All members but the counters and the wish for a key frame belong to the
// streaming thread once it plays.
class PicturePipeline::Line {
 public:
  Line(const Settings& settings, Delegate delegate)
      : settings_(settings),
        line_({[on_frame = std::move(delegate.on_frame)](GstBuffer* buffer, GstClockTime time) {
                 on_frame(PictureOf(buffer, time));
               },
               std::move(delegate.on_failed)}) {}

  absl::Status Start() {
    SLUICE_RETURN_IF_ERROR(line_.Build(
        {FindPictureDecoder(settings_.source)->factory, "videoconvertscale", "capsfilter",
         "avdeinterlace", FindPictureEncoder(settings_.target)->factory, "capsfilter"},
        kMaxWaitingPictures));
    Configure(line_, settings_);
    Probe(kDecoder, "sink", GST_PAD_PROBE_TYPE_BUFFER, &BeforeDecoder);
    Probe(kDecoder, "src", GST_PAD_PROBE_TYPE_BUFFER, &AfterDecoder);
    Probe(kEncoder, "sink", GST_PAD_PROBE_TYPE_BUFFER, &BeforeEncoder);
    Probe(kEncoder, "sink", GST_PAD_PROBE_TYPE_EVENT_DOWNSTREAM, &OnEvent);
    return line_.Play();
  }

  GstAppSrc* source() const { return line_.source(); }

  void WantKeyFrame() { key_frame_wanted_ = true; }
  void CountQueueFull() { ++queue_full_; }

  Counters counters() const {
    return {queue_full_, before_live_edge_, too_slow_, time_stands_still_, corrupt_};
  }

 private:
  using OnProbe = GstPadProbeReturn (*)(GstPad*, GstPadProbeInfo*, gpointer);

  void Probe(size_t element, const char* pad, GstPadProbeType type, OnProbe on_probe) {
    gst_pad_add_probe(PadOf(line_.element(element), pad).get(), type, on_probe, this, nullptr);
  }

  Duration Lag() const {
    return arrival_ == Instant{} ? Duration::zero() : MonotonicNow() - arrival_;
  }
  bool MoreWaiting() const { return gst_app_src_get_current_level_buffers(source()) > 0; }

  // Pictures that nothing refers to need no decoding where they would not be shown.
  static GstPadProbeReturn BeforeDecoder(GstPad*, GstPadProbeInfo* info, gpointer self) {
    auto& line = *static_cast<Line*>(self);
    GstBuffer* buffer = GST_PAD_PROBE_INFO_BUFFER(info);
    guint64 arrival = GST_BUFFER_OFFSET(buffer);
    line.arrival_ =
        arrival == kUnknownArrival ? Instant{} : Instant(Duration(static_cast<int64_t>(arrival)));
    if (GST_BUFFER_FLAG_IS_SET(buffer, GST_BUFFER_FLAG_DISCONT)) {
      line.begins_at_ns_ = static_cast<int64_t>(GST_BUFFER_PTS(buffer));
      line.whole_from_ns_ = INT64_MAX;
    }
    bool skip = !line.gate_.begun() && line.Lag() > LiveGate::kBeginLag && line.MoreWaiting() &&
                GST_BUFFER_FLAG_IS_SET(buffer, GST_BUFFER_FLAG_DROPPABLE);
    if (skip) ++line.before_live_edge_;
    return skip ? GST_PAD_PROBE_DROP : GST_PAD_PROBE_OK;
  }

  static GstPadProbeReturn AfterDecoder(GstPad*, GstPadProbeInfo* info, gpointer self) {
    auto& line = *static_cast<Line*>(self);
    GstBuffer* buffer = GST_PAD_PROBE_INFO_BUFFER(info);
    auto position = static_cast<int64_t>(GST_BUFFER_PTS(buffer));
    if (position == line.begins_at_ns_) line.whole_from_ns_ = position;
    if (GST_BUFFER_FLAG_IS_SET(buffer, GST_BUFFER_FLAG_CORRUPTED) &&
        position < line.whole_from_ns_) {
      ++line.corrupt_;
      return GST_PAD_PROBE_DROP;
    }
    LiveGate::Verdict verdict = line.gate_.Decide(position, line.Lag(), line.MoreWaiting());
    line.before_live_edge_ += verdict == LiveGate::Verdict::kBeforeLiveEdge;
    line.too_slow_ += verdict == LiveGate::Verdict::kTooSlow;
    line.time_stands_still_ += verdict == LiveGate::Verdict::kTimeStandsStill;
    return verdict == LiveGate::Verdict::kEncode ? GST_PAD_PROBE_OK : GST_PAD_PROBE_DROP;
  }

  static GstPadProbeReturn BeforeEncoder(GstPad*, GstPadProbeInfo* info, gpointer self) {
    auto& line = *static_cast<Line*>(self);
    auto position = static_cast<int64_t>(GST_BUFFER_PTS(GST_PAD_PROBE_INFO_BUFFER(info)));
    bool due = position - line.last_key_frame_ns_ >= kKeyFrameIntervalNs;
    if (line.key_frame_wanted_.exchange(false) || due) {
      line.last_key_frame_ns_ = position;
      gst_pad_send_event(PadOf(line.line_.element(kEncoder), "src").get(),
                         gst_video_event_new_upstream_force_key_unit(GST_CLOCK_TIME_NONE, TRUE, 0));
    }
    return GST_PAD_PROBE_OK;
  }

  // Another size has another bitrate; the encoder takes it with the caps that follow.
  static GstPadProbeReturn OnEvent(GstPad*, GstPadProbeInfo* info, gpointer self) {
    auto& line = *static_cast<Line*>(self);
    GstEvent* event = GST_PAD_PROBE_INFO_EVENT(info);
    if (GST_EVENT_TYPE(event) != GST_EVENT_CAPS) return GST_PAD_PROBE_OK;
    GstCaps* caps = nullptr;
    gst_event_parse_caps(event, &caps);
    GstVideoInfo video;
    if (!gst_video_info_from_caps(&video, caps)) return GST_PAD_PROBE_OK;
    double rate = video.fps_d > 0 ? static_cast<double>(video.fps_n) / video.fps_d : 0;
    if (rate <= 0) rate = line.settings_.frame_rate;
    uint32_t bps = PictureBitrateFor(static_cast<uint32_t>(video.width),
                                     static_cast<uint32_t>(video.height), rate);
    FindPictureEncoder(line.settings_.target)->set_bitrate(line.line_.element(kEncoder), bps);
    return GST_PAD_PROBE_OK;
  }

  Settings settings_;
  LiveGate gate_;
  int64_t begins_at_ns_ = 0;           // the picture with which decoding began
  int64_t whole_from_ns_ = INT64_MAX;  // that picture, once it has come out
  Instant arrival_{};                  // of the newest access unit in the decoder
  int64_t last_key_frame_ns_ = -kKeyFrameIntervalNs;
  std::atomic<bool> key_frame_wanted_ = false;
  std::atomic<uint64_t> queue_full_ = 0;
  std::atomic<uint64_t> before_live_edge_ = 0;
  std::atomic<uint64_t> too_slow_ = 0;
  std::atomic<uint64_t> time_stands_still_ = 0;
  std::atomic<uint64_t> corrupt_ = 0;
  GstLine line_;  // the last: its thread uses all of the above
};

absl::Status PicturePipeline::FindPlugins() {
  SLUICE_RETURN_IF_ERROR(transcoder::FindPlugins(kPlugins));
  const Plugin usual = FindPictureEncoder(media::Codec::kH264)->plugin;
  return transcoder::FindPlugins({&usual, 1});
}

absl::StatusOr<std::unique_ptr<PicturePipeline>> PicturePipeline::Start(const Settings& settings,
                                                                        Delegate delegate) {
  const PictureDecoder* decoder = FindPictureDecoder(settings.source);
  const PictureEncoder* encoder = FindPictureEncoder(settings.target);
  if (decoder == nullptr || encoder == nullptr) {
    return absl::InternalError("pictures of this codec are not converted");
  }
  const std::array<Plugin, 2> codecs = {decoder->plugin, encoder->plugin};
  SLUICE_RETURN_IF_ERROR(LoadPlugins(kPlugins));
  SLUICE_RETURN_IF_ERROR(LoadPlugins(codecs));
  auto line = std::make_unique<Line>(settings, std::move(delegate));
  SLUICE_RETURN_IF_ERROR(line->Start());
  return std::unique_ptr<PicturePipeline>(new PicturePipeline(std::move(line), settings));
}

PicturePipeline::PicturePipeline(std::unique_ptr<Line> line, const Settings& settings)
    : line_(std::move(line)), settings_(settings) {}
PicturePipeline::~PicturePipeline() = default;

bool PicturePipeline::Push(const SourcePicture& picture) {
  if (picture.bytes.empty()) return true;
  GstAppSrc* source = line_->source();
  bool full = gst_app_src_get_current_level_buffers(source) >= kMaxWaiting ||
              gst_app_src_get_current_level_bytes(source) >= kMaxWaitingBytes;
  skipping_ = full || (skipping_ && !picture.key_frame);
  if (skipping_) {
    line_->CountQueueFull();
    return true;
  }
  bool new_sequence =
      settings_.source == media::Codec::kH264 && picture.key_frame && FollowSequence(picture);
  int failures = new_sequence ? FailuresAt(picture) : 0;
  for (int i = 0; i < failures; ++i) PushOne(picture, new_sequence);
  return PushOne(picture, new_sequence);
}

bool PicturePipeline::PushOne(const SourcePicture& picture, bool new_sequence) {
  GstAppSrc* source = line_->source();
  GstBuffer* buffer = gst_buffer_new_memdup(picture.bytes.data(), picture.bytes.size());
  GST_BUFFER_PTS(buffer) = static_cast<GstClockTime>(std::max<int64_t>(picture.position_ns, 0));
  GST_BUFFER_DTS(buffer) =
      static_cast<GstClockTime>(std::max<int64_t>(picture.decoding_position_ns, 0));
  GST_BUFFER_OFFSET(buffer) =
      picture.arrival == Instant{}
          ? kUnknownArrival
          : static_cast<guint64>(picture.arrival.time_since_epoch().count());
  if (new_sequence) GST_BUFFER_FLAG_SET(buffer, GST_BUFFER_FLAG_DISCONT);
  if (picture.discardable) GST_BUFFER_FLAG_SET(buffer, GST_BUFFER_FLAG_DROPPABLE);
  return gst_app_src_push_buffer(source, buffer) == GST_FLOW_OK;
}

// A decoder that meets another size forgets the pictures that it has kept back. With other caps it
// gives them out first.
bool PicturePipeline::FollowSequence(const SourcePicture& picture) {
  for (ByteView nal_unit : media::SplitAnnexB(picture.bytes)) {
    if (media::TypeOf(nal_unit) != media::H264NalUnitType::kSps) continue;
    if (std::ranges::equal(nal_unit, sps_)) return false;
    sps_ = ToBytes(nal_unit);
    auto sps = media::ParseH264Sps(nal_unit);
    const bool says_rate = sps.ok() && sps->frame_rate > 0;
    gst_app_src_set_caps(
        line_->source(),
        SourceCaps(settings_.source, sequences_++, says_rate ? 0 : FrameRateOf(settings_)).get());
    return true;
  }
  return false;
}

void PicturePipeline::RequestKeyFrame() { line_->WantKeyFrame(); }

PicturePipeline::Counters PicturePipeline::counters() const { return line_->counters(); }

}  // namespace sluice::transcoder
