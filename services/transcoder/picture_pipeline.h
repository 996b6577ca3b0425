// Pictures of a codec to those of another, or to plain H.264, by GStreamer:
//   appsrc ! decoder ! videoconvertscale ! I420 ! avdeinterlace ! encoder ! appsink
#pragma once

#include <functional>
#include <memory>
#include <string>

#include "absl/status/statusor.h"
#include "libs/base/bytes.h"
#include "libs/base/instant.h"
#include "libs/media/track.h"

namespace sluice::transcoder {

// x264's presets: from little work to good pictures.
enum class H264Speed : uint8_t { kUltrafast, kSuperfast, kVeryfast, kFaster };

// One access unit of a source.
struct SourcePicture {
  // H.264: NAL units with start codes; parameter sets where decoding can begin. Else as CodedFrame
  // of libs/rtp/payload/frame_depacketizer.h.
  Bytes bytes;
  int64_t position_ns = 0;           // of its presentation, not negative
  int64_t decoding_position_ns = 0;  // never after the presentation
  Instant arrival{};                 // from the publisher; the epoch: not known
  bool key_frame = false;            // decoding can begin here: what is shown later is whole
  bool discardable = false;          // no other picture refers to it
};

// One access unit of a rendition, shown in the order of decoding. The first is a key frame, another
// follows every 2 s. H.264: constrained baseline, progressive, NAL units with start codes, IDR
// pictures with their parameter sets. VP8: a frame.
struct EncodedPicture {
  Bytes bytes;
  int64_t position_ns = 0;  // as that of the source's picture, and greater than the last one's
  bool key_frame = false;
};

// Blocks in Start() and in its destructor: both are for the work pool. Push() and
// RequestKeyFrame() are for one thread at a time.
class PicturePipeline {
 public:
  using Frame = EncodedPicture;
  struct Settings {
    media::Codec source = media::Codec::kH264;  // or kVp8, kVp9, kAv1
    media::Codec target = media::Codec::kH264;  // or kVp8
    H264Speed speed = H264Speed::kSuperfast;
    // Of the source, as far as they are known; else 0. A larger size has two threads for the
    // encoder; the frame rate is for the bitrate, where the pictures do not say it.
    uint32_t width = 0;
    uint32_t height = 0;
    double frame_rate = 0;
  };
  // Both are called on GStreamer's threads, and no more once the destructor has returned.
  struct Delegate {
    std::function<void(EncodedPicture picture)> on_frame;
    // The pipeline is of no use any more. Perhaps more than once.
    std::function<void(std::string reason)> on_failed;
  };
  // Pictures left out, since the start.
  struct Counters {
    uint64_t queue_full = 0;        // access units, until the next key frame
    uint64_t before_live_edge = 0;  // what is older than the beginning of the rendition
    uint64_t too_slow = 0;          // decoded, and too late for the encoder
    uint64_t time_stands_still = 0;
    uint64_t corrupt = 0;  // shown before the first key frame, and lacking references
  };

  // FailedPrecondition: a plug-in of H.264 is missing. Loads none of them.
  static absl::Status FindPlugins();

  // The first call in a process also loads decoder and encoder (up to 800 ms).
  // FailedPrecondition: a plug-in is missing; Internal: GStreamer refuses the pipeline.
  static absl::StatusOr<std::unique_ptr<PicturePipeline>> Start(const Settings& settings,
                                                                Delegate delegate);
  ~PicturePipeline();
  PicturePipeline(const PicturePipeline&) = delete;
  PicturePipeline& operator=(const PicturePipeline&) = delete;

  // In decoding order. At most kMaxWaiting of kMaxWaitingBytes wait to be decoded; what comes then
  // is dropped up to the next key frame that finds room. Nothing is made of an empty one. Returns
  // false if the pipeline has stopped taking any.
  bool Push(const SourcePicture& picture);
  // The next picture will be a key frame.
  void RequestKeyFrame();

  Counters counters() const;

  static constexpr uint64_t kMaxWaiting = 1500;           // a cached group of 15 s, and some
  static constexpr uint64_t kMaxWaitingBytes = 16 << 20;  // twice a cached group
  static constexpr int64_t kKeyFrameIntervalNs = 2'000'000'000;

 private:
  class Line;
  PicturePipeline(std::unique_ptr<Line> line, const Settings& settings);

  // True: decoding begins anew here.
  bool FollowSequence(const SourcePicture& picture);
  bool PushOne(const SourcePicture& picture, bool new_sequence);

  std::unique_ptr<Line> line_;
  Settings settings_;
  Bytes sps_;               // of the newest key frame of H.264
  uint32_t sequences_ = 0;  // times the SPS changed
  bool skipping_ = false;   // to the next key frame
};

// The highest bitrate of a rendition of this size, over 300 ms: 1 Mbit/s for 640x360 at 30 frames
// per second, 2.6 for 1280x720, 4.7 for 1920x1080.
uint32_t PictureBitrateFor(uint32_t width, uint32_t height, double frame_rate);

}  // namespace sluice::transcoder
