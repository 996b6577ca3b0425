#include "libs/sdp/candidate.h"

#include <catch2/catch.hpp>

namespace sluice::sdp {
namespace {

TEST_CASE("a candidate is read and written") {
  const char* text =
      "842163049 1 udp 1677729535 203.0.113.5 31000 typ srflx raddr 10.0.0.1 rport 9";
  const auto candidate = ParseCandidate(text);
  REQUIRE(candidate);
  CHECK(candidate->foundation == "842163049");
  CHECK(candidate->component == 1);
  CHECK(candidate->transport == "udp");
  CHECK(candidate->priority == 1677729535);
  CHECK(candidate->address == "203.0.113.5");
  CHECK(candidate->port == 31000);
  CHECK(candidate->type == "srflx");
  CHECK(candidate->extensions == "raddr 10.0.0.1 rport 9");
  CHECK(Serialize(*candidate) == text);
}

TEST_CASE("the transport's name is taken in any case") {
  CHECK(ParseCandidate("1 1 UDP 1 10.0.0.1 5 typ host")->transport == "udp");
}

TEST_CASE("a candidate with a missing or impossible field is refused") {
  for (const char* text : {"", "1", "1 1 udp 1 10.0.0.1 5 typ", "1 1 udp 1 10.0.0.1 5 type host",
                           "1 x udp 1 10.0.0.1 5 typ host", "1 1 udp x 10.0.0.1 5 typ host",
                           "1 1 udp 4294967296 10.0.0.1 5 typ host",
                           "1 1 udp 1 10.0.0.1 65536 typ host", "1 1 udp 1 10.0.0.1 -5 typ host"}) {
    INFO(text);
    CHECK_FALSE(ParseCandidate(text));
  }
}

TEST_CASE("RFC 8445 5.1.2.1: the priority of a host candidate") {
  CHECK(HostPriority(65535) == 2130706431);
  CHECK(HostPriority(1) < HostPriority(2));
}

TEST_CASE("RFC 6544 4.2: passive TCP candidates come after all of UDP") {
  CHECK(PassiveTcpPriority(8191) == (90u << 24 | 0x9fffu << 8 | 255));
  CHECK(PassiveTcpPriority(8191) < HostPriority(0));
  CHECK(PassiveTcpPriority(1) < PassiveTcpPriority(2));
}

TEST_CASE("RFC 6544 4.5: a TCP candidate says its type") {
  const auto passive = ParseCandidate("1 1 TCP 1 10.0.0.1 5 typ host generation 0 tcptype passive");
  CHECK(TcpTypeOf(*passive) == "passive");
  CHECK(ParseCandidate(Serialize(*passive)) == passive);
  CHECK(TcpTypeOf(*ParseCandidate("1 1 udp 1 10.0.0.1 5 typ host generation 0")).empty());
}

}  // namespace
}  // namespace sluice::sdp
