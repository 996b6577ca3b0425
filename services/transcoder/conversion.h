// What is between a source's track and the packets of its rendition.
#pragma once

#include <functional>
#include <memory>
#include <vector>

#include "absl/status/status.h"
#include "libs/base/random.h"
#include "libs/fanout/gop_cache.h"
#include "libs/loop/event_loop.h"
#include "libs/rtp/packet.h"
#include "services/transcoder/config.h"
#include "services/transcoder/counters.h"
#include "services/transcoder/track_source.h"

namespace sluice::transcoder {

// What all conversions share. All of it outlives them.
struct ConversionContext {
  loop::EventLoop& loop;
  RandomSource& random;
  const Config& config;
  Counters& counters;
};

// A profile's half of a rendition: takes the items of the source's track, gives packets. Main loop
// only.
class Conversion {
 public:
  struct Delegate {
    // The packets of one frame, with timestamp, marker, role and arrival set. They may be taken.
    std::function<void(std::vector<rtp::Packet>& packets)> on_packets;
    // A clock report of the source, in the rendition's timestamps.
    std::function<void(const rtp::ClockReport& clock)> on_clock;
    // From the next packet on the track is this.
    std::function<void(const media::Track& track)> on_track;
    // The source is to make a key frame: pictures cannot be decoded without one. At most every 500
    // ms.
    std::function<void()> on_key_frame_missing;
    // It cannot go on. It must not be deleted at once.
    std::function<void(const absl::Status& status)> on_failed;
    // The source has ended, or cannot be converted any more. Once.
    std::function<void(const fanout::StreamEnd& end)> on_source_end;
  };

  virtual ~Conversion() = default;
  Conversion(const Conversion&) = delete;
  Conversion& operator=(const Conversion&) = delete;

  // Takes the source's items, of the one track that is converted.
  virtual TrackSource& source() = 0;
  // What the rendition's track is, as far as it is known before the first packet.
  virtual media::Track track() const = 0;
  // How much of the rendition is kept for those who join it.
  virtual fanout::GopCache::Limits cache_limits() const = 0;
  // Makes the pipeline; the source may give items meanwhile.
  virtual void Start() = 0;
  // Nothing is called any more. Idempotent.
  virtual void Stop() = 0;
  // A subscriber wants a key frame, at most every 500 ms. False: there are none to ask for.
  virtual bool RequestKeyFrame() { return false; }

 protected:
  Conversion() = default;
};

}  // namespace sluice::transcoder
