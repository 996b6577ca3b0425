// One WebRTC publisher on its worker: its media on the way in, and the RTCP about it.
#pragma once

#include <memory>
#include <string>
#include <vector>

#include "libs/rtp/rtcp/message.h"
#include "services/webrtc-media/encoding_receiver.h"
#include "services/webrtc-media/peer_session.h"
#include "services/webrtc-media/published_queue.h"
#include "services/webrtc-media/source_map.h"
#include "services/webrtc-media/transport_arrivals.h"

namespace sluice::webrtc_media {

// One thread.
class PublisherSession final : public PeerSession {
 public:
  static constexpr Duration kFeedbackInterval = 10ms;

  class Listener {
   public:
    virtual ~Listener() = default;
    // The first authentic media packet has come.
    virtual void OnStarted(const PublisherSession& session) = 0;
    // Nothing authentic has come for PublisherSettings::silence, or something has come again.
    virtual void OnSilent(const PublisherSession& session, bool silent) = 0;
    // For the first time since OnTurnEnd().
    virtual void OnReceived(PublisherSession& session) = 0;
  };

  // environment and listener outlive it.
  PublisherSession(PeerTransport::Environment& environment, Listener& listener,
                   PublisherSettings settings, PublisherNumber number, Instant now);

  void OnRtp(std::span<uint8_t> datagram, Instant now) override;
  // The turn in which something came ends: gives up what has been waited for long enough. turn()
  // is complete then, and is to be taken.
  void GiveUp(Instant now);
  // After that. What is still in turn() was not taken and counts as dropped. Asks for what is
  // missing.
  void OnTurnEnd(Instant now);
  // What is due of feedback. Each kFeedbackInterval.
  void OnFeedback(Instant now);

  // A key frame of this encoding is wanted: a PLI goes out, at most each 500 ms, until it comes.
  void RequestKeyFrame(uint16_t encoding, Instant now);
  // encodings: bit n = encoding n. bitrate_bps: of all video; 0 = the settings' maximum.
  void SetWanted(uint32_t encodings, uint64_t bitrate_bps, Instant now);

  PublisherNumber number() const { return number_; }
  PublishedTurn& turn() { return turn_; }

 private:
  void OnConnected(Instant) override {}
  void OnReadyTick(Instant now) override;
  void OnRtcpPacket(const rtp::rtcp::PacketView& packet, Instant now) override;
  void OnMessage(const rtp::rtcp::SenderReport& report, Instant now);
  void OnMessage(const rtp::rtcp::Goodbye& goodbye, Instant now);
  template <typename Other>
  void OnMessage(const Other&, Instant) {}  // of no use to a receiver

  const SourceMap::Source* FindSource(const rtp::RtpView& packet,
                                      const ReceivedExtensions& extensions);
  void NoteMedia(Instant now);
  void NoteReceived();
  void SendFeedback(Instant now);
  void SendReports(Instant now);
  void AddBitrateLimit(Bytes& compound);
  uint64_t BitrateLimit() const;
  uint32_t AnySsrc() const;

  Listener& listener_;
  const PublisherSettings settings_;
  PublisherNumber number_;
  ExtensionIds ids_;
  SourceMap sources_;
  PublishedTurn turn_;
  std::vector<std::unique_ptr<EncodingReceiver>> encodings_;  // by number
  TransportArrivals arrivals_;
  uint32_t own_ssrc_;  // of our RTCP
  uint64_t wanted_bitrate_ = 0;
  Instant next_reports_{};
  Instant last_media_{};
  bool started_ = false;
  bool silent_ = false;
  bool received_ = false;  // in this turn
};

}  // namespace sluice::webrtc_media
