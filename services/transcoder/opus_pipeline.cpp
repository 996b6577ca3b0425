#include "services/transcoder/opus_pipeline.h"

#include <gst/app/gstappsink.h>
#include <gst/app/gstappsrc.h>
#include <gst/audio/gstaudiometa.h>
#include <gst/gst.h>

#include <algorithm>
#include <array>
#include <cstdlib>
#include <filesystem>
#include <utility>

#include "libs/base/status_macros.h"
#include "libs/base/text.h"

namespace sluice::transcoder {
namespace {

constexpr guint64 kMaxWaitingAccessUnits = 256;  // 5 s; beyond it the oldest go
constexpr guint kMaxWaitingFrames = 256;
// A source whose timestamps jump by more than this is followed; less is taken as jitter.
constexpr guint64 kTolerance = 10 * GST_MSECOND;
template <typename T>
struct Unref {
  void operator()(T* object) const { gst_object_unref(object); }
};
template <typename T>
using ObjectPtr = std::unique_ptr<T, Unref<T>>;

struct CapsUnref {
  void operator()(GstCaps* caps) const { gst_caps_unref(caps); }
};
using CapsPtr = std::unique_ptr<GstCaps, CapsUnref>;

struct SampleUnref {
  void operator()(GstSample* sample) const { gst_sample_unref(sample); }
};

struct Plugin {
  const char* name;
  const char* debian_package;
};
constexpr std::array<Plugin, 5> kPlugins = {{{"coreelements", "libgstreamer1.0-0"},
                                             {"app", "gstreamer1.0-plugins-base"},
                                             {"audioconvert", "gstreamer1.0-plugins-base"},
                                             {"audioresample", "gstreamer1.0-plugins-base"},
                                             {"opus", "gstreamer1.0-plugins-base"}}};
// Loads for 60 to 800 ms and takes 45 MB, so only when the first rendition begins. (faad is small
// and quick, but leaves out the first frame and gives its time to the second.)
constexpr Plugin kDecoder = {"libav", "gstreamer1.0-libav"};

std::string PathOf(const Plugin& plugin) {
  return StrCat(SLUICE_GSTREAMER_PLUGINS, "/libgst", plugin.name, ".so");
}

absl::Status LoadPlugin(const Plugin& plugin) {
  GError* error = nullptr;
  ObjectPtr<GstPlugin> loaded(gst_plugin_load_file(PathOf(plugin).c_str(), &error));
  if (loaded != nullptr) return absl::OkStatus();
  std::string reason = error != nullptr ? error->message : "unknown reason";
  g_clear_error(&error);
  return absl::FailedPreconditionError(StrCat("GStreamer plug-in ", plugin.name, " (package ",
                                              plugin.debian_package,
                                              ") cannot be loaded: ", reason));
}

CapsPtr SourceCaps(const media::AudioSpecificConfig& source) {
  Bytes config = media::Serialize(source);
  GstBuffer* codec_data = gst_buffer_new_memdup(config.data(), config.size());
  CapsPtr caps(gst_caps_new_simple("audio/mpeg", "mpegversion", G_TYPE_INT, 4, "stream-format",
                                   G_TYPE_STRING, "raw", "framed", G_TYPE_BOOLEAN, TRUE, "rate",
                                   G_TYPE_INT, static_cast<int>(source.sample_rate), "channels",
                                   G_TYPE_INT, static_cast<int>(source.channels), "codec_data",
                                   GST_TYPE_BUFFER, codec_data, nullptr));
  gst_buffer_unref(codec_data);
  return caps;
}

CapsPtr EncoderCaps(int channels) {
  return CapsPtr(gst_caps_new_simple("audio/x-raw", "rate", G_TYPE_INT, 48000, "channels",
                                     G_TYPE_INT, channels, nullptr));
}

Bytes BytesOf(GstBuffer* buffer) {
  Bytes bytes(gst_buffer_get_size(buffer));
  gst_buffer_extract(buffer, 0, bytes.data(), bytes.size());
  return bytes;
}

// opusenc has taken the encoder's look-ahead off its timestamps. Only the first packet's cannot lie
// before the first sample: how much a decoder is to cut off its beginning is said beside it.
int64_t PositionOf(GstBuffer* buffer) {
  auto position = static_cast<int64_t>(GST_BUFFER_PTS(buffer));
  const GstAudioClippingMeta* clipping = gst_buffer_get_audio_clipping_meta(buffer);
  if (clipping == nullptr || clipping->format != GST_FORMAT_DEFAULT) return position;
  return position - static_cast<int64_t>(clipping->start) * GST_SECOND / 48000;
}

}  // namespace

struct OpusPipeline::Elements {
  explicit Elements(Delegate own_delegate) : delegate(std::move(own_delegate)) {}
  ~Elements();

