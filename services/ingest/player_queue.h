// What a player that does not keep up still gets.
#pragma once

#include <cstddef>
#include <cstdint>

#include "services/ingest/rtmp_play.h"

namespace sluice::ingest {

// Bounds the unsent bytes of one player. Full: pictures are left out up to the next key frame that
// finds the queue half empty; sound and data go on into an eighth more; headers always pass (they
// come with changes of the stream only).
class PlayerQueue {
 public:
  explicit PlayerQueue(size_t limit) : limit_(limit) {}

  // unsent: bytes that the player's connection has not sent yet. False: leave the message out.
  bool Admit(PlayKind kind, size_t unsent);

  uint64_t skipped_video() const { return skipped_video_; }
  uint64_t skipped_audio() const { return skipped_audio_; }

 private:
  bool AdmitPicture(bool key_frame, size_t unsent);

  size_t limit_;
  bool skipping_ = false;
  uint64_t skipped_video_ = 0;
  uint64_t skipped_audio_ = 0;
};

}  // namespace sluice::ingest
