// One track on its way to one player: position in the stream, SSRC, sequence numbers, repetitions.
#pragma once

#include <array>
#include <optional>

#include "libs/base/random.h"
#include "libs/rtp/header_writer.h"
#include "libs/rtp/rtcp/report.h"
#include "libs/srtp/packet_index.h"
#include "services/webrtc-media/frame_timestamps.h"
#include "services/webrtc-media/layer_thinner.h"
#include "services/webrtc-media/media_outlet.h"
#include "services/webrtc-media/pacer.h"
#include "services/webrtc-media/player_settings.h"
#include "services/webrtc-media/retransmission_log.h"
#include "services/webrtc-media/worker_stream.h"

namespace sluice::webrtc_media {

// SSRC and sequence numbers go on for the player's life, whatever stream the track is taken from
// and whatever is skipped or sent again: to the player it is one stream without gaps. One thread.
class PlayerTrack {
 public:
  enum class Progress {
    kAllSent,
    kPaced,    // more is due; come back after Pacer::kInterval
    kBlocked,  // the socket is full
  };
  // Cached groups are sent again to one player at most so often.
  static constexpr Duration kReplayInterval = 2s;
  // Sound that a joiner gets at once: the newest only. What is older would lie in its jitter buffer
  // for seconds and delay all that follows.
  static constexpr Duration kJoinAudio = 1ms;
  // A source whose last packet is older is not gone back to when a player changes over to it.
  static constexpr Duration kOldPicture = 1s;

  PlayerTrack(const PlayerTrackSettings& settings, PlayerCounters& counters, RandomSource& random);

  // Takes from `track` from now on: from its join position, as soon as there is one. nullptr:
  // nothing. The same track as before goes on where it was.
  void Bind(StreamTrackPtr track, Instant now);
  // Takes from `layer` as soon as it has a key frame that has not been overtaken: ask for one.
  // Until then the present layer goes on. nullptr, or the present layer: stays.
  void ChangeLayer(StreamTrackPtr layer, Instant now);
  // The layer that it waits for; nullptr: none.
  const StreamTrackPtr& next_layer() const { return next_layer_; }
  LayerThinner& thinner() { return thinner_; }
  // Sends what is due, oldest first. Packet path.
  Progress Send(MediaOutlet& outlet);
  // Sends lost packets again, as RTX (RFC 4588), within the bounds. Unknown ones are counted.
  // copies: at once, so that fewer are lost again.
  void Resend(uint16_t sequence_number, MediaOutlet& outlet, int copies = 1);
  // The player is to hold pictures back so long that lost packets can come again; 0: not at all.
  void SetPatience(Duration patience);
  // Sends one packet of nothing but padding, as RTX: for probes. False: no RTX, or a full socket.
  bool SendPadding(MediaOutlet& outlet);
  // The player cannot decode. Sends the cached group again if that helps. False if not: only the
  // stream's next key frame will.
  bool Replay(MediaOutlet& outlet);
  // Leaves out what waits for the pacer, up to the last key frame there is, or the next one.
  void SkipToKeyFrame(MediaOutlet& outlet);
  // Packets have not reached the player (the socket was full): go on with a key frame.
  void WaitForKeyFrame(MediaOutlet& outlet);

  // The sender report of now (RFC 3550 §6.4.1); nullopt until the stream has a clock.
  std::optional<rtp::rtcp::SenderReport> MakeSenderReport(Instant now);
  // bytes of video that wait for the pacer, in time at its rate.
  Duration Backlog() const;
  // A block of the player's about our SSRC: tells the round-trip time.
  void OnReportBlock(const rtp::rtcp::ReportBlock& block, Instant now);

  // Nothing is sent before the source's next key frame.
  bool waits_for_key_frame() const {
    return source_ != nullptr && !position_ && key_frame_from_ != 0;
  }

  const PlayerCounters& counters() const { return counters_; }
  const PlayerTrackSettings& settings() const { return settings_; }
  const StreamTrackPtr& source() const { return source_; }
  bool is_video() const { return settings_.kind == media::MediaKind::kVideo; }
  bool can_resend() const { return settings_.rtx_ssrc != 0 && format_.rtx_payload_type != 0; }
  uint32_t packets_sent() const { return packet_count_; }
  Duration round_trip_time() const { return round_trip_time_; }

 private:
  // NACKs may claim this share of the video's bytes, and this much at once.
  static constexpr int64_t kResendShare = 5;  // a fifth
  static constexpr int64_t kResendBurst = 64 << 10;
  static constexpr Duration kMinResendPause = 10ms;

  void RestartPlayoutDelay();
  bool FindPosition(MediaOutlet& outlet);
  void SkipOvertakenGroup();
  bool TryChangeLayer();
  // What one Send() has sent.
  struct Tally {
    uint32_t packets = 0;
    size_t bytes = 0;          // as sent
    size_t payload_bytes = 0;  // of the stream's packets
  };
  Progress SendDue(MediaOutlet& outlet, Tally& tally);
  bool SendPacket(const rtp::Packet& packet, MediaOutlet& outlet, Tally& tally);
  bool SendRedundant(const rtp::Packet& packet, MediaOutlet& outlet, Tally& tally);
  // Header extensions of the next packet.
  struct Extensions;
  void Note(const Tally& tally, MediaOutlet& outlet);
  bool SendRtx(uint16_t original, const rtp::Packet& packet, MediaOutlet& outlet);
  void WriteRtx(rtp::Header header, Extensions& extensions, std::span<uint8_t> place,
                MediaOutlet& outlet);

  PlayerTrackSettings settings_;
  PlayerCounters& counters_;
  srtp::PacketIndexCounter index_;
  srtp::PacketIndexCounter rtx_index_;
  StreamTrackPtr source_;
  PlayerFormat format_;
  // Next packet to send; nullopt: waits for a join position, or for a key frame not before
  // key_frame_from_.
  std::optional<uint64_t> position_;
  uint64_t key_frame_from_ = 0;
  int playout_delay_left_ = 0;  // packets that still carry it
  uint8_t patience_ = 0;        // least playout delay but for a join's first pictures, 10 ms
  uint64_t stalls_seen_ = 0;
  Instant last_replay_{};
  Pacer pacer_;
  StreamTrackPtr next_layer_;
  uint64_t next_layer_from_ = 0;  // its key frames before this position are too old
  LayerThinner thinner_;
  FrameTimestamps timestamps_;
  bool in_picture_ = false;  // the last packet did not end one
  RetransmissionLog log_;
  int64_t resend_budget_ = kResendBurst;  // bytes

  uint32_t packet_count_ = 0;  // RFC 3550 §6.4.1
  uint32_t octet_count_ = 0;
  struct SentReport {
    uint32_t ntp_middle = 0;
    Instant sent{};
  };
  std::array<SentReport, 4> sent_reports_{};
  size_t next_report_ = 0;
  Duration round_trip_time_{0};  // 0 = not known
};

}  // namespace sluice::webrtc_media
