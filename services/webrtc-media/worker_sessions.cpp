#include "services/webrtc-media/worker_sessions.h"

#include <utility>

#include "absl/hash/hash.h"
#include "libs/base/text.h"

namespace sluice::webrtc_media {
namespace {

bool IsDtls(ByteView datagram) { return datagram[0] >= 20 && datagram[0] <= 63; }  // RFC 7983 §7
bool IsRtp(ByteView datagram) { return datagram[0] >= 128 && datagram[0] <= 191; }

}  // namespace

size_t WorkerSessions::TupleHash::operator()(const stun::Tuple& tuple) const {
  return absl::HashOf(tuple.remote.bytes, tuple.remote.port, tuple.local.bytes, tuple.local.port);
}

void WorkerSessions::Add(std::unique_ptr<PeerSession> session) {
  by_ufrag_[session->transport().settings().local_ufrag] = session.get();
  const std::string id = session->id();
  by_id_[id] = std::move(session);
}

PeerSession* WorkerSessions::Find(const std::string& id) const {
  const auto found = by_id_.find(id);
  return found == by_id_.end() ? nullptr : found->second.get();
}

void WorkerSessions::OnDatagram(UdpPort& port, const net::UdpDatagram& datagram, Instant now) {
  if (datagram.bytes.empty()) return;
  const stun::Tuple tuple{.local = stun::TransportAddress::From(datagram.to.raw()),
                          .remote = stun::TransportAddress::From(datagram.from.raw())};
  if (stun::IsStun(datagram.bytes)) return OnStun(port, datagram, tuple, now);
  const auto found = by_tuple_.find(tuple);
  if (found == by_tuple_.end()) return counters_.unknown_tuple.Add(1);
  PeerSession& session = *found->second;
  if (IsDtls(datagram.bytes)) {
    session.OnDtls(datagram.bytes, now);
  } else if (rtp::rtcp::IsRtcp(datagram.bytes)) {
    session.OnRtcp(datagram.bytes, now);
  } else if (IsRtp(datagram.bytes)) {
    session.OnRtp(datagram.bytes, now);
  } else {
    return counters_.unexpected.Add(1);
  }
  Settle(session);
}

void WorkerSessions::OnStun(UdpPort& port, const net::UdpDatagram& datagram,
                            const stun::Tuple& tuple, Instant now) {
  using Verdict = stun::IceLiteResponder::Verdict;
  const auto ufrag = stun::FindLocalUfrag(datagram.bytes);
  const auto found = ufrag ? by_ufrag_.find(ToAbsl(*ufrag)) : by_ufrag_.end();
  if (found == by_ufrag_.end()) return counters_.bad_stun.Add(1);
  PeerSession& session = *found->second;
  const auto result = session.transport().OnCheck(datagram.bytes, tuple, now);
  if (result.verdict == Verdict::kValid) {
    GiveTuple(tuple, datagram, session);
    if (result.nominated || !session.transport().has_path()) {
      session.transport().UsePath(datagram.from, datagram.to, port.batch());
    }
  } else if (result.verdict != Verdict::kIgnored) {
    counters_.bad_stun.Add(1);
  }
  if (!result.response.empty()) port.SendNow(datagram.from, datagram.to, result.response);
}

void WorkerSessions::GiveTuple(const stun::Tuple& tuple, const net::UdpDatagram& datagram,
                               PeerSession& session) {
  PeerSession*& owner = by_tuple_[tuple];
  if (owner == &session) return;
  if (owner != nullptr) owner->transport().LoseTuple(tuple, datagram.from);
  owner = &session;
}

void WorkerSessions::OnTick(Instant now) {
  for (auto& [id, session] : by_id_) {
    session->OnTick(now);
    Settle(*session);
  }
}

void WorkerSessions::OnPace(Instant now) {
  for (PeerSession* session : std::exchange(behind_, {})) {
    session->listed.behind = false;
    session->OnPace(now);
    Settle(*session);
  }
}

std::vector<PeerSession*> WorkerSessions::TakeEnded() {
  for (PeerSession* session : ended_) {
    if (session->listed.behind) std::erase(behind_, session);
    by_ufrag_.erase(session->transport().settings().local_ufrag);
    for (const stun::Tuple& tuple : session->transport().tuples()) {
      const auto found = by_tuple_.find(tuple);
      if (found != by_tuple_.end() && found->second == session) by_tuple_.erase(found);
    }
  }
  return std::exchange(ended_, {});
}

void WorkerSessions::Remove(PeerSession& session) { by_id_.erase(std::string(session.id())); }

}  // namespace sluice::webrtc_media
