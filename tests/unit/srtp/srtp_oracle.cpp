#include "tests/unit/srtp/srtp_oracle.h"

#include <algorithm>
#include <array>
#include <stdexcept>

namespace sluice::srtp {

MasterKey TestMasterKey(Profile profile) {
  MasterKey master{.profile = profile};
  for (size_t i = 0; i < master.key.size(); ++i) master.key[i] = static_cast<uint8_t>(0x10 + i);
  for (size_t i = 0; i < master.salt.size(); ++i) master.salt[i] = static_cast<uint8_t>(0xa0 + i);
  return master;
}

SessionKeys TestSessionKeys(Profile profile) {
  return DeriveSessionKeys(TestMasterKey(profile)).value();
}

Bytes TestRtp(uint16_t sequence_number, ByteView payload, uint32_t ssrc) {
  Bytes packet = {0x92, 0x60, 0, 0, 0, 0, 0x30, 0x39, 0, 0, 0,    0,    0,    0,
                  0,    1,    0, 0, 0, 2, 0xbe, 0xde, 0, 1, 0x52, 0xaa, 0xbb, 0xcc};
  packet[2] = static_cast<uint8_t>(sequence_number >> 8);
  packet[3] = static_cast<uint8_t>(sequence_number);
  for (int i = 0; i < 4; ++i) packet[8 + i] = static_cast<uint8_t>(ssrc >> (24 - 8 * i));
  const size_t header_size = packet.size();
  packet.resize(header_size + payload.size());
  std::copy(payload.begin(), payload.end(), packet.begin() + static_cast<long>(header_size));
  return packet;
}

SrtpOracle::SrtpOracle(const MasterKey& master, Direction direction) {
  static const srtp_err_status_t initialized = srtp_init();
  if (initialized != srtp_err_status_ok) throw std::runtime_error("srtp_init");
  srtp_policy_t policy{};
  auto set_policy = master.profile == Profile::kAeadAes128Gcm
                        ? &srtp_crypto_policy_set_aes_gcm_128_16_auth
                        : &srtp_crypto_policy_set_rtp_default;  // AES_CM_128_HMAC_SHA1_80
  set_policy(&policy.rtp);
  set_policy(&policy.rtcp);
  policy.ssrc.type = direction == Direction::kProtect ? ssrc_any_outbound : ssrc_any_inbound;
  std::array<uint8_t, kKeyLength + kMaxSaltLength> key{};
  std::copy(master.key.begin(), master.key.end(), key.begin());
  std::copy(master.salt.begin(), master.salt.end(), key.begin() + kKeyLength);
  policy.key = key.data();
  policy.window_size = 128;
  if (srtp_create(&session_, &policy) != srtp_err_status_ok) {
    throw std::runtime_error("srtp_create");
  }
}

SrtpOracle::~SrtpOracle() { srtp_dealloc(session_); }

std::optional<Bytes> SrtpOracle::ProtectRtp(Bytes packet) {
  return Run(&srtp_protect, std::move(packet));
}
std::optional<Bytes> SrtpOracle::UnprotectRtp(Bytes packet) {
  return Run(&srtp_unprotect, std::move(packet));
}
std::optional<Bytes> SrtpOracle::ProtectRtcp(Bytes packet) {
  return Run(&srtp_protect_rtcp, std::move(packet));
}
std::optional<Bytes> SrtpOracle::UnprotectRtcp(Bytes packet) {
  return Run(&srtp_unprotect_rtcp, std::move(packet));
}

std::optional<Bytes> SrtpOracle::Run(srtp_err_status_t (*function)(srtp_t, void*, int*),
                                     Bytes packet) {
  int size = static_cast<int>(packet.size());
  packet.resize(packet.size() + SRTP_MAX_TRAILER_LEN);
  if (function(session_, packet.data(), &size) != srtp_err_status_ok) return std::nullopt;
  packet.resize(static_cast<size_t>(size));
  return packet;
}

}  // namespace sluice::srtp
