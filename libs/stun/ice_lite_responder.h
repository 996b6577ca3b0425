// The ICE-lite side of one session (RFC 8445 §2.5, §7.3; consent RFC 7675): answers checks, knows
// the addresses they came from.
#pragma once

#include <array>
#include <cstdint>
#include <optional>
#include <span>
#include <string>

#include "libs/base/bytes.h"
#include "libs/base/instant.h"
#include "libs/stun/message.h"
#include "libs/stun/transport_address.h"

namespace sluice::stun {

enum class Transport : uint8_t { kUdp, kTcp };

// The two ends of a datagram's way, as seen here.
struct Tuple {
  TransportAddress local;  // the address that the peer asked
  TransportAddress remote;
  Transport transport = Transport::kUdp;

  friend bool operator==(const Tuple&, const Tuple&) = default;
};

// A lite agent is always controlled, has host candidates only and sends no checks. No I/O, no
// clock.
class IceLiteResponder {
 public:
  static constexpr size_t kMaxTuples = 8;
  static constexpr size_t kMaxResponse = 160;  // bytes

  // RFC 8445 §5.3.
  struct Credentials {
    std::string local_ufrag;
    std::string local_password;
    std::string remote_ufrag;  // empty = any
  };
  struct Settings {
    Credentials credentials;
    Duration initial_timeout = 15s;  // without a first valid check
    Duration consent_timeout = 30s;  // since the last valid check (RFC 7675 §5.1)
  };

  enum class Verdict : uint8_t {
    kValid,             // response is a success
    kIgnored,           // well-formed, but not a binding request: nothing to answer
    kMalformed,         // not STUN, or not whole
    kUnknownUser,       // USERNAME is missing or not ours
    kBadIntegrity,      // MESSAGE-INTEGRITY is missing or wrong
    kUnknownAttribute,  // comprehension required: answered 420
    kRoleConflict,      // the peer takes itself for controlled: answered 487
    kTooManyTuples,     // a ninth tuple, and all the others are in use: not answered
  };

  struct Result {
    Verdict verdict = Verdict::kMalformed;
    bool new_tuple = false;  // first valid check from there
    bool nominated = false;  // selected() has changed to this tuple
    bool restarted = false;  // the first valid check with the credentials of a Restart()
    // Given up for this one: a tuple from before the restart, or without a check for as long as
    // consent lasts.
    std::optional<Tuple> evicted;
    // What to send back to the tuple; empty = nothing. Borrowed until the next call.
    ByteView response;
  };

  IceLiteResponder(Settings settings, Instant now);

  // Takes one datagram that IsStun(). A wrong user gets no answer, wrong integrity a 401 that is
  // shorter than the request. Allocates nothing.
  Result OnDatagram(ByteView datagram, const Tuple& tuple, Instant now);

  // RFC 8445 §9: checks with these are valid from now on; those with the present ones are until
  // the first with these. Tuples stay: what is selected is used until the peer nominates again. A
  // second call before that replaces what the first one brought.
  void Restart(Credentials credentials) { next_ = std::move(credentials); }
  const Credentials& credentials() const { return settings_.credentials; }
  // Those of a Restart() that no check has used yet.
  const std::optional<Credentials>& next_credentials() const { return next_; }

  // A valid check has come from there.
  bool IsValid(const Tuple& tuple) const;
  // All of them, the oldest first.
  std::span<const Tuple> tuples() const { return {tuples_.data(), tuple_count_}; }
  // Forgets one, because another session has it now. selected() moves to the newest left.
  void RemoveTuple(const Tuple& tuple);
  // Where to send: nominated by USE-CANDIDATE, before that the first valid one. nullptr before it.
  const Tuple* selected() const;
  bool nominated() const { return nominated_; }

  // The peer is gone: no first valid check, or none any more, in time.
  bool TimedOut(Instant now) const { return now >= deadline_; }
  Instant deadline() const { return deadline_; }

 private:
  const Credentials& CredentialsFor(const MessageView& message) const;
  Verdict Check(const MessageView& message, const Credentials& credentials) const;
  Result Accept(const MessageView& message, const Tuple& tuple, Instant now);
  Result Refuse(const MessageView& message, const Credentials& credentials, Verdict verdict);
  void TakeNextCredentials();
  std::optional<Tuple> EvictOld(Instant now);
  std::optional<size_t> IndexOf(const Tuple& tuple) const;

  Settings settings_;
  std::optional<Credentials> next_;  // of a restart
  std::array<Tuple, kMaxTuples> tuples_{};
  std::array<Instant, kMaxTuples> checked_{};  // last valid check; zero: not since the restart
  size_t tuple_count_ = 0;
  size_t selected_ = 0;  // meaningful if tuple_count_ > 0
  bool nominated_ = false;
  Instant deadline_;
  Bytes response_;  // reused
};

}  // namespace sluice::stun
