// All sessions of a worker: finds whose a datagram is, and who has ended.
#pragma once

#include <functional>
#include <memory>
#include <string>
#include <utility>
#include <vector>

#include "absl/container/flat_hash_map.h"
#include "services/webrtc-media/check_origin.h"
#include "services/webrtc-media/peer_session.h"
#include "services/webrtc-media/tcp_port.h"
#include "services/webrtc-media/udp_port.h"

namespace sluice::webrtc_media {

// The worker's thread only.
class WorkerSessions {
 public:
  explicit WorkerSessions(WorkerCounters& counters) : counters_(counters) {}

  // Its id and ufrag are not in use (Worker sees to it, and to their number).
  void Add(std::unique_ptr<PeerSession> session);
  // nullptr if there is none.
  PeerSession* Find(const std::string& id) const;
  bool empty() const { return by_id_.empty(); }
  template <typename Each>
  void ForEach(Each&& each) {
    for (auto& [id, session] : by_id_) each(*session);
  }

  // Hands one datagram to its session (RFC 7983); strangers' are counted and dropped. STUN of a
  // known user is answered. Packet path.
  void OnDatagram(UdpPort& port, const net::UdpDatagram& datagram, Instant now);
  // The same for a frame of a TCP connection.
  void OnFrame(TcpPort& port, TcpConnection& connection, std::span<uint8_t> frame, Instant now);
  // The connection is about to go. Its session waits for its next check, by another if need be.
  void OnConnectionClosed(const TcpConnection& connection);
  // TCP tuples that no session has any more since the last call.
  std::vector<stun::Tuple> TakeReleased() { return std::exchange(released_, {}); }

  // Checks with these are valid for the session from now on, see PeerTransport. Ignored if it is
  // gone. The ufrag is not in use (Worker sees to it).
  void RestartIce(const std::string& id, stun::IceLiteResponder::Credentials credentials);

  // To be called after every call to a session: notes if it has ended, or has more to send.
  void Settle(PeerSession& session) {
    if (session.ended()) {
      if (!std::exchange(session.listed.ended, true)) ended_.push_back(&session);
    } else if (session.behind() && !std::exchange(session.listed.behind, true)) {
      behind_.push_back(&session);
    }
  }

  void OnTick(Instant now);
  // Lets those who are behind go on.
  void OnPace(Instant now);
  bool any_behind() const { return !behind_.empty(); }

  // Those who have ended since the last call. They are found by nothing any more; delete them by
  // Remove().
  std::vector<PeerSession*> TakeEnded();
  void Remove(PeerSession& session);

 private:
  struct TupleHash {
    size_t operator()(const stun::Tuple& tuple) const;
  };

  void OnMedia(const stun::Tuple& tuple, std::span<uint8_t> datagram, Instant now);
  void OnStun(CheckOrigin& origin, ByteView datagram, Instant now);
  void GiveTuple(const stun::Tuple& tuple, PeerSession& session);
  void ForgetTuple(const stun::Tuple& tuple);

  WorkerCounters& counters_;
  // Bounded by Worker's max_sessions.
  absl::flat_hash_map<std::string, std::unique_ptr<PeerSession>> by_id_;
  absl::flat_hash_map<std::string, PeerSession*> by_ufrag_;
  absl::flat_hash_map<stun::Tuple, PeerSession*, TupleHash> by_tuple_;  // at most 8 a session
  std::vector<PeerSession*> behind_;
  std::vector<PeerSession*> ended_;
  std::vector<stun::Tuple> released_;
};

}  // namespace sluice::webrtc_media
