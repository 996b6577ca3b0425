// The GStreamer elements that decode and encode pictures, and how they are set up for live use.
// For the sources of the pipelines only: it includes GStreamer.
#pragma once

#include <gst/gst.h>

#include "services/transcoder/picture_pipeline.h"
#include "services/transcoder/plugins.h"

namespace sluice::transcoder {

struct PictureDecoder {
  media::Codec codec;
  const char* factory;
  const char* caps;  // of what it takes
  Plugin plugin;
  void (*configure)(GstElement* decoder);
};

struct PictureEncoder {
  media::Codec codec;
  const char* factory;
  const char* caps;  // of what it is to make
  Plugin plugin;
  void (*configure)(GstElement* encoder, const PicturePipeline::Settings& settings);
  void (*set_bitrate)(GstElement* encoder, uint32_t bps);  // at any time
};

// nullptr: there is none for this codec.
const PictureDecoder* FindPictureDecoder(media::Codec codec);
const PictureEncoder* FindPictureEncoder(media::Codec codec);

}  // namespace sluice::transcoder
