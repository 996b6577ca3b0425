// AAC to Opus by GStreamer:
//   appsrc ! avdec_aac ! audioconvert ! audioresample ! opusenc ! appsink
// The only file of the daemon that includes GStreamer is this one's source.
#pragma once

#include <functional>
#include <memory>
#include <string>

#include "absl/status/statusor.h"
#include "libs/media/audio_specific_config.h"

namespace sluice::transcoder {

// One Opus packet of 20 ms.
struct OpusFrame {
  Bytes bytes;
  // Where what a decoder makes of it begins to sound.
  int64_t position_ns = 0;
};

// Blocks in Start() and in its destructor: both are for the work pool. Push() is for one thread at
// a time.
class OpusPipeline {
 public:
  struct Settings {
    media::AudioSpecificConfig source;
    uint32_t bitrate_bps = 64'000;
  };
  // Both are called on GStreamer's threads, and no more once the destructor has returned.
  struct Delegate {
    std::function<void(OpusFrame frame)> on_frame;
    // The pipeline is of no use any more. Perhaps more than once.
    std::function<void(std::string reason)> on_failed;
  };

  // Initialises GStreamer with the few plug-ins that are used, instead of its registry, whose
  // building scans them all for seconds. FailedPrecondition: one is missing; its Debian package is
  // in the message. Once per process, before other threads read the environment.
  static absl::Status LoadPlugins();

  // The first call in a process also loads the decoder (60 to 800 ms).
  // Internal: GStreamer refuses the pipeline.
  static absl::StatusOr<std::unique_ptr<OpusPipeline>> Start(const Settings& settings,
                                                             Delegate delegate);
  ~OpusPipeline();
  OpusPipeline(const OpusPipeline&) = delete;
  OpusPipeline& operator=(const OpusPipeline&) = delete;

  // One raw AAC frame. position_ns: of its first sample, not negative. At most 256 wait to be
  // converted; then the oldest are dropped. Returns false if the pipeline has stopped taking any.
  bool Push(ByteView access_unit, int64_t position_ns);

 private:
  struct Elements;
  explicit OpusPipeline(std::unique_ptr<Elements> elements);

  std::unique_ptr<Elements> elements_;
};

}  // namespace sluice::transcoder
