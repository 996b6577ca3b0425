#include "services/ingest/player_queue.h"

namespace sluice::ingest {

bool PlayerQueue::Admit(PlayKind kind, size_t unsent) {
  switch (kind) {
    case PlayKind::kHeader:
      return true;
    case PlayKind::kSound:
    case PlayKind::kData:
      if (unsent <= limit_ + limit_ / 8) return true;
      ++skipped_audio_;
      return false;
    case PlayKind::kKeyFrame:
    case PlayKind::kInterFrame:
      if (AdmitPicture(kind == PlayKind::kKeyFrame, unsent)) return true;
      ++skipped_video_;
      return false;
  }
  return false;
}

bool PlayerQueue::AdmitPicture(bool key_frame, size_t unsent) {
  if (skipping_ && key_frame && unsent <= limit_ / 2) skipping_ = false;
  if (!skipping_ && unsent > limit_) skipping_ = true;
  return !skipping_;
}

}  // namespace sluice::ingest