  absl::Status Build(const Settings& settings);
  GstElement* Add(const char* factory);
  void Configure(const Settings& settings, GstElement* filter, GstElement* encoder);
  void Listen();

  static GstFlowReturn OnSample(GstAppSink* sink, gpointer self);
  static GstBusSyncReply OnMessage(GstBus* bus, GstMessage* message, gpointer self);

  Delegate delegate;
  ObjectPtr<GstElement> pipeline;
  GstAppSrc* source = nullptr;  // these two belong to the pipeline
  GstAppSink* sink = nullptr;
};

OpusPipeline::Elements::~Elements() {
  if (pipeline == nullptr) return;
  // Waits for the streaming thread, so no callback runs after this.
  gst_element_set_state(pipeline.get(), GST_STATE_NULL);
  ObjectPtr<GstBus> bus(gst_element_get_bus(pipeline.get()));
  gst_bus_set_sync_handler(bus.get(), nullptr, nullptr, nullptr);
}

GstElement* OpusPipeline::Elements::Add(const char* factory) {
  GstElement* element = gst_element_factory_make(factory, nullptr);
  if (element != nullptr) gst_bin_add(GST_BIN(pipeline.get()), element);
  return element;
}

absl::Status OpusPipeline::Elements::Build(const Settings& settings) {
  pipeline.reset(GST_ELEMENT(gst_object_ref_sink(gst_pipeline_new(nullptr))));
  GstElement* src = Add("appsrc");
  GstElement* decoder = Add("avdec_aac");
  GstElement* convert = Add("audioconvert");
  GstElement* resample = Add("audioresample");
  GstElement* filter = Add("capsfilter");
  GstElement* encoder = Add("opusenc");
  GstElement* out = Add("appsink");
  if (!src || !decoder || !convert || !resample || !filter || !encoder || !out ||
      !gst_element_link_many(src, decoder, convert, resample, filter, encoder, out, nullptr)) {
    return absl::InternalError("the pipeline's elements cannot be made or linked");
  }
  source = GST_APP_SRC(src);
  sink = GST_APP_SINK(out);
  Configure(settings, filter, encoder);
  Listen();
  if (gst_element_set_state(pipeline.get(), GST_STATE_PLAYING) == GST_STATE_CHANGE_FAILURE) {
    return absl::InternalError("the pipeline does not start");
  }
  return absl::OkStatus();
}

void OpusPipeline::Elements::Configure(const Settings& settings, GstElement* filter,
                                       GstElement* encoder) {
  int channels = settings.source.output_channels() == 1 ? 1 : 2;
  gst_app_src_set_caps(source, SourceCaps(settings.source).get());
  g_object_set(source, "format", GST_FORMAT_TIME, "is-live", TRUE, "block", FALSE, "max-bytes",
               guint64{0}, "max-buffers", kMaxWaitingAccessUnits, "leaky-type",
               GST_APP_LEAKY_TYPE_DOWNSTREAM, nullptr);
  g_object_set(filter, "caps", EncoderCaps(channels).get(), nullptr);
  auto bitrate = static_cast<int>(settings.bitrate_bps / (channels == 1 ? 2 : 1));
  g_object_set(encoder, "bitrate", bitrate, "complexity", 5, "tolerance",
               static_cast<gint64>(kTolerance), nullptr);
  gst_util_set_object_arg(G_OBJECT(encoder), "audio-type", "restricted-lowdelay");
  gst_util_set_object_arg(G_OBJECT(encoder), "frame-size", "20");
  g_object_set(sink, "sync", FALSE, "max-buffers", kMaxWaitingFrames, "drop", TRUE, nullptr);
}

void OpusPipeline::Elements::Listen() {
  GstAppSinkCallbacks callbacks = {};
  callbacks.new_sample = &OnSample;
  gst_app_sink_set_callbacks(sink, &callbacks, this, nullptr);
  ObjectPtr<GstBus> bus(gst_element_get_bus(pipeline.get()));
  gst_bus_set_sync_handler(bus.get(), &OnMessage, this, nullptr);
}

GstFlowReturn OpusPipeline::Elements::OnSample(GstAppSink* sink, gpointer self) {
  std::unique_ptr<GstSample, SampleUnref> sample(gst_app_sink_pull_sample(sink));
  if (sample == nullptr) return GST_FLOW_EOS;
  GstBuffer* buffer = gst_sample_get_buffer(sample.get());
  // Headers (OpusHead, OpusTags) come without a time; RTP carries neither.
  if (buffer == nullptr || !GST_BUFFER_PTS_IS_VALID(buffer) ||
      GST_BUFFER_FLAG_IS_SET(buffer, GST_BUFFER_FLAG_HEADER)) {
    return GST_FLOW_OK;
  }
  static_cast<Elements*>(self)->delegate.on_frame({BytesOf(buffer), PositionOf(buffer)});
  return GST_FLOW_OK;
}

// Instead of a bus that somebody polls: messages are handled where they arise, and dropped.
GstBusSyncReply OpusPipeline::Elements::OnMessage(GstBus*, GstMessage* message, gpointer self) {
  if (GST_MESSAGE_TYPE(message) == GST_MESSAGE_ERROR) {
    GError* error = nullptr;
    gst_message_parse_error(message, &error, nullptr);
    std::string reason = StrCat(GST_OBJECT_NAME(message->src), ": ", error->message);
    g_clear_error(&error);
    static_cast<Elements*>(self)->delegate.on_failed(std::move(reason));
  }
  gst_message_unref(message);
  return GST_BUS_DROP;
}

absl::Status OpusPipeline::LoadPlugins() {
  setenv("GST_REGISTRY_DISABLE", "yes", 1);
  setenv("GST_PLUGIN_SYSTEM_PATH_1_0", "", 1);
  GError* error = nullptr;
  if (!gst_init_check(nullptr, nullptr, &error)) {
    std::string reason = error != nullptr ? error->message : "unknown reason";
    g_clear_error(&error);
    return absl::FailedPreconditionError(StrCat("GStreamer does not start: ", reason));
  }
  for (const Plugin& plugin : kPlugins) SLUICE_RETURN_IF_ERROR(LoadPlugin(plugin));
  if (std::filesystem::exists(PathOf(kDecoder))) return absl::OkStatus();
  return absl::FailedPreconditionError(
      StrCat(PathOf(kDecoder), " (package ", kDecoder.debian_package, ") is not there"));
}

absl::StatusOr<std::unique_ptr<OpusPipeline>> OpusPipeline::Start(const Settings& settings,
                                                                  Delegate delegate) {
  SLUICE_RETURN_IF_ERROR(LoadPlugin(kDecoder));  // nothing to do if it is loaded
  auto elements = std::make_unique<Elements>(std::move(delegate));
  SLUICE_RETURN_IF_ERROR(elements->Build(settings));
  return std::unique_ptr<OpusPipeline>(new OpusPipeline(std::move(elements)));
}

OpusPipeline::OpusPipeline(std::unique_ptr<Elements> elements) : elements_(std::move(elements)) {}
OpusPipeline::~OpusPipeline() = default;

bool OpusPipeline::Push(ByteView access_unit, int64_t position_ns) {
  GstBuffer* buffer = gst_buffer_new_memdup(access_unit.data(), access_unit.size());
  GST_BUFFER_PTS(buffer) = static_cast<GstClockTime>(std::max<int64_t>(position_ns, 0));
  return gst_app_src_push_buffer(elements_->source, buffer) == GST_FLOW_OK;
}

}  // namespace sluice::transcoder
