#include "libs/srtp/srtcp.h"

#include <algorithm>

#include "libs/base/byte_reader.h"
#include "libs/base/status_macros.h"
#include "libs/srtp/rtcp_cipher.h"

namespace sluice::srtp {
namespace {

constexpr size_t kMinRtcp = 8;
constexpr uint32_t kIndexMask = 0x7fffffff;

}  // namespace

absl::StatusOr<std::unique_ptr<SrtcpProtector>> SrtcpProtector::Make(const SessionKeys& keys) {
  SLUICE_ASSIGN_OR_RETURN(auto cipher, RtcpCipher::Make(keys, RtcpCipher::Direction::kSeal));
  return std::unique_ptr<SrtcpProtector>(new SrtcpProtector(std::move(cipher)));
}

SrtcpProtector::SrtcpProtector(std::unique_ptr<RtcpCipher> cipher) : cipher_(std::move(cipher)) {}
SrtcpProtector::~SrtcpProtector() = default;

size_t SrtcpProtector::Protect(ByteView rtcp, std::span<uint8_t> out) {
  const size_t size = rtcp.size() + cipher_->overhead();
  if (rtcp.size() < kMinRtcp || out.size() < size || next_index_ > kIndexMask) return 0;
  if (!cipher_->Seal(rtcp, next_index_++, out.first(size))) return 0;
  return size;
}

absl::StatusOr<std::unique_ptr<SrtcpUnprotector>> SrtcpUnprotector::Make(const SessionKeys& keys) {
  SLUICE_ASSIGN_OR_RETURN(auto cipher, RtcpCipher::Make(keys, RtcpCipher::Direction::kOpen));
  return std::unique_ptr<SrtcpUnprotector>(new SrtcpUnprotector(std::move(cipher)));
}

SrtcpUnprotector::SrtcpUnprotector(std::unique_ptr<RtcpCipher> cipher)
    : cipher_(std::move(cipher)) {}
SrtcpUnprotector::~SrtcpUnprotector() = default;

std::optional<ByteView> SrtcpUnprotector::Unprotect(std::span<uint8_t> packet) {
  auto refuse = [&](Refusal refusal) {
    last_refusal_ = refusal;
    return std::nullopt;
  };
  const size_t overhead = cipher_->overhead();
  if (packet.size() < kMinRtcp + overhead || packet[0] >> 6 != 2) {
    return refuse(Refusal::kMalformed);
  }
  const uint32_t ssrc = ByteReader(packet.subspan(4)).ReadU32();
  const uint32_t index =
      ByteReader(packet.subspan(cipher_->IndexPosition(packet.size()))).ReadU32() & kIndexMask;
  Sender* sender = FindSender(ssrc);
  if (sender != nullptr && !sender->window.IsNew(index)) return refuse(Refusal::kReplayed);
  if (sender == nullptr && senders_.size() == kMaxSsrcs) return refuse(Refusal::kTooManySsrcs);
  if (!cipher_->Open(packet)) return refuse(Refusal::kNotAuthentic);
  if (sender == nullptr) sender = &senders_.emplace_back(Sender{ssrc, {}});
  sender->window.Accept(index);
  last_refusal_ = Refusal::kNone;
  return ByteView(packet.first(packet.size() - overhead));
}

SrtcpUnprotector::Sender* SrtcpUnprotector::FindSender(uint32_t ssrc) {
  auto found = std::find_if(senders_.begin(), senders_.end(),
                            [&](const Sender& sender) { return sender.ssrc == ssrc; });
  return found == senders_.end() ? nullptr : &*found;
}

}  // namespace sluice::srtp
