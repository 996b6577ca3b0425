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
  if (!stun::IsStun(datagram.bytes)) return OnMedia(tuple, datagram.bytes, now);
  UdpOrigin origin(port, datagram, tuple);
  OnStun(origin, datagram.bytes, now);
}

void WorkerSessions::OnFrame(TcpPort& port, TcpConnection& connection, std::span<uint8_t> frame,
                             Instant now) {
  if (frame.empty()) return;  // RFC 4571 allows it, and it says nothing
  if (!stun::IsStun(frame)) return OnMedia(connection.tuple(), frame, now);
  TcpOrigin origin(port, connection);
  OnStun(origin, frame, now);
}

void WorkerSessions::OnMedia(const stun::Tuple& tuple, std::span<uint8_t> datagram, Instant now) {
  const auto found = by_tuple_.find(tuple);
  if (found == by_tuple_.end()) return counters_.unknown_tuple.Add(1);
  PeerSession& session = *found->second;
  if (IsDtls(datagram)) {
    session.OnDtls(datagram, now);
  } else if (rtp::rtcp::IsRtcp(datagram)) {
    session.OnRtcp(datagram, now);
  } else if (IsRtp(datagram)) {
    session.OnRtp(datagram, now);
  } else {
    return counters_.unexpected.Add(1);
  }
  Settle(session);
}

void WorkerSessions::OnStun(CheckOrigin& origin, ByteView datagram, Instant now) {
  using Verdict = stun::IceLiteResponder::Verdict;
  const auto ufrag = stun::FindLocalUfrag(datagram);
  const auto found = ufrag ? by_ufrag_.find(ToAbsl(*ufrag)) : by_ufrag_.end();
  if (found == by_ufrag_.end()) return counters_.bad_stun.Add(1);
  PeerSession& session = *found->second;
  PeerTransport& transport = session.transport();
  const std::string former = transport.ice().credentials().local_ufrag;
  const auto result = transport.OnCheck(datagram, origin.tuple(), now);
  if (result.restarted) by_ufrag_.erase(former);
  if (result.evicted) ForgetTuple(*result.evicted);
  if (result.verdict == Verdict::kValid) {
    GiveTuple(origin.tuple(), session);
    origin.OnValid(transport, result.nominated || !transport.has_path());
  } else if (result.verdict != Verdict::kIgnored) {
    counters_.bad_stun.Add(1);
  }
  if (!result.response.empty()) origin.Answer(result.response);
}

void WorkerSessions::GiveTuple(const stun::Tuple& tuple, PeerSession& session) {
  PeerSession*& owner = by_tuple_[tuple];
  if (owner == &session) return;
  if (owner != nullptr) owner->transport().LoseTuple(tuple);
  owner = &session;
}

void WorkerSessions::ForgetTuple(const stun::Tuple& tuple) {
  by_tuple_.erase(tuple);
  if (tuple.transport == stun::Transport::kTcp) released_.push_back(tuple);
}

void WorkerSessions::OnConnectionClosed(const TcpConnection& connection) {
  const auto found = by_tuple_.find(connection.tuple());
  if (found == by_tuple_.end()) return;
  found->second->transport().LoseTuple(connection.tuple());
  by_tuple_.erase(found);
}

void WorkerSessions::RestartIce(const std::string& id,
                                stun::IceLiteResponder::Credentials credentials) {
  PeerSession* session = Find(id);
  if (session == nullptr || session->ended()) return;
  PeerTransport& transport = session->transport();
  if (const auto& unused = transport.ice().next_credentials()) {
    by_ufrag_.erase(unused->local_ufrag);
  }
  by_ufrag_[credentials.local_ufrag] = session;
  transport.RestartIce(std::move(credentials));
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
    const stun::IceLiteResponder& ice = session->transport().ice();
    by_ufrag_.erase(ice.credentials().local_ufrag);
    if (ice.next_credentials()) by_ufrag_.erase(ice.next_credentials()->local_ufrag);
    for (const stun::Tuple& tuple : ice.tuples()) {
      const auto found = by_tuple_.find(tuple);
      if (found != by_tuple_.end() && found->second == session) ForgetTuple(tuple);
    }
  }
  return std::exchange(ended_, {});
}

void WorkerSessions::Remove(PeerSession& session) { by_id_.erase(std::string(session.id())); }

}  // namespace sluice::webrtc_media
