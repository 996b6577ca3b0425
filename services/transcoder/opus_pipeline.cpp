#include "services/transcoder/opus_pipeline.h"

#include <gst/audio/gstaudiometa.h>

#include <algorithm>
#include <array>
#include <utility>

#include "libs/base/status_macros.h"
#include "services/transcoder/gst_line.h"
#include "services/transcoder/plugins.h"

namespace sluice::transcoder {
namespace {

constexpr guint64 kMaxWaitingAccessUnits = 256;  // 5 s; beyond it the oldest go
constexpr guint kMaxWaitingFrames = 256;
// A source whose timestamps jump by more than this is followed; less is taken as jitter.
constexpr guint64 kTolerance = 10 * GST_MSECOND;

// libav loads for 60 to 800 ms and takes 45 MB. (faad is small and quick, but leaves out the first
// frame and gives its time to the second.)
constexpr std::array<Plugin, 3> kPlugins = {{{"audioconvert", "gstreamer1.0-plugins-base"},
                                             {"audioresample", "gstreamer1.0-plugins-base"},
                                             {"opus", "gstreamer1.0-plugins-base"}}};
// Of the line.
enum Element : size_t { kDecoder, kConvert, kResample, kFilter, kEncoder };

struct Decoder {
  media::Codec codec;
  const char* factory;
  const char* caps;  // but for the rate and the channels; nullptr: AacCaps()
  Plugin plugin;
};
constexpr Plugin kLibav = {"libav", "gstreamer1.0-libav"};
constexpr std::array<Decoder, 5> kDecoders = {{
    {media::Codec::kAac, "avdec_aac", nullptr, kLibav},
    {media::Codec::kMp3, "avdec_mp3", "audio/mpeg,mpegversion=1,layer=3,parsed=true,framed=true",
     kLibav},
    {media::Codec::kPcmu, "mulawdec", "audio/x-mulaw", {"mulaw", "gstreamer1.0-plugins-good"}},
    {media::Codec::kPcma, "alawdec", "audio/x-alaw", {"alaw", "gstreamer1.0-plugins-good"}},
    {media::Codec::kG722, "avdec_g722", "audio/G722", kLibav},
}};

// format: as SoundFormatOf() makes it.
const Decoder& DecoderOf(const SoundFormat& format) {
  const auto* found = std::find_if(kDecoders.begin(), kDecoders.end(),
                                   [&](const Decoder& each) { return each.codec == format.codec; });
  return found == kDecoders.end() ? kDecoders[0] : *found;
}

CapsPtr AacCaps(const SoundFormat& source) {
  GstBuffer* codec_data =
      gst_buffer_new_memdup(source.codec_config.data(), source.codec_config.size());
  CapsPtr caps(gst_caps_new_simple("audio/mpeg", "mpegversion", G_TYPE_INT, 4, "stream-format",
                                   G_TYPE_STRING, "raw", "framed", G_TYPE_BOOLEAN, TRUE,
                                   "codec_data", GST_TYPE_BUFFER, codec_data, nullptr));
  gst_buffer_unref(codec_data);
  return caps;
}

CapsPtr SourceCaps(const SoundFormat& source) {
  const char* text = DecoderOf(source).caps;
  CapsPtr caps = text != nullptr ? CapsPtr(gst_caps_from_string(text)) : AacCaps(source);
  gst_caps_set_simple(caps.get(), "rate", G_TYPE_INT, static_cast<int>(source.sample_rate),
                      nullptr);
  if (source.channels > 0) {
    gst_caps_set_simple(caps.get(), "channels", G_TYPE_INT, static_cast<int>(source.channels),
                        nullptr);
  }
  return caps;
}

CapsPtr EncoderCaps(int channels) {
  return CapsPtr(gst_caps_new_simple("audio/x-raw", "rate", G_TYPE_INT, 48000, "channels",
                                     G_TYPE_INT, channels, nullptr));
}

// opusenc has taken the encoder's look-ahead off its timestamps. Only the first packet's cannot lie
// before the first sample: how much a decoder is to cut off its beginning is said beside it.
int64_t PositionOf(GstBuffer* buffer) {
  auto position = static_cast<int64_t>(GST_BUFFER_PTS(buffer));
  const GstAudioClippingMeta* clipping = gst_buffer_get_audio_clipping_meta(buffer);
  if (clipping == nullptr || clipping->format != GST_FORMAT_DEFAULT) return position;
  return position - static_cast<int64_t>(clipping->start) * GST_SECOND / 48000;
}

GstLine::Delegate LineDelegate(OpusPipeline::Delegate delegate) {
  return {[on_frame = std::move(delegate.on_frame)](GstBuffer* buffer, GstClockTime) {
            if (GST_BUFFER_FLAG_IS_SET(buffer, GST_BUFFER_FLAG_HEADER)) return;
            on_frame({BytesOf(buffer), PositionOf(buffer)});
          },
          std::move(delegate.on_failed)};
}

void Configure(GstLine& line, const OpusPipeline::Settings& settings) {
  auto channels = static_cast<int>(settings.source.opus_channels);
  gst_app_src_set_caps(line.source(), SourceCaps(settings.source).get());
  g_object_set(line.source(), "max-buffers", kMaxWaitingAccessUnits, "leaky-type",
               GST_APP_LEAKY_TYPE_DOWNSTREAM, nullptr);
  g_object_set(line.element(kFilter), "caps", EncoderCaps(channels).get(), nullptr);
  GstElement* encoder = line.element(kEncoder);
  auto bitrate = static_cast<int>(settings.bitrate_bps / (channels == 1 ? 2 : 1));
  g_object_set(encoder, "bitrate", bitrate, "complexity", 5, "tolerance",
               static_cast<gint64>(kTolerance), nullptr);
  gst_util_set_object_arg(G_OBJECT(encoder), "audio-type", "restricted-lowdelay");
  gst_util_set_object_arg(G_OBJECT(encoder), "frame-size", "20");
}

}  // namespace

absl::Status OpusPipeline::FindPlugins() {
  SLUICE_RETURN_IF_ERROR(transcoder::FindPlugins(kPlugins));
  return transcoder::FindPlugins({&kLibav, 1});
}

absl::StatusOr<std::unique_ptr<OpusPipeline>> OpusPipeline::Start(const Settings& settings,
                                                                  Delegate delegate) {
  const Decoder& decoder = DecoderOf(settings.source);
  SLUICE_RETURN_IF_ERROR(LoadPlugins(kPlugins));
  SLUICE_RETURN_IF_ERROR(LoadPlugins({&decoder.plugin, 1}));
  auto line = std::make_unique<GstLine>(LineDelegate(std::move(delegate)));
  SLUICE_RETURN_IF_ERROR(
      line->Build({decoder.factory, "audioconvert", "audioresample", "capsfilter", "opusenc"},
                  kMaxWaitingFrames));
  Configure(*line, settings);
  SLUICE_RETURN_IF_ERROR(line->Play());
  return std::unique_ptr<OpusPipeline>(new OpusPipeline(std::move(line)));
}

OpusPipeline::OpusPipeline(std::unique_ptr<GstLine> line) : line_(std::move(line)) {}
OpusPipeline::~OpusPipeline() = default;

bool OpusPipeline::Push(ByteView access_unit, int64_t position_ns) {
  if (access_unit.empty()) return true;
  GstBuffer* buffer = gst_buffer_new_memdup(access_unit.data(), access_unit.size());
  GST_BUFFER_PTS(buffer) = static_cast<GstClockTime>(std::max<int64_t>(position_ns, 0));
  return gst_app_src_push_buffer(line_->source(), buffer) == GST_FLOW_OK;
}

}  // namespace sluice::transcoder
