// A stream as it stands in the daemon that receives it from its publisher.
#pragma once

#include <functional>
#include <map>
#include <string>
#include <vector>

#include "absl/status/statusor.h"
#include "absl/time/clock.h"
#include "absl/time/time.h"
#include "libs/base/random.h"
#include "libs/fanout/fan.h"
#include "libs/fanout/rate_meter.h"
#include "libs/fanout/wanted_layers.h"

namespace sluice::fanout {

// Counters of one track, for status and metrics.
struct TrackCounters {
  uint64_t packets = 0;
  uint64_t bytes = 0;               // payload
  uint64_t bitrate_bps = 0;         // over the last second
  double frame_rate = 0;            // access units per second over the last second
  double key_frame_interval_s = 0;  // between the last two key frames
  uint64_t lost_packets = 0;        // on the way from the publisher, by SetLost()
};

// Owns the tracks' identities in the fan-out (ids, SSRCs, payload types, sequence numbers) and the
// stream's clock; a publisher's protocol front fills it, sinks and fan-out sockets drain it. Home
// loop only.
class Publication {
 public:
  struct Settings {
    media::StreamKey key;
    GopCache::Limits limits;
    std::string media_session_id;      // UUID
    std::string publisher_protocol;    // "rtmp"
    std::string publisher_address;     // host:port
    std::string publisher_agent;       // what it calls itself, at most 128 bytes
    std::string publisher_parameters;  // of its URL, secrets taken out
  };

  Publication(loop::EventLoop& loop, RandomSource& random, Settings settings);
  // Ends it (kFailed) if it has not been ended.
  ~Publication();

  // Adds a track; its id, ssrc and payload_type are chosen here. Tracks stand in the description in
  // the order in which they came, layers of one mid by size. The new description goes out with
  // this call. Returns the id. At most 64 tracks in a publication's life.
  absl::StatusOr<uint32_t> AddTrack(media::Track track);
  // Changes codec_config, size, frame rate or channels of track `track.id`; ssrc and payload_type
  // stay, except that a changed AAC configuration gets a new payload type. Says nothing if nothing
  // changed.
  void UpdateTrack(const media::Track& track);
  void RemoveTrack(uint32_t track_id);
  // Tells that the stream is there, if no track has: who subscribes then waits for tracks, not for
  // an answer.
  void Announce();
  // The announced tracks have been seen, or the time to wait for them is over. Idempotent.
  void SetReady();

  // Sets a track's clock: before its first packet, and again when its timestamps jump. Goes out at
  // once, then every second, moved along to the present.
  void SetClock(uint32_t track_id, NtpTime ntp, uint32_t rtp_timestamp);

  // Adds a packet. The caller sets track_id, marker, rtp_timestamp, role, arrival and payload (at
  // most rtp::kMaxFanoutPayload bytes); ssrc, payload_type and sequence_number are filled in here.
  void Push(rtp::Packet packet);
  void Flush() { fan_.Flush(); }
  // Tells the players something, in order with the media. Beyond StreamEvent's bounds:
  // InvalidArgument.
  absl::Status Tell(StreamEvent event);
  // The last item. Sinks are detached. Idempotent: the first cause stands.
  void End(StreamEnd end);

  // Another client goes on with the stream; tracks, clocks and players stay. The cache begins anew.
  void TakeOver(std::string address, std::string agent, std::string parameters);

  void Attach(Sink& sink);
  void Detach(Sink& sink);
  void Replay(Sink& sink) { fan_.Replay(sink); }

  // What the attached `sink` wants of the layers from now on; everything, if it says nothing. It
  // still gets all of them: not to pass on what is unwanted is its own affair.
  void SetWanted(const Sink& sink, WantedLayers wanted);
  // What all sinks together want.
  const WantedLayers& wanted() const { return all_wanted_; }
  // How the source is told, whenever it changes, what all sinks together want.
  void OnWantedLayers(std::function<void(const WantedLayers&)> tell) {
    tell_wanted_ = std::move(tell);
  }

  // Asks the source for a key frame; at most one request per track and 500 ms reaches it, a later
  // one is deferred, not lost. Returns false if the source cannot make one: the asker replays the
  // cached group.
  bool RequestKeyFrame(uint32_t track_id);
  // How the source is asked, until the end. Unset (RTMP): it cannot be.
  void OnKeyFrameRequest(std::function<void(uint32_t track_id)> ask) { ask_ = std::move(ask); }

  const Settings& settings() const { return settings_; }
  const media::StreamKey& key() const { return settings_.key; }
  const DescriptionPtr& description() const { return description_; }
  const Fan& fan() const { return fan_; }
  absl::Time created() const { return created_; }
  void SetLost(uint32_t track_id, uint64_t packets);
  // Zeroes for an unknown id.
  TrackCounters Counters(uint32_t track_id) const;
  // What was done to the stream and why, for people; shown by status.
  const std::string& remark() const { return remark_; }
  void set_remark(std::string remark) { remark_ = std::move(remark); }

 private:
  struct TrackState {
    media::Track track;
    uint16_t next_sequence_number = 0;
    bool has_clock = false;
    rtp::ClockReport clock;
    RateMeter bytes_rate;
    RateMeter frame_rate;
    TrackCounters counters;
    Instant last_key_frame{};
    Instant last_key_frame_request{};
    bool key_frame_wanted = false;
  };

  void PublishDescription();
  void RepeatClocks();
  void TellWanted();
  void AskDeferredKeyFrames();
  void Count(TrackState& state, const rtp::Packet& packet);
  uint32_t ChooseSsrc();
  uint8_t NextPayloadType();

  loop::EventLoop& loop_;
  RandomSource& random_;
  Settings settings_;
  Fan fan_;
  loop::Timer clock_timer_;
  loop::Timer key_frame_timer_;
  std::map<uint32_t, TrackState> tracks_;  // by id
  uint32_t next_track_id_ = 1;
  uint8_t next_payload_type_ = 96;
  bool ready_ = false;
  uint64_t epoch_ = 0;
  DescriptionPtr description_;
  std::function<void(uint32_t)> ask_;
  std::map<const Sink*, WantedLayers> wanted_;  // of those attached that have said something
  WantedLayers all_wanted_;
  std::function<void(const WantedLayers&)> tell_wanted_;
  absl::Time created_;
  std::string remark_;
};

}  // namespace sluice::fanout
