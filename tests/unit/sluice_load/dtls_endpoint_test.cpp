#include "tools/sluice-load/dtls_endpoint.h"

#include <catch2/catch.hpp>

using namespace sluice;
using load::DtlsContext;
using load::DtlsEndpoint;
using load::SrtpChoice;

namespace {

void Pass(std::vector<Bytes> datagrams, DtlsEndpoint& to, DtlsEndpoint& from) {
  for (const Bytes& datagram : datagrams) Pass(to.OnDatagram(datagram), from, to);
}

}  // namespace

TEST_CASE("RFC 5763 5: either side may be the active one, and both agree on profile and keys") {
  DtlsContext ours(SrtpChoice::kAny);
  for (auto [offered, name] : {std::pair(SrtpChoice::kAny, "SRTP_AEAD_AES_128_GCM"),
                               std::pair(SrtpChoice::kGcm, "SRTP_AEAD_AES_128_GCM"),
                               std::pair(SrtpChoice::kCmSha1, "SRTP_AES128_CM_SHA1_80")}) {
    DtlsContext theirs(offered);
    DtlsEndpoint active(theirs);
    DtlsEndpoint passive(ours);
    CHECK(passive.Start(false).empty());
    Pass(active.Start(true), passive, active);
    REQUIRE(active.connected());
    REQUIRE(passive.connected());
    CHECK(active.srtp_profile() == name);
    CHECK(passive.srtp_profile() == name);
    CHECK(active.RemoteKey().key.size() == 16);
    CHECK(active.RemoteKey().salt.size() == passive.RemoteKey().salt.size());
    CHECK(active.RemoteKey().key != passive.RemoteKey().key);
  }
}

TEST_CASE("what comes before the answer is known is dropped, and garbage ends nothing") {
  DtlsContext context(SrtpChoice::kAny);
  DtlsEndpoint endpoint(context);
  CHECK(endpoint.OnDatagram(Bytes{22, 254, 253, 0}).empty());
  CHECK_FALSE(endpoint.Start(true).empty());
  endpoint.OnDatagram(Bytes(100, 22));
  CHECK_FALSE(endpoint.closed());
}
