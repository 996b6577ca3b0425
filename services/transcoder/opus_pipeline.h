// Sound to Opus by GStreamer:
//   appsrc ! decoder ! audioconvert ! audioresample ! opusenc ! appsink
#pragma once

#include <functional>
#include <memory>
#include <string>

#include "absl/status/statusor.h"
#include "services/transcoder/sound_format.h"

namespace sluice::transcoder {

class GstLine;

// One Opus packet of 20 ms.
struct OpusFrame {
  Bytes bytes;
  static constexpr bool key_frame = true;  // it needs none before it
  // Where what a decoder makes of it begins to sound.
  int64_t position_ns = 0;
};

// Blocks in Start() and in its destructor: both are for the work pool. Push() is for one thread at
// a time.
class OpusPipeline {
 public:
  using Frame = OpusFrame;
  struct Settings {
    SoundFormat source;
    uint32_t bitrate_bps = 64'000;
  };
  // Both are called on GStreamer's threads, and no more once the destructor has returned.
  struct Delegate {
    std::function<void(OpusFrame frame)> on_frame;
    // The pipeline is of no use any more. Perhaps more than once.
    std::function<void(std::string reason)> on_failed;
  };

  // FailedPrecondition: a plug-in of AAC is missing. Loads none of them.
  static absl::Status FindPlugins();

  // The first call in a process also loads the decoder (60 to 800 ms).
  // FailedPrecondition: a plug-in is missing; Internal: GStreamer refuses the pipeline.
  static absl::StatusOr<std::unique_ptr<OpusPipeline>> Start(const Settings& settings,
                                                             Delegate delegate);
  ~OpusPipeline();
  OpusPipeline(const OpusPipeline&) = delete;
  OpusPipeline& operator=(const OpusPipeline&) = delete;

  // One access unit (CodedSound::bytes). position_ns: of its first sample, not negative. At most
  // 256 wait to be converted; then the oldest are dropped. Nothing is made of an empty one. Returns
  // false if the pipeline has stopped taking any.
  bool Push(ByteView access_unit, int64_t position_ns);

 private:
  explicit OpusPipeline(std::unique_ptr<GstLine> line);

  std::unique_ptr<GstLine> line_;
};

}  // namespace sluice::transcoder
