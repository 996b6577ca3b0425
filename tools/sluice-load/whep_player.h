// One WHEP player: it counts what comes and answers as a browser does. Packets are decrypted until
// the first key frame is there, and after that only by players that are told to.
#pragma once

#include <map>
#include <memory>
#include <optional>
#include <string>
#include <vector>

#include "tools/sluice-load/delay_meter.h"
#include "tools/sluice-load/key_frame_watch.h"
#include "tools/sluice-load/misbehaviour.h"
#include "tools/sluice-load/player_result.h"
#include "tools/sluice-load/receiver_feedback.h"
#include "tools/sluice-load/srtp_receiver.h"
#include "tools/sluice-load/track_meter.h"
#include "tools/sluice-load/webrtc_peer.h"

namespace sluice::load {

class WhepPlayer final : private WebRtcPeer::Delegate {
 public:
  struct Settings {
    WebRtcPeer::Settings peer;
    bool audio = true;
    bool feedback = true;  // reports, NACK, transport-wide feedback
    Misbehaviour misbehaviour = Misbehaviour::kNone;
    bool decrypt = false;  // all the time
    // Not nullptr: delays are measured against these and appended there. Both outlive the player.
    const SentPictures* sent = nullptr;
    std::vector<Duration>* delays = nullptr;
  };

  // random and dtls outlive the player. Loop thread only.
  WhepPlayer(loop::EventLoop& loop, RandomSource& random, const DtlsContext& dtls,
             const Settings& settings);

  void Start();
  // DELETEs the session, blocking.
  void Stop() { peer_.Stop(); }
  // The same without waiting. Nothing is received any more.
  void Leave() { peer_.Leave(); }
  Instant posted() const { return peer_.posted(); }
  bool has_media() const { return result_.packets > 0; }
  PlayerResult result() const;

 private:
  struct Track {
    TrackMeter meter;
    bool video = false;
  };

  void OnConnected() override;
  void OnRtp(std::span<uint8_t> packet, Instant received) override;
  void OnRtcp(ByteView compound) override;
  void OnRead() override;
  void Misbehave();
  void OnRepair(std::span<uint8_t> packet);
  void CheckContents(std::span<uint8_t> packet, bool h264);
  void NoteArrival(const rtp::RtpView& packet, const AnswerFacts::PayloadType& type);
  void NoteDelay(const rtp::RtpView& packet, Instant received);
  Track* FindTrack(const rtp::RtpView& packet, bool h264);

  loop::EventLoop& loop_;
  Settings settings_;
  WebRtcPeer peer_;
  ReceiverFeedback feedback_;
  BadFeedback bad_feedback_;
  std::optional<DelayMeter> delay_;
  std::unique_ptr<SrtpReceiver> srtp_;  // from the keys on
  bool decrypts_ = true;                // every packet, not only repairs
  KeyFrameWatch key_frame_;
  std::map<uint32_t, Track> tracks_;  // by SSRC, repairs left out; at most kMaxTracks
  PlayerResult result_;
};

}  // namespace sluice::load
