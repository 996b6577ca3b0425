// Tells gateways what becomes of the sessions they own.
#pragma once

#include <functional>
#include <map>
#include <memory>
#include <string>
#include <vector>

#include "sluice/v1/webrtc.pb.h"

namespace sluice::webrtc_media {

// One gateway's stream of events.
class SessionWriter {
 public:
  virtual ~SessionWriter() = default;
  // False: it has ended, this one included.
  virtual bool Write(const v1::SessionEvent& event) = 0;
};

// Home loop only.
class SessionWatchers {
 public:
  // Writes `present` and the mark behind it, then everything told about sessions of `owner`.
  // Returns its number, for Forget(); 0 if it has ended meanwhile, and the writer is gone.
  uint64_t Add(const std::string& owner, std::unique_ptr<SessionWriter> writer,
               const std::vector<v1::SessionEvent>& present);
  // The stream has ended by itself.
  void Forget(uint64_t number);
  void Tell(const std::string& owner, const v1::SessionEvent& event);
  size_t size() const { return watchers_.size(); }

 private:
  struct Watcher {
    std::string owner;
    std::unique_ptr<SessionWriter> writer;
  };
  uint64_t next_number_ = 1;
  std::map<uint64_t, Watcher> watchers_;  // bounded by the gRPC server's connections
};

}  // namespace sluice::webrtc_media
