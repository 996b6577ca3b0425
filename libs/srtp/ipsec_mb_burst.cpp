#include <algorithm>

#include "libs/srtp/ipsec_mb_engine.h"

namespace sluice::srtp {
namespace {

constexpr size_t kRollOverBytes = 4;
constexpr size_t kTag = TagLength(Profile::kAes128CmSha1_80);

}  // namespace

void CmSha1Burst::Add(const CmSha1Keys& keys, const Iv& iv, const ProtectJob& job) {
  if (count_ == kMaxJobs) Flush();
  const size_t covered = job.header_size + job.payload.size();
  slots_[count_++] = {.iv = iv,
                      .tag = {},
                      .datagram = job.out.first(covered + kTag),
                      .header_size = job.header_size,
                      .keys = &keys,
                      .payload = job.payload};
  // RFC 3711 §4.2: the tag covers the roll-over counter, too; it stands where the tag will be.
  uint8_t* roll_over_counter = &job.out[covered];
  std::fill_n(roll_over_counter, kRollOverBytes, uint8_t{0});
  XorBigEndian(job.index >> 16, kRollOverBytes, roll_over_counter);
}

void CmSha1Burst::Flush() {
  if (count_ == 0) return;
  if (!Encrypt() || !Authenticate()) Blank();
  count_ = 0;
}

// Nothing of ours lets the library refuse. If it does all the same, no payload leaves in the clear:
// the receivers drop these.
void CmSha1Burst::Blank() {
  for (const Slot& slot : std::span(slots_).first(count_)) {
    const auto body = slot.datagram.subspan(slot.header_size);
    std::fill(body.begin(), body.end(), uint8_t{0});
  }
}

bool CmSha1Burst::Encrypt() {
  uint32_t count = 0;
  for (size_t i = 0; i < count_; ++i) {
    const Slot& slot = slots_[i];
    if (slot.payload.empty()) continue;  // the library refuses empty messages
    IMB_JOB& job = jobs_[count++];
    job.enc_keys = job.dec_keys = slot.keys->expanded.data();
    job.key_len_in_bytes = kKeyLength;
    job.src = slot.payload.data();
    job.dst = &slot.datagram[slot.header_size];
    job.cipher_start_src_offset_in_bytes = 0;
    job.msg_len_to_cipher_in_bytes = slot.payload.size();
    job.iv = slot.iv.data();
    job.iv_len_in_bytes = slot.iv.size();
  }
  if (count == 0) return true;
  return IMB_SUBMIT_CIPHER_BURST(&manager_, jobs_.data(), count, IMB_CIPHER_CNTR, IMB_DIR_ENCRYPT,
                                 IMB_KEY_128_BYTES) == count;
}

bool CmSha1Burst::Authenticate() {
  for (size_t i = 0; i < count_; ++i) {
    Slot& slot = slots_[i];
    IMB_JOB& job = jobs_[i];
    job.src = slot.datagram.data();
    job.hash_start_src_offset_in_bytes = 0;
    job.msg_len_to_hash_in_bytes = slot.datagram.size() - kTag + kRollOverBytes;
    job.auth_tag_output = slot.tag.data();
    job.auth_tag_output_len_in_bytes = slot.tag.size();
    job.u.HMAC._hashed_auth_key_xor_ipad = slot.keys->inner.data();
    job.u.HMAC._hashed_auth_key_xor_opad = slot.keys->outer.data();
  }
  const auto count = static_cast<uint32_t>(count_);
  if (IMB_SUBMIT_HASH_BURST(&manager_, jobs_.data(), count, IMB_AUTH_HMAC_SHA_1) != count) {
    return false;
  }
  for (size_t i = 0; i < count_; ++i) {
    const Slot& slot = slots_[i];
    std::copy_n(slot.tag.begin(), kTag, slot.datagram.last(kTag).begin());
  }
  return true;
}

}  // namespace sluice::srtp
