#include "tests/unit/transcoder/pictures.h"

#include <gst/app/gstappsink.h>
#include <gst/app/gstappsrc.h>
#include <gst/gst.h>
#include <gst/video/video.h>

#include <functional>
#include <memory>
#include <stdexcept>

#include "libs/media/h264_nal_unit.h"
#include "tests/unit/transcoder/sound.h"

namespace sluice::transcoder::test {
namespace {

constexpr int kBlock = 16;  // each bit of the number is a block of this size
constexpr int kBits = 12;

struct Unref {
  void operator()(GstElement* element) const { gst_object_unref(element); }
};

// `appsrc ! <elements> ! appsink` to its end.
void RunLine(const std::string& caps, const std::string& elements,
             const std::function<void(GstAppSrc*)>& feed,
             const std::function<void(GstSample*)>& take) {
  LoadPlugins();
  std::string line = "appsrc name=in format=time caps=\"" + caps + "\" ! " + elements +
                     " ! appsink name=out sync=false max-buffers=0";
  GError* error = nullptr;
  GstElement* pipeline = gst_parse_launch(line.c_str(), &error);
  if (pipeline == nullptr || error != nullptr) {
    throw std::runtime_error(error != nullptr ? error->message : line);
  }
  std::unique_ptr<GstElement, Unref> in(gst_bin_get_by_name(GST_BIN(pipeline), "in"));
  std::unique_ptr<GstElement, Unref> out(gst_bin_get_by_name(GST_BIN(pipeline), "out"));
  g_object_set(in.get(), "max-bytes", guint64{0}, nullptr);
  gst_element_set_state(pipeline, GST_STATE_PLAYING);
  feed(GST_APP_SRC(in.get()));
  gst_app_src_end_of_stream(GST_APP_SRC(in.get()));
  while (GstSample* sample = gst_app_sink_pull_sample(GST_APP_SINK(out.get()))) {
    take(sample);
    gst_sample_unref(sample);
  }
  gst_element_set_state(pipeline, GST_STATE_NULL);
  gst_object_unref(pipeline);
}

Bytes BytesOf(GstBuffer* buffer) {
  Bytes bytes(gst_buffer_get_size(buffer));
  gst_buffer_extract(buffer, 0, bytes.data(), bytes.size());
  return bytes;
}

// Grey, 8 bits: the number in blocks, a line of noise that moves, and grey below.
Bytes Draw(const Encoding& encoding, int number) {
  Bytes luma(static_cast<size_t>(encoding.width) * encoding.height, 128);
  for (int y = 0; y < encoding.height; ++y) {
    for (int x = 0; x < encoding.width; ++x) {
      uint8_t& pixel = luma[static_cast<size_t>(y) * encoding.width + x];
      if (y < kBlock && x < kBits * kBlock) {
        pixel = (number >> (x / kBlock) & 1) != 0 ? 235 : 16;
      } else if (y > encoding.height / 2) {
        pixel = static_cast<uint8_t>(64 + ((x + 2 * number) * 7 ^ y * 3) % 128);
      }
    }
  }
  return luma;
}

int ReadNumber(const Bytes& luma, int stride) {
  int number = 0;
  for (int bit = 0; bit < kBits; ++bit) {
    size_t at = static_cast<size_t>(kBlock / 2) * stride + bit * kBlock + kBlock / 2;
    number |= (luma[at] > 128 ? 1 : 0) << bit;
  }
  return number;
}

SourcePicture PictureOf(GstSample* sample, media::Codec codec) {
  GstBuffer* buffer = gst_sample_get_buffer(sample);
  SourcePicture picture;
  picture.bytes = BytesOf(buffer);
  // x264enc has moved both by 1000 hours, and says so in its segment.
  auto moved_by = static_cast<int64_t>(gst_sample_get_segment(sample)->start);
  picture.position_ns = static_cast<int64_t>(GST_BUFFER_PTS(buffer)) - moved_by;
  picture.decoding_position_ns = picture.position_ns;
  picture.key_frame = !GST_BUFFER_FLAG_IS_SET(buffer, GST_BUFFER_FLAG_DELTA_UNIT);
  if (codec != media::Codec::kH264) return picture;
  picture.decoding_position_ns =
      std::min(static_cast<int64_t>(GST_BUFFER_DTS(buffer)) - moved_by, picture.position_ns);
  std::vector<ByteView> nal_units = media::SplitAnnexB(picture.bytes);
  media::H264PictureKind kind = media::KindOf(nal_units);
  picture.key_frame = kind.idr;
  picture.discardable = !kind.referenced;
  return picture;
}

std::string X264Of(const Encoding& encoding) {
  std::string encoder = "x264enc aud=false threads=1 speed-preset=veryfast " + encoding.options;
  if (!encoding.x264.empty()) encoder += " option-string=\"" + encoding.x264 + "\"";
  encoder += " ! video/x-h264,stream-format=byte-stream,alignment=au";
  if (!encoding.profile.empty()) encoder += ",profile=" + encoding.profile;
  return encoder;
}

std::string EncoderOf(const Encoding& encoding) {
  const std::string convert = "videoconvert ! video/x-raw,format=" + encoding.format + " ! ";
  switch (encoding.codec) {
    case media::Codec::kVp8:
    case media::Codec::kVp9:
      return convert + (encoding.codec == media::Codec::kVp8 ? "vp8enc" : "vp9enc") +
             " deadline=1 cpu-used=8 target-bitrate=1000000 " + encoding.options;
    case media::Codec::kAv1:
      return convert + "av1enc cpu-used=8 usage-profile=realtime target-bitrate=1000 " +
             encoding.options + " ! video/x-av1,stream-format=obu-stream,alignment=tu";
    default:
      return convert + X264Of(encoding);
  }
}

struct Player {
  const char* caps;
  const char* decoder;
};

Player PlayerOf(media::Codec codec) {
  if (codec == media::Codec::kVp8) return {"video/x-vp8", "vp8dec"};
  return {"video/x-h264,stream-format=byte-stream,alignment=au", "avdec_h264 max-threads=1"};
}

}  // namespace

std::vector<SourcePicture> Encode(const Encoding& encoding) {
  std::string caps =
      "video/x-raw,format=GRAY8,framerate=25/1,width=" + std::to_string(encoding.width) +
      ",height=" + std::to_string(encoding.height);
  std::vector<SourcePicture> pictures;
  RunLine(
      caps, EncoderOf(encoding),
      [&](GstAppSrc* source) {
        for (int i = 0; i < encoding.frames; ++i) {
          Bytes luma = Draw(encoding, encoding.first_number + i);
          GstBuffer* buffer = gst_buffer_new_memdup(luma.data(), luma.size());
          GST_BUFFER_PTS(buffer) =
              static_cast<GstClockTime>(encoding.start_ns + i * encoding.step_ns);
          gst_app_src_push_buffer(source, buffer);
        }
      },
      [&](GstSample* sample) { pictures.push_back(PictureOf(sample, encoding.codec)); });
  return pictures;
}

std::vector<ShownPicture> Show(const std::vector<EncodedPicture>& pictures, media::Codec codec) {
  const Player player = PlayerOf(codec);
  std::vector<ShownPicture> shown;
  RunLine(
      player.caps, std::string(player.decoder) + " ! videoconvert ! video/x-raw,format=GRAY8",
      [&](GstAppSrc* source) {
        for (const EncodedPicture& picture : pictures) {
          GstBuffer* buffer = gst_buffer_new_memdup(picture.bytes.data(), picture.bytes.size());
          GST_BUFFER_PTS(buffer) = static_cast<GstClockTime>(picture.position_ns);
          gst_app_src_push_buffer(source, buffer);
        }
      },
      [&](GstSample* sample) {
        GstVideoInfo info;
        if (!gst_video_info_from_caps(&info, gst_sample_get_caps(sample))) return;
        GstBuffer* buffer = gst_sample_get_buffer(sample);
        shown.push_back({ReadNumber(BytesOf(buffer), info.stride[0]),
                         static_cast<int64_t>(GST_BUFFER_PTS(buffer)), info.width, info.height});
      });
  return shown;
}

}  // namespace sluice::transcoder::test
