#include "libs/srtp/srtp_unprotector.h"

#include <algorithm>

#include "libs/base/status_macros.h"
#include "libs/srtp/rtp_header.h"

namespace sluice::srtp {

uint64_t EstimateIndex(uint64_t newest, uint16_t sequence_number) {
  constexpr uint64_t kRound = 0x10000;
  constexpr uint64_t kHalf = kRound / 2;
  const uint64_t same_round = (newest & ~(kRound - 1)) | sequence_number;
  if (same_round + kHalf < newest) return same_round + kRound;
  // Before the first round there is none: a sequence number far ahead is taken as it is.
  if (same_round > newest + kHalf && same_round >= kRound) return same_round - kRound;
  return same_round;
}

absl::StatusOr<std::unique_ptr<SrtpUnprotector>> SrtpUnprotector::Make(ProtectorEngine& engine,
                                                                       const SessionKeys& keys) {
  SLUICE_ASSIGN_OR_RETURN(auto opener, engine.MakeOpener(keys));
  return std::unique_ptr<SrtpUnprotector>(new SrtpUnprotector(std::move(opener)));
}

std::optional<std::span<uint8_t>> SrtpUnprotector::Unprotect(std::span<uint8_t> packet) {
  const auto refuse = [&](Refusal refusal) {
    last_refusal_ = refusal;
    return std::nullopt;
  };
  const auto header_size = HeaderLength(packet);
  if (!header_size || packet.size() < *header_size + opener_->overhead()) {
    return refuse(Refusal::kMalformed);
  }
  const uint32_t ssrc = SsrcOf(packet);
  const uint16_t sequence_number = SequenceNumberOf(packet);
  Sender* sender = FindSender(ssrc);
  if (sender == nullptr && senders_.size() == kMaxSsrcs) return refuse(Refusal::kTooManySsrcs);
  const uint64_t index =
      sender == nullptr ? sequence_number : EstimateIndex(sender->window.newest(), sequence_number);
  if (sender != nullptr && !sender->window.IsNew(index)) return refuse(Refusal::kReplayed);
  if (!opener_->Open(packet, *header_size, index)) return refuse(Refusal::kNotAuthentic);
  if (sender == nullptr) sender = &senders_.emplace_back(Sender{ssrc, {}});
  sender->window.Accept(index);
  last_refusal_ = Refusal::kNone;
  return packet.first(packet.size() - opener_->overhead());
}

SrtpUnprotector::Sender* SrtpUnprotector::FindSender(uint32_t ssrc) {
  const auto found = std::find_if(senders_.begin(), senders_.end(),
                                  [&](const Sender& sender) { return sender.ssrc == ssrc; });
  return found == senders_.end() ? nullptr : &*found;
}

}  // namespace sluice::srtp
