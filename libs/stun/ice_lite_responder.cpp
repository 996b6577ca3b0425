#include "libs/stun/ice_lite_responder.h"

#include <algorithm>
#include <utility>

#include "libs/base/text.h"
#include "libs/stun/message_builder.h"

namespace sluice::stun {
namespace {

std::string_view LocalUfrag(std::string_view user) { return user.substr(0, user.find(':')); }

}  // namespace

IceLiteResponder::IceLiteResponder(Settings settings, Instant now)
    : settings_(std::move(settings)), deadline_(now + settings_.initial_timeout) {
  response_.reserve(kMaxResponse);
}

IceLiteResponder::Result IceLiteResponder::OnDatagram(ByteView datagram, const Tuple& tuple,
                                                      Instant now) {
  const std::optional<MessageView> message = ParseMessage(datagram);
  if (!message) return {.verdict = Verdict::kMalformed};
  // Keep-alives are indications; responses cannot be ours, since a lite agent asks nothing.
  if (message->message_class != Class::kRequest || message->method != kBinding) {
    return {.verdict = Verdict::kIgnored};
  }
  const Credentials& credentials = CredentialsFor(*message);
  const Verdict verdict = Check(*message, credentials);
  if (verdict != Verdict::kValid) return Refuse(*message, credentials, verdict);
  const bool restarted = &credentials != &settings_.credentials;
  if (restarted) TakeNextCredentials();
  Result result = Accept(*message, tuple, now);
  result.restarted = restarted;
  return result;
}

const IceLiteResponder::Credentials& IceLiteResponder::CredentialsFor(
    const MessageView& message) const {
  const bool next =
      next_ && message.username && LocalUfrag(*message.username) == next_->local_ufrag;
  return next ? *next_ : settings_.credentials;
}

// The order of RFC 8489 §9.1.3 and §6.3.1, then RFC 8445 §7.3.1.1.
IceLiteResponder::Verdict IceLiteResponder::Check(const MessageView& message,
                                                  const Credentials& credentials) const {
  if (!message.username) return Verdict::kUnknownUser;
  const std::string_view user = *message.username;
  const size_t colon = user.find(':');
  if (LocalUfrag(user) != credentials.local_ufrag || colon == std::string_view::npos) {
    return Verdict::kUnknownUser;
  }
  if (!credentials.remote_ufrag.empty() && user.substr(colon + 1) != credentials.remote_ufrag) {
    return Verdict::kUnknownUser;
  }
  if (!HasValidIntegrity(message, credentials.local_password)) return Verdict::kBadIntegrity;
  if (message.unknown_count > 0) return Verdict::kUnknownAttribute;
  if (message.ice_controlled) return Verdict::kRoleConflict;
  return Verdict::kValid;
}

void IceLiteResponder::TakeNextCredentials() {
  settings_.credentials = *std::move(next_);
  next_.reset();
  checked_.fill(Instant{});
  nominated_ = false;
}

IceLiteResponder::Result IceLiteResponder::Accept(const MessageView& message, const Tuple& tuple,
                                                  Instant now) {
  std::optional<size_t> index = IndexOf(tuple);
  Result result{.verdict = Verdict::kValid, .new_tuple = !index};
  if (!index) {
    if (tuple_count_ == kMaxTuples) result.evicted = EvictOld(now);
    if (tuple_count_ == kMaxTuples) return {.verdict = Verdict::kTooManyTuples};
    index = tuple_count_++;
    tuples_[*index] = tuple;
  }
  checked_[*index] = now;
  if (message.use_candidate && (!nominated_ || selected_ != *index)) {
    selected_ = *index;
    nominated_ = true;
    result.nominated = true;
  }
  deadline_ = now + settings_.consent_timeout;

  response_.clear();
  MessageBuilder builder(Class::kSuccess, kBinding, message.transaction_id, response_);
  builder.AddXorMappedAddress(tuple.remote);
  builder.AddMessageIntegrity(settings_.credentials.local_password);
  builder.AddFingerprint();
  result.response = response_;
  return result;
}

IceLiteResponder::Result IceLiteResponder::Refuse(const MessageView& message,
                                                  const Credentials& credentials, Verdict verdict) {
  if (verdict == Verdict::kUnknownUser) return {.verdict = verdict};
  response_.clear();
  MessageBuilder builder(Class::kError, kBinding, message.transaction_id, response_);
  if (verdict == Verdict::kBadIntegrity) {
    builder.AddErrorCode(401, "Unauthenticated");
  } else {
    if (verdict == Verdict::kRoleConflict) {
      builder.AddErrorCode(487, "Role Conflict");
    } else {
      builder.AddErrorCode(420, "Unknown Attribute");
      const size_t known = std::min(message.unknown_count, message.unknown_attributes.size());
      builder.AddUnknownAttributes({message.unknown_attributes.data(), known});
    }
    builder.AddMessageIntegrity(credentials.local_password);
  }
  builder.AddFingerprint();
  // An answer longer than what was asked would let others use us to multiply their traffic.
  if (verdict == Verdict::kBadIntegrity && response_.size() > message.bytes.size()) {
    return {.verdict = verdict};
  }
  return {.verdict = verdict, .response = response_};
}

// Makes room: the oldest tuple that is out of use, but never the selected one.
std::optional<Tuple> IceLiteResponder::EvictOld(Instant now) {
  for (size_t i = 0; i < tuple_count_; ++i) {
    if (now - checked_[i] < settings_.consent_timeout || i == selected_) continue;
    const Tuple evicted = tuples_[i];
    RemoveTuple(evicted);
    return evicted;
  }
  return std::nullopt;
}

std::optional<size_t> IceLiteResponder::IndexOf(const Tuple& tuple) const {
  const auto known = tuples();
  const auto found = std::find(known.begin(), known.end(), tuple);
  if (found == known.end()) return std::nullopt;
  return static_cast<size_t>(found - known.begin());
}

bool IceLiteResponder::IsValid(const Tuple& tuple) const { return IndexOf(tuple).has_value(); }

const Tuple* IceLiteResponder::selected() const {
  return tuple_count_ == 0 ? nullptr : &tuples_[selected_];
}

void IceLiteResponder::RemoveTuple(const Tuple& tuple) {
  const std::optional<size_t> index = IndexOf(tuple);
  if (!index) return;
  std::move(tuples_.begin() + static_cast<ptrdiff_t>(*index) + 1,
            tuples_.begin() + static_cast<ptrdiff_t>(tuple_count_),
            tuples_.begin() + static_cast<ptrdiff_t>(*index));
  std::move(checked_.begin() + static_cast<ptrdiff_t>(*index) + 1,
            checked_.begin() + static_cast<ptrdiff_t>(tuple_count_),
            checked_.begin() + static_cast<ptrdiff_t>(*index));
  --tuple_count_;
  if (selected_ == *index) {
    selected_ = tuple_count_ == 0 ? 0 : tuple_count_ - 1;
    nominated_ = false;
  } else if (selected_ > *index) {
    --selected_;
  }
}

}  // namespace sluice::stun
