#include "libs/stun/ice_lite_responder.h"

#include <algorithm>
#include <utility>

#include "libs/base/text.h"
#include "libs/stun/message_builder.h"

namespace sluice::stun {

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
  const Verdict verdict = Check(*message);
  if (verdict == Verdict::kValid) return Accept(*message, tuple, now);
  return Refuse(*message, verdict);
}

// The order of RFC 8489 §9.1.3 and §6.3.1, then RFC 8445 §7.3.1.1.
IceLiteResponder::Verdict IceLiteResponder::Check(const MessageView& message) const {
  if (!message.username) return Verdict::kUnknownUser;
  const std::string_view user = *message.username;
  const size_t colon = user.find(':');
  if (user.substr(0, colon) != settings_.local_ufrag || colon == std::string_view::npos) {
    return Verdict::kUnknownUser;
  }
  if (!settings_.remote_ufrag.empty() && user.substr(colon + 1) != settings_.remote_ufrag) {
    return Verdict::kUnknownUser;
  }
  if (!HasValidIntegrity(message, settings_.local_password)) return Verdict::kBadIntegrity;
  if (message.unknown_count > 0) return Verdict::kUnknownAttribute;
  if (message.ice_controlled) return Verdict::kRoleConflict;
  return Verdict::kValid;
}

IceLiteResponder::Result IceLiteResponder::Accept(const MessageView& message, const Tuple& tuple,
                                                  Instant now) {
  std::optional<size_t> index = IndexOf(tuple);
  Result result{.verdict = Verdict::kValid, .new_tuple = !index};
  if (!index) {
    if (tuple_count_ == kMaxTuples) return {.verdict = Verdict::kTooManyTuples};
    index = tuple_count_++;
    tuples_[*index] = tuple;
  }
  if (message.use_candidate && (!nominated_ || selected_ != *index)) {
    selected_ = *index;
    nominated_ = true;
    result.nominated = true;
  }
  deadline_ = now + settings_.consent_timeout;

  response_.clear();
  MessageBuilder builder(Class::kSuccess, kBinding, message.transaction_id, response_);
  builder.AddXorMappedAddress(tuple.remote);
  builder.AddMessageIntegrity(settings_.local_password);
  builder.AddFingerprint();
  result.response = response_;
  return result;
}

IceLiteResponder::Result IceLiteResponder::Refuse(const MessageView& message, Verdict verdict) {
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
    builder.AddMessageIntegrity(settings_.local_password);
  }
  builder.AddFingerprint();
  // An answer longer than what was asked would let others use us to multiply their traffic.
  if (verdict == Verdict::kBadIntegrity && response_.size() > message.bytes.size()) {
    return {.verdict = verdict};
  }
  return {.verdict = verdict, .response = response_};
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
  --tuple_count_;
  if (selected_ == *index) {
    selected_ = tuple_count_ == 0 ? 0 : tuple_count_ - 1;
    nominated_ = false;
  } else if (selected_ > *index) {
    --selected_;
  }
}

}  // namespace sluice::stun
