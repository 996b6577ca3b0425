#include "services/webrtc-media/session_watchers.h"

#include <utility>

namespace sluice::webrtc_media {

uint64_t SessionWatchers::Add(const std::string& owner, std::unique_ptr<SessionWriter> writer,
                              const std::vector<v1::SessionEvent>& present) {
  bool open = true;
  for (const v1::SessionEvent& event : present) open = open && writer->Write(event);
  v1::SessionEvent mark;
  mark.set_snapshot_done(true);
  open = open && writer->Write(mark);
  if (!open) return 0;
  watchers_[next_number_] = {owner, std::move(writer)};
  return next_number_++;
}

void SessionWatchers::Forget(uint64_t number) { watchers_.erase(number); }

void SessionWatchers::Tell(const std::string& owner, const v1::SessionEvent& event) {
  for (auto it = watchers_.begin(); it != watchers_.end();) {
    const bool open = it->second.owner != owner || it->second.writer->Write(event);
    it = open ? std::next(it) : watchers_.erase(it);
  }
}

}  // namespace sluice::webrtc_media
