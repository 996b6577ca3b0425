// Publishes one clip by WHIP again and again, in real time, as a browser does for the server: one
// datagram per packet, sender reports, RTX for NACKs, a key frame for PLI.
#pragma once

#include <array>
#include <memory>
#include <string>

#include "libs/loop/timer.h"
#include "libs/srtp/engine.h"
#include "libs/srtp/packet_index.h"
#include "tools/sluice-load/delay_meter.h"
#include "tools/sluice-load/rtp_clip.h"
#include "tools/sluice-load/webrtc_peer.h"

namespace sluice::load {

class WhipPublisher final : private WebRtcPeer::Delegate {
 public:
  struct Settings {
    WebRtcPeer::Settings peer;
    bool audio = true;
    SentPictures* sent = nullptr;  // where pictures are noted; nullptr: nowhere
  };
  // All outlive the publisher. Loop thread only.
  WhipPublisher(loop::EventLoop& loop, RandomSource& random, const DtlsContext& dtls,
                srtp::ProtectorEngine& engine, const RtpClip& clip, const Settings& settings);

  void Start();
  // DELETEs the session, blocking.
  void Stop();
  bool publishing() const { return protector_ != nullptr && !peer_.ended_by_server(); }
  const std::string& failure() const { return peer_.failure(); }
  uint64_t packets() const { return packets_; }  // RTP, repairs included
  uint64_t repairs() const { return repairs_; }
  uint64_t key_frame_requests() const { return key_frame_requests_; }

 private:
  static constexpr size_t kKept = 512;  // packets that can be sent again

  struct Track {
    explicit Track(RandomSource& random) : ssrc(random.NextU32()), index(random.NextU32()) {}
    uint32_t ssrc;
    srtp::PacketIndexCounter index;
    uint32_t packets = 0;  // RFC 3550 §6.4.1
    uint32_t octets = 0;
  };
  struct Outgoing {
    uint8_t payload_type = 0;
    bool marker = false;
    uint32_t timestamp = 0;
    bool audio = false;
  };
  struct Kept {
    ByteView payload;  // in the clip
    uint32_t timestamp = 0;
    uint16_t sequence_number = 0;
    bool marker = false;
  };

  void OnConnected() override;
  void OnRtp(std::span<uint8_t>, Instant) override {}
  void OnRtcp(ByteView compound) override;
  void OnRead() override {}
  void OnTick();
  void SendPicture(const RtpClip::Picture& picture, uint32_t timestamp);
  void SendAudio(Instant now);
  void SendReports(Instant now);
  void Resend(uint16_t sequence_number);
  void SkipToKeyFrame();
  void SendPacket(Track& track, const Outgoing& outgoing, ByteView payload);
  uint32_t VideoTime(Instant now) const;

  loop::EventLoop& loop_;
  srtp::ProtectorEngine& engine_;
  const RtpClip& clip_;
  Settings settings_;
  WebRtcPeer peer_;
  loop::Timer tick_;
  std::unique_ptr<srtp::PacketProtector> protector_;
  Track video_;
  Track rtx_;
  Track audio_;
  std::array<Kept, kKept> kept_{};  // by sequence number modulo kKept
  uint16_t transport_sequence_ = 0;
  Instant began_{};         // of the RTP clocks
  Instant next_picture_{};  // when it is due
  size_t picture_ = 0;      // in the clip
  Instant next_audio_{};
  Instant next_report_{};
  bool key_frame_wanted_ = false;
  uint64_t packets_ = 0;
  uint64_t repairs_ = 0;
  uint64_t key_frame_requests_ = 0;
};

}  // namespace sluice::load
