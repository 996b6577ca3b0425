// One WebRTC publisher on its worker: what comes in, and the RTCP about it.
#pragma once

#include <memory>
#include <string>

#include "services/webrtc-media/peer_session.h"
#include "services/webrtc-media/published_queue.h"
#include "services/webrtc-media/publisher_settings.h"

namespace sluice::webrtc_media {

// NOT THERE YET: it connects, but its media is only counted (no OnReceived), until the receiver of
// encodings lands. One thread.
class PublisherSession final : public PeerSession {
 public:
  static constexpr Duration kFeedbackInterval = 20ms;

  class Listener {
   public:
    virtual ~Listener() = default;
    // The first authentic media packet has come.
    virtual void OnStarted(const PublisherSession& session) = 0;
    // Nothing authentic has come for PublisherSettings::silence, or something has come again.
    virtual void OnSilent(const PublisherSession& session, bool silent) = 0;
    // pending() is not empty any more.
    virtual void OnReceived(PublisherSession& session) = 0;
  };

  // environment and listener outlive it.
  PublisherSession(PeerTransport::Environment& environment, Listener& listener,
                   PublisherSettings settings, PublisherNumber number, Instant now);

  void OnRtp(std::span<uint8_t> datagram, Instant now) override;
  // What is due of NACKs and other feedback. Each kFeedbackInterval.
  void OnFeedback(Instant now);
  // A key frame of this encoding is wanted: a PLI goes out, at most each 500 ms, until it comes.
  void RequestKeyFrame(uint16_t encoding, Instant now);
  void SetWanted(uint32_t encodings, uint64_t bitrate_bps, Instant now);

  PublisherNumber number() const { return number_; }
  // What has come in this turn, and is to be taken; then OnTaken().
  PublishedItems& pending() { return pending_; }
  size_t pending_bytes() const { return pending_bytes_; }
  // It could not be taken.
  void DropPending(Instant now);
  void OnTaken() { pending_bytes_ = 0; }

 private:
  void OnConnected(Instant now) override;
  void OnReadyTick(Instant now) override;
  void OnRtcpPacket(const rtp::rtcp::PacketView& packet, Instant now) override;

  Listener& listener_;
  PublisherSettings settings_;
  PublisherNumber number_;
  PublishedItems pending_;
  size_t pending_bytes_ = 0;
  bool started_ = false;
  bool silent_ = false;
  Instant last_media_{};
};

}  // namespace sluice::webrtc_media
