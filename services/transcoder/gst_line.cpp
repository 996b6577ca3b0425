#include "services/transcoder/gst_line.h"

#include <utility>

#include "libs/base/text.h"

namespace sluice::transcoder {
namespace {

struct SampleUnref {
  void operator()(GstSample* sample) const { gst_sample_unref(sample); }
};

}  // namespace

Bytes BytesOf(GstBuffer* buffer) {
  Bytes bytes(gst_buffer_get_size(buffer));
  gst_buffer_extract(buffer, 0, bytes.data(), bytes.size());
  return bytes;
}

GstLine::~GstLine() {
  if (pipeline_ == nullptr) return;
  // Waits for the streaming thread, so no callback runs after this.
  gst_element_set_state(pipeline_.get(), GST_STATE_NULL);
  GstPtr<GstBus> bus(gst_element_get_bus(pipeline_.get()));
  gst_bus_set_sync_handler(bus.get(), nullptr, nullptr, nullptr);
}

absl::Status GstLine::Build(const std::vector<const char*>& factories, guint max_waiting_out) {
  pipeline_.reset(GST_ELEMENT(gst_object_ref_sink(gst_pipeline_new(nullptr))));
  GstElement* last = Add("appsrc");
  source_ = GST_APP_SRC(last);
  std::vector<const char*> rest = factories;
  rest.push_back("appsink");
  for (const char* factory : rest) {
    GstElement* element = last == nullptr ? nullptr : Add(factory);
    if (element == nullptr || !gst_element_link(last, element)) {
      return absl::InternalError(StrCat("element ", factory, " cannot be made or linked"));
    }
    elements_.push_back(element);
    last = element;
  }
  sink_ = GST_APP_SINK(last);
  g_object_set(source_, "format", GST_FORMAT_TIME, "is-live", TRUE, "block", FALSE, "max-bytes",
               guint64{0}, nullptr);
  g_object_set(sink_, "sync", FALSE, "max-buffers", max_waiting_out, "drop", TRUE, nullptr);
  Listen();
  return absl::OkStatus();
}

GstElement* GstLine::Add(const char* factory) {
  GstElement* element = gst_element_factory_make(factory, nullptr);
  if (element != nullptr) gst_bin_add(GST_BIN(pipeline_.get()), element);
  return element;
}

absl::Status GstLine::Play() {
  if (gst_element_set_state(pipeline_.get(), GST_STATE_PLAYING) == GST_STATE_CHANGE_FAILURE) {
    return absl::InternalError("the pipeline does not start");
  }
  return absl::OkStatus();
}

void GstLine::Listen() {
  GstAppSinkCallbacks callbacks = {};
  callbacks.new_sample = &OnSample;
  gst_app_sink_set_callbacks(sink_, &callbacks, this, nullptr);
  GstPtr<GstBus> bus(gst_element_get_bus(pipeline_.get()));
  gst_bus_set_sync_handler(bus.get(), &OnMessage, this, nullptr);
}

GstFlowReturn GstLine::OnSample(GstAppSink* sink, gpointer self) {
  std::unique_ptr<GstSample, SampleUnref> sample(gst_app_sink_pull_sample(sink));
  if (sample == nullptr) return GST_FLOW_EOS;
  GstBuffer* buffer = gst_sample_get_buffer(sample.get());
  // Headers (OpusHead, OpusTags) come without a time; RTP carries neither.
  if (buffer == nullptr || !GST_BUFFER_PTS_IS_VALID(buffer)) return GST_FLOW_OK;
  GstClockTime running_time = gst_segment_to_running_time(gst_sample_get_segment(sample.get()),
                                                          GST_FORMAT_TIME, GST_BUFFER_PTS(buffer));
  static_cast<GstLine*>(self)->delegate_.on_buffer(buffer, running_time);
  return GST_FLOW_OK;
}

// Instead of a bus that somebody polls: messages are handled where they arise, and dropped.
GstBusSyncReply GstLine::OnMessage(GstBus*, GstMessage* message, gpointer self) {
  if (GST_MESSAGE_TYPE(message) == GST_MESSAGE_ERROR) {
    GError* error = nullptr;
    gst_message_parse_error(message, &error, nullptr);
    std::string reason = StrCat(GST_OBJECT_NAME(message->src), ": ", error->message);
    g_clear_error(&error);
    static_cast<GstLine*>(self)->delegate_.on_failed(std::move(reason));
  }
  gst_message_unref(message);
  return GST_BUS_DROP;
}

}  // namespace sluice::transcoder
