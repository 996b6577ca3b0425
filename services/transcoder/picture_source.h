// A source's track as pictures that can be decoded.
#pragma once

#include <functional>
#include <memory>

#include "services/transcoder/track_source.h"

namespace sluice::transcoder {

// An access unit with everything that a decoder needs.
struct CodedPicture {
  Bytes bytes;  // as SourcePicture::bytes
  uint32_t rtp_timestamp = 0;
  int32_t cts = 0;  // presentation minus decoding time, 90 kHz
  Instant arrival{};
  bool key_frame = false;  // decoding can begin here: what is shown later is whole
  bool discardable = false;
};

// Begins at a key frame and, after a loss, goes on at one.
class PictureSource : public TrackSource {
 public:
  struct Delegate {
    std::function<void(CodedPicture picture)> on_picture;
    // A picture was left out for want of a key frame. For every one.
    std::function<void()> on_key_frame_missing;
    OnClock on_clock;
    OnEnd on_end;
  };
  struct Counters {
    uint64_t lost_packets = 0;  // gaps in the sequence
    uint64_t unreferable = 0;   // access units between a loss and what can be decoded again
  };

  // track: H.264, VP8, VP9 or AV1.
  static std::unique_ptr<PictureSource> Make(media::Track track, Delegate delegate);

  virtual uint64_t malformed_packets() const = 0;
  const Counters& counters() const { return counters_; }

 protected:
  PictureSource(media::Track track, Delegate delegate)
      : TrackSource(std::move(track), std::move(delegate.on_clock), std::move(delegate.on_end)),
        on_picture_(std::move(delegate.on_picture)),
        on_key_frame_missing_(std::move(delegate.on_key_frame_missing)) {}

  void Give(CodedPicture picture) { on_picture_(std::move(picture)); }
  void LeaveOut() {
    ++counters_.unreferable;
    if (on_key_frame_missing_ != nullptr) on_key_frame_missing_();
  }

  Counters counters_;

 private:
  std::function<void(CodedPicture)> on_picture_;
  std::function<void()> on_key_frame_missing_;
};

}  // namespace sluice::transcoder
