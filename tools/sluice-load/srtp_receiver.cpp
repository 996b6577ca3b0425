#include "tools/sluice-load/srtp_receiver.h"

#include <srtp2/srtp.h>

#include <cstdlib>

namespace sluice::load {
namespace {

constexpr int kReplayWindow = 1024;

}  // namespace

SrtpReceiver::SrtpReceiver(const std::string& profile, ByteView key, ByteView salt) {
  static const srtp_err_status_t initialized = srtp_init();
  if (initialized != srtp_err_status_ok) std::abort();
  srtp_policy_t policy{};
  auto* set_policy = profile == "SRTP_AEAD_AES_128_GCM"
                         ? &srtp_crypto_policy_set_aes_gcm_128_16_auth
                         : &srtp_crypto_policy_set_rtp_default;  // AES_CM_128_HMAC_SHA1_80
  set_policy(&policy.rtp);
  set_policy(&policy.rtcp);
  policy.ssrc.type = ssrc_any_inbound;
  Bytes master = ToBytes(key);
  master.insert(master.end(), salt.begin(), salt.end());
  policy.key = master.data();
  policy.window_size = kReplayWindow;
  if (srtp_create(&session_, &policy) != srtp_err_status_ok) std::abort();
}

SrtpReceiver::~SrtpReceiver() { srtp_dealloc(session_); }

SrtpReceiver::Verdict SrtpReceiver::Open(std::span<uint8_t>& packet) {
  int size = static_cast<int>(packet.size());
  switch (srtp_unprotect(session_, packet.data(), &size)) {
    case srtp_err_status_ok:
      packet = packet.first(static_cast<size_t>(size));
      return Verdict::kGood;
    case srtp_err_status_auth_fail:
      return Verdict::kNotAuthentic;
    case srtp_err_status_replay_fail:
    case srtp_err_status_replay_old:
      return Verdict::kRepeated;
    default:
      return Verdict::kOther;
  }
}

}  // namespace sluice::load
