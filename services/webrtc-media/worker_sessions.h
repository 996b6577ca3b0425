// All sessions of a worker: finds whose a datagram is, and who has ended.
#pragma once

#include <functional>
#include <memory>
#include <string>
#include <vector>

#include "absl/container/flat_hash_map.h"
#include "services/webrtc-media/peer_session.h"
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

  void OnStun(UdpPort& port, const net::UdpDatagram& datagram, const stun::Tuple& tuple,
              Instant now);
  void GiveTuple(const stun::Tuple& tuple, const net::UdpDatagram& datagram, PeerSession& session);

  WorkerCounters& counters_;
  // Bounded by Worker's max_sessions.
  absl::flat_hash_map<std::string, std::unique_ptr<PeerSession>> by_id_;
  absl::flat_hash_map<std::string, PeerSession*> by_ufrag_;
  absl::flat_hash_map<stun::Tuple, PeerSession*, TupleHash> by_tuple_;  // at most 8 a session
  std::vector<PeerSession*> behind_;
  std::vector<PeerSession*> ended_;
};

}  // namespace sluice::webrtc_media
