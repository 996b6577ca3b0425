// A WebRTC player without I/O: ICE checks, DTLS by OpenSSL, SRTP by libsrtp2.
#pragma once

#include <map>
#include <memory>
#include <vector>

#include "libs/rtp/packet.h"
#include "libs/rtp/rtcp/message.h"
#include "libs/stun/transport_address.h"
#include "services/webrtc-media/player_settings.h"
#include "tests/unit/dtls/openssl_client.h"
#include "tests/unit/srtp/srtp_oracle.h"

namespace sluice::webrtc_media {

inline constexpr uint32_t kVideoSsrc = 0x1111;
inline constexpr uint32_t kVideoRtxSsrc = 0x2222;
inline constexpr uint32_t kAudioSsrc = 0x3333;

class TestPlayer {
 public:
  explicit TestPlayer(std::string name) : name_(std::move(name)) {}

  // What the answer would have settled: H.264 with RTX and playout-delay, and Opus.
  PlayerSettings Settings(Instant created) const;
  // A check; nominating.
  Bytes Check(std::string_view password = "password-of-the-server") const;
  bool AcceptsAnswer(ByteView datagram) const;

  // Starts DTLS. Takes anything else that comes, and returns what is to be sent back.
  std::vector<Bytes> StartDtls() { return dtls_.Handshake(); }
  std::vector<Bytes> OnDatagram(const Bytes& datagram);
  Bytes ProtectRtcp(const Bytes& compound);
  Bytes ProtectRtp(const Bytes& packet);
  std::vector<Bytes> CloseDtls() { return dtls_.Close(); }

  dtls::Fingerprint fingerprint() const { return dtls_.fingerprint(); }
  bool connected() const { return dtls_.connected(); }
  bool closed_by_server() const { return dtls_.closed_by_peer(); }

  struct Received {
    Bytes bytes;
    rtp::RtpView view;
  };
  std::vector<std::unique_ptr<Received>> packets;  // RTP that proved authentic, in order
  std::vector<rtp::rtcp::SenderReport> reports;
  std::vector<Bytes> compounds;  // RTCP that proved authentic, in order
  std::vector<bool> order;       // true = RTCP, in the order of arrival
  int refused = 0;               // SRTP or SRTCP that did not prove authentic

 private:
  void OnConnected();

  std::string name_;
  dtls::OpensslClient dtls_;
  std::unique_ptr<srtp::SrtpOracle> inbound_;
  std::unique_ptr<srtp::SrtpOracle> outbound_;
};

}  // namespace sluice::webrtc_media
