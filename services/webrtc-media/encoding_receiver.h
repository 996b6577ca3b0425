// One encoding of a publisher: its packets from the wire to the stream, and the feedback about it.
#pragma once

#include "libs/fanout/rate_meter.h"
#include "services/webrtc-media/media_inlet.h"
#include "services/webrtc-media/receive_statistics.h"
#include "services/webrtc-media/reorder_buffer.h"

namespace sluice::webrtc_media {

// Takes RTX (RFC 4588) and RED (RFC 2198) off, asks for what is missing, puts in order. One thread.
class EncodingReceiver {
 public:
  // Missing video is waited for so many round trips, within these bounds: a key frame instead costs
  // a round trip and the encoder's best part of a second. Sound is waited for until RED can have
  // repaired it, which takes one or two packets; without RED for one that was overtaken.
  static constexpr int kVideoRoundTrips = 8;
  static constexpr Duration kFirstRoundTrip = 100ms;  // until an answer has told
  static constexpr Duration kMinVideoPatience = 250ms;
  static constexpr Duration kMaxVideoPatience = 1s;
  static constexpr Duration kAudioPatience = 60ms;
  static constexpr int64_t kAudioNewer = 2;
  static constexpr int64_t kRedAudioNewer = 3;

  // All outlive it.
  EncodingReceiver(const PublisherTrackSettings& track, uint16_t number, EncodingCounters& counters,
                   PublishedTurn& turn);
  EncodingReceiver(const EncodingReceiver&) = delete;
  EncodingReceiver& operator=(const EncodingReceiver&) = delete;

  // Packets of its media SSRC and of its RTX SSRC. Packet path.
  void OnMedia(ReceivedPacket packet, Instant now);
  void OnRtx(ReceivedPacket packet, Instant now);
  // Another SSRC has taken this encoding over.
  void OnSource(uint32_t ssrc);
  // The source has said goodbye, and may come again.
  void OnGoodbye();
  void OnSenderReport(const rtp::rtcp::SenderReport& report, Instant now);

  // Gives up what has been waited for long enough. Each kFeedbackInterval.
  void OnTime(Instant now);
  // Appends the NACK and PLI that are due. sender_ssrc: ours.
  void AppendFeedback(uint32_t sender_ssrc, Instant now, Bytes& out);
  // For the receiver report, and counters that are kept per second.
  std::optional<rtp::rtcp::ReportBlock> TakeBlock(Instant now);
  // From a NACK to its answer; 0 = not known.
  Duration answer_time() const { return reorder_.answer_time(); }
  void RequestKeyFrame() {
    if (inlet_.is_video()) inlet_.key_frame().Want();
  }
  MediaInlet& inlet() { return inlet_; }
  uint32_t ssrc() const { return ssrc_; }  // 0 = not known yet
  // Something has come since the last goodbye.
  bool active() const { return active_; }

 private:
  Duration RoundTrip() const;
  void OnRed(const ReceivedPacket& packet, Instant now);
  void Order(const ReceivedPacket& packet, Instant now);
  void SyncCounters();

  const PublisherTrackSettings& track_;
  uint16_t number_;
  EncodingCounters& counters_;
  PublishedTurn& turn_;
  MediaInlet inlet_;
  ReorderBuffer reorder_;
  ReceiveStatistics statistics_;
  fanout::RateMeter rate_;
  uint32_t ssrc_ = 0;
  bool active_ = false;
};

}  // namespace sluice::webrtc_media
