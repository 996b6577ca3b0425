// What a player's and a publisher's session have in common: ICE, DTLS, SRTP keys, where it sends.
#pragma once

#include <memory>
#include <optional>
#include <string>

#include "libs/base/random.h"
#include "libs/dtls/server_connection.h"
#include "libs/srtp/srtcp.h"
#include "libs/srtp/srtp_unprotector.h"
#include "libs/stun/ice_lite_responder.h"
#include "services/webrtc-media/media_outlet.h"
#include "services/webrtc-media/transport_settings.h"

namespace sluice::webrtc_media {

// No socket, no clock: datagrams come in by calls and go out by a PeerPath. One thread. It never
// deletes itself: ended() tells.
class PeerTransport {
 public:
  // What all sessions of a worker share; outlives them.
  struct Environment {
    std::shared_ptr<const dtls::ServerContext> dtls;
    srtp::ProtectorEngine& engine;
    WorkerCounters& counters;
    RandomSource& random;
    Duration ice_timeout = 30s;
  };
  // Who sends media: a transport has SRTP keys for one direction, and SRTCP keys for both.
  enum class Media : uint8_t { kOurs, kPeers };

  PeerTransport(Environment& environment, TransportSettings settings, Media media, Instant now);
  PeerTransport(const PeerTransport&) = delete;
  PeerTransport& operator=(const PeerTransport&) = delete;

  // A STUN datagram with our ufrag. The answer in the result goes back where it came from.
  stun::IceLiteResponder::Result OnCheck(ByteView datagram, const stun::Tuple& tuple, Instant now);
  // Where media, DTLS and RTCP go from now on: after a check that made `tuple` the selected one.
  // batch: of the socket that the check came to; outlives the transport.
  void UsePath(const stun::Tuple& tuple, const net::SocketAddress& to,
               const net::SocketAddress& from, net::SendBatch& batch);
  // The same by TCP. The connection must be taken away by LoseTuple() before it goes.
  void UsePath(const stun::Tuple& tuple, net::FramePath& connection, net::FrameBatch& batch);
  bool has_path() const { return path_.valid(); }
  // Another session has proved that it is at this tuple, or the connection is over: nothing is sent
  // there any more. Without another path the transport waits for the next check.
  void LoseTuple(const stun::Tuple& tuple);
  // RFC 8445 §9; see IceLiteResponder. DTLS and SRTP go on.
  void RestartIce(stun::IceLiteResponder::Credentials credentials) {
    peer_->ice.Restart(std::move(credentials));
  }
  const stun::IceLiteResponder& ice() const { return peer_->ice; }
  std::span<const stun::Tuple> tuples() const { return peer_->ice.tuples(); }

  // Takes a DTLS datagram. True once: when the handshake is done and media may begin.
  bool OnDtls(ByteView datagram, Instant now);
  // Handshake timer and ICE timeout. Call it about each 100 ms. Returns as OnDtls().
  bool OnTick(Instant now);

  // Media can be sent or taken: there are keys and a path, and it has not ended.
  bool ready() const { return has_keys_ && path_.valid() && !ended_; }
  // Media::kOurs and ready(). Packet path.
  MediaOutlet Outlet(Instant now) {
    return {.path = path_,
            .engine = environment_.engine,
            .protector = *protector_,
            .counters = environment_.counters,
            .now = now};
  }
  // Media::kPeers and ready(). Opens an RTP packet in place; nullopt: refused, and counted. Packet
  // path.
  std::optional<std::span<uint8_t>> OpenRtp(std::span<uint8_t> datagram);
  // ready(). Opens a compound packet in place; nullopt: refused, and counted.
  std::optional<ByteView> OpenRtcp(std::span<uint8_t> datagram);
  // ready(). Protects a compound packet, at least 8 bytes, and sends it. Lost if the socket is
  // full.
  void SendRtcp(Bytes compound, Instant now);

  // Says goodbye and ends. Idempotent: the first reason stands.
  void End(EndReason reason, std::string detail, Instant now);
  bool ended() const { return ended_; }
  EndReason end_reason() const { return peer_->end_reason; }
  const std::string& end_detail() const { return peer_->end_detail; }

  const TransportSettings& settings() const { return peer_->settings; }
  Environment& environment() { return environment_; }
  // Datagrams of video that the socket did not take in time, ever.
  uint64_t skipped_video() const { return path_.skipped_video(); }
  // The largest block that sending a packet reads; nullptr before ready(). For Prefetch().
  const void* keys() const { return protector_.get(); }

 private:
  // What sending media does not need.
  struct Peer {
    Peer(TransportSettings settings, Duration ice_timeout, Instant now);

    TransportSettings settings;
    stun::IceLiteResponder ice;
    stun::Tuple path_tuple;  // of path_
    std::unique_ptr<dtls::ServerConnection> dtls;
    std::unique_ptr<srtp::SrtcpProtector> rtcp_protector;
    std::unique_ptr<srtp::SrtcpUnprotector> rtcp_unprotector;
    EndReason end_reason = EndReason::kClosed;
    std::string end_detail;
  };

  bool AfterDtls(Instant now);
  bool MakeKeys(Instant now);
  absl::Status MakeCiphers();
  void SendDtls(Instant now);
  void SendDatagram(ByteView datagram, Instant now);

  // What sending media needs stands together: see PlayerSession::Prefetch().
  Environment& environment_;
  std::unique_ptr<srtp::PacketProtector> protector_;
  std::unique_ptr<srtp::SrtpUnprotector> unprotector_;
  std::unique_ptr<Peer> peer_;
  Media media_;
  bool has_keys_ = false;
  bool ended_ = false;
  PeerPath path_;
};

}  // namespace sluice::webrtc_media
