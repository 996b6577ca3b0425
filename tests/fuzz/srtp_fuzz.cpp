// SRTP: any bytes are refused, or opened to a part of themselves, once. The first byte chooses
// profile and engine, the next two the length of a first packet; the rest is a second one.
#include <cstdlib>

#include "libs/srtp/engine.h"
#include "libs/srtp/srtp_unprotector.h"

namespace srtp = sluice::srtp;

namespace {

void Open(srtp::SrtpUnprotector& unprotector, sluice::ByteView datagram) {
  sluice::Bytes packet = sluice::ToBytes(datagram);
  const auto opened = unprotector.Unprotect(packet);
  if (!opened) return;
  if (opened->data() != packet.data() || opened->size() >= packet.size()) std::abort();
  sluice::Bytes replayed = sluice::ToBytes(datagram);
  if (unprotector.Unprotect(replayed)) std::abort();
}

}  // namespace

extern "C" int LLVMFuzzerTestOneInput(const uint8_t* data, size_t size) {
  if (size < 3) return 0;
  const auto profile =
      data[0] % 2 == 0 ? srtp::Profile::kAeadAes128Gcm : srtp::Profile::kAes128CmSha1_80;
  static const auto openssl = srtp::MakeOpensslEngine();
  static const auto fastest = *srtp::MakeEngine(srtp::EngineChoice::kFastest);
  const auto keys = srtp::DeriveSessionKeys({.profile = profile, .key = {}, .salt = {}});
  const auto unprotector =
      *srtp::SrtpUnprotector::Make(data[0] % 4 < 2 ? *openssl : *fastest, *keys);
  const sluice::ByteView rest(data + 3, size - 3);
  const size_t first = (data[1] << 8 | data[2]) % (rest.size() + 1);
  Open(*unprotector, rest.first(first));
  Open(*unprotector, rest.subspan(first));
  return 0;
}
