#include "services/transcoder/picture_codecs.h"

#include <algorithm>
#include <array>

namespace sluice::transcoder {
namespace {

constexpr uint64_t kPixelsOfOneThread = 1280 * 720;
constexpr guint kBufferMs = 300;
constexpr gint kNoKeyFrameByCount = 1 << 20;  // they are forced by time

constexpr Plugin kLibav = {"libav", "gstreamer1.0-libav"};
constexpr Plugin kX264 = {"x264", "gstreamer1.0-plugins-ugly"};
constexpr Plugin kVpx = {"vpx", "gstreamer1.0-plugins-good"};
constexpr Plugin kAom = {"aom", "gstreamer1.0-plugins-bad"};

const char* NameOf(H264Speed speed) {
  switch (speed) {
    case H264Speed::kUltrafast:
      return "ultrafast";
    case H264Speed::kSuperfast:
      return "superfast";
    case H264Speed::kVeryfast:
      return "veryfast";
    case H264Speed::kFaster:
      return "faster";
  }
  return "superfast";
}

bool IsLarge(const PicturePipeline::Settings& settings) {
  return uint64_t{settings.width} * settings.height > kPixelsOfOneThread;
}

void ConfigureAnyDecoder(GstElement* decoder) {
  g_object_set(decoder, "qos", FALSE, "max-errors", -1, nullptr);
}

// Frame threads would add a frame of delay each. Which pictures lack references is for us to say:
// after a recovery point libav is too careful, and keeps pictures to itself until the next one.
void ConfigureH264Decoder(GstElement* decoder) {
  ConfigureAnyDecoder(decoder);
  g_object_set(decoder, "max-threads", 1, "output-corrupt", TRUE, nullptr);
  gst_util_set_object_arg(G_OBJECT(decoder), "std-compliance", "normal");
}

void ConfigureVpxDecoder(GstElement* decoder) {
  ConfigureAnyDecoder(decoder);
  g_object_set(decoder, "threads", 1U, nullptr);
}

// Capped constant quality: bits where they are needed, and no picture larger than the buffer. Two
// threads are for slices of one picture: no delay of whole pictures.
void ConfigureH264Encoder(GstElement* encoder, const PicturePipeline::Settings& settings) {
  constexpr guint kQuality = 23;
  gst_util_set_object_arg(G_OBJECT(encoder), "speed-preset", NameOf(settings.speed));
  gst_util_set_object_arg(G_OBJECT(encoder), "tune", "zerolatency");
  gst_util_set_object_arg(G_OBJECT(encoder), "pass", "qual");
  g_object_set(encoder, "quantizer", kQuality, "vbv-buf-capacity", kBufferMs, "key-int-max",
               guint{kNoKeyFrameByCount}, "bframes", 0U, "threads", IsLarge(settings) ? 2U : 1U,
               "aud", FALSE, "option-string", "scenecut=0", nullptr);
}

// libvpx's real-time mode at a constant bitrate, as browsers use it; a still picture costs few bits
// for it, too. max-intra-bitrate: a key frame has at most four times the bits of a picture.
void ConfigureVp8Encoder(GstElement* encoder, const PicturePipeline::Settings& settings) {
  g_object_set(encoder, "deadline", gint64{1}, "cpu-used", -8, "lag-in-frames", 0,
               "keyframe-max-dist", kNoKeyFrameByCount, "auto-alt-ref", FALSE, "threads",
               IsLarge(settings) ? 2 : 1, "min-quantizer", 4, "max-quantizer", 56, "undershoot",
               100, "overshoot", 15, "buffer-size", 2 * gint{kBufferMs}, "buffer-initial-size",
               gint{kBufferMs}, "buffer-optimal-size", gint{kBufferMs}, "max-intra-bitrate", 400,
               "static-threshold", 1, "qos", FALSE, nullptr);
  gst_util_set_object_arg(G_OBJECT(encoder), "end-usage", "cbr");
  gst_util_set_object_arg(G_OBJECT(encoder), "keyframe-mode", "disabled");
}

void SetH264Bitrate(GstElement* encoder, uint32_t bps) {
  g_object_set(encoder, "bitrate", static_cast<guint>(bps / 1000), nullptr);
}

void SetVp8Bitrate(GstElement* encoder, uint32_t bps) {
  g_object_set(encoder, "target-bitrate", static_cast<gint>(bps), nullptr);
}

constexpr std::array<PictureDecoder, 4> kDecoders = {{
    {media::Codec::kH264, "avdec_h264", "video/x-h264,stream-format=byte-stream,alignment=au",
     kLibav, &ConfigureH264Decoder},
    {media::Codec::kVp8, "vp8dec", "video/x-vp8", kVpx, &ConfigureVpxDecoder},
    {media::Codec::kVp9, "vp9dec", "video/x-vp9", kVpx, &ConfigureVpxDecoder},
    {media::Codec::kAv1, "av1dec", "video/x-av1,stream-format=obu-stream,alignment=tu", kAom,
     &ConfigureAnyDecoder},
}};
constexpr std::array<PictureEncoder, 2> kEncoders = {{
    {media::Codec::kH264, "x264enc",
     "video/x-h264,profile=constrained-baseline,stream-format=byte-stream,alignment=au", kX264,
     &ConfigureH264Encoder, &SetH264Bitrate},
    {media::Codec::kVp8, "vp8enc", "video/x-vp8", kVpx, &ConfigureVp8Encoder, &SetVp8Bitrate},
}};

}  // namespace

const PictureDecoder* FindPictureDecoder(media::Codec codec) {
  const auto* found = std::find_if(kDecoders.begin(), kDecoders.end(),
                                   [&](const auto& each) { return each.codec == codec; });
  return found == kDecoders.end() ? nullptr : found;
}

const PictureEncoder* FindPictureEncoder(media::Codec codec) {
  const auto* found = std::find_if(kEncoders.begin(), kEncoders.end(),
                                   [&](const auto& each) { return each.codec == codec; });
  return found == kEncoders.end() ? nullptr : found;
}

}  // namespace sluice::transcoder
