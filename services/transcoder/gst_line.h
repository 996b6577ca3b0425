// A GStreamer pipeline that is a line of elements from an appsrc to an appsink, on one thread.
// For the sources of the pipelines only: it includes GStreamer.
#pragma once

#include <gst/app/gstappsink.h>
#include <gst/app/gstappsrc.h>
#include <gst/gst.h>

#include <functional>
#include <memory>
#include <string>
#include <vector>

#include "absl/status/status.h"
#include "libs/base/bytes.h"

namespace sluice::transcoder {

template <typename T>
struct GstUnref {
  void operator()(T* object) const { gst_object_unref(object); }
};
template <typename T>
using GstPtr = std::unique_ptr<T, GstUnref<T>>;

struct CapsUnref {
  void operator()(GstCaps* caps) const { gst_caps_unref(caps); }
};
using CapsPtr = std::unique_ptr<GstCaps, CapsUnref>;

Bytes BytesOf(GstBuffer* buffer);

// Build(), the properties of the elements, then Play(). Play() and the destructor block.
class GstLine {
 public:
  // Both are called on GStreamer's threads, and no more once the destructor has returned.
  struct Delegate {
    // What has come out; borrowed. running_time: of its presentation. (Encoders may move the
    // timestamps of the buffers themselves: x264enc does by 1000 hours.)
    std::function<void(GstBuffer* buffer, GstClockTime running_time)> on_buffer;
    // The line is of no use any more. Perhaps more than once.
    std::function<void(std::string reason)> on_failed;
  };

  explicit GstLine(Delegate delegate) : delegate_(std::move(delegate)) {}
  ~GstLine();
  GstLine(const GstLine&) = delete;
  GstLine& operator=(const GstLine&) = delete;

  // Makes and links `appsrc ! <factories> ! appsink`. max_waiting_out: buffers that wait in the
  // appsink; beyond it the oldest go. Internal: an element cannot be made or linked.
  absl::Status Build(const std::vector<const char*>& factories, guint max_waiting_out);
  // Internal: GStreamer refuses the line.
  absl::Status Play();

  GstAppSrc* source() const { return source_; }
  GstElement* element(size_t index) const { return elements_[index]; }  // of the factories

 private:
  GstElement* Add(const char* factory);
  void Listen();
  static GstFlowReturn OnSample(GstAppSink* sink, gpointer self);
  static GstBusSyncReply OnMessage(GstBus* bus, GstMessage* message, gpointer self);

  Delegate delegate_;
  GstPtr<GstElement> pipeline_;
  GstAppSrc* source_ = nullptr;  // these belong to the pipeline
  GstAppSink* sink_ = nullptr;
  std::vector<GstElement*> elements_;
};

}  // namespace sluice::transcoder
