// SRTCP: any bytes are refused, or opened to a part of themselves. The first byte chooses the
// profile.
#include <cstdlib>

#include "libs/srtp/srtcp.h"

using sluice::srtp::Profile;

extern "C" int LLVMFuzzerTestOneInput(const uint8_t* data, size_t size) {
  if (size == 0) return 0;
  const Profile profile = data[0] % 2 == 0 ? Profile::kAeadAes128Gcm : Profile::kAes128CmSha1_80;
  const auto keys = sluice::srtp::DeriveSessionKeys({.profile = profile, .key = {}, .salt = {}});
  auto unprotector = sluice::srtp::SrtcpUnprotector::Make(*keys);
  sluice::Bytes packet(data + 1, data + size);
  const auto opened = (*unprotector)->Unprotect(packet);
  if (opened && (opened->data() != packet.data() || opened->size() >= packet.size())) std::abort();
  sluice::Bytes replayed(data + 1, data + size);
  if (opened && (*unprotector)->Unprotect(replayed)) std::abort();
  return 0;
}
