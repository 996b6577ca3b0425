#include "libs/sdp/fragment.h"

#include <catch2/catch.hpp>

namespace sluice::sdp {
namespace {

// As in RFC 9725 §4.3.2.
constexpr std::string_view kTrickle = R"(a=group:BUNDLE 0 1
m=audio 9 UDP/TLS/RTP/SAVPF 111
a=mid:0
a=ice-ufrag:EsAw
a=ice-pwd:P2uYro0UCOQ4zxjKXaWCBui1
a=candidate:1387637174 1 udp 2122260223 192.0.2.1 61764 typ host generation 0 ufrag EsAw network-id 1
a=candidate:3471623853 1 udp 2122194687 198.51.100.2 61765 typ host generation 0 ufrag EsAw network-id 2
a=candidate:473322822 1 tcp 1518280447 192.0.2.1 9 typ host tcptype active generation 0 ufrag EsAw network-id 1
a=end-of-candidates
)";

Fragment Read(std::string_view text) {
  const auto fragment = ParseFragment(text);
  INFO(fragment.status().ToString());
  REQUIRE(fragment.ok());
  return *fragment;
}

std::string ErrorOf(std::string_view text) {
  const auto fragment = ParseFragment(text);
  CHECK(fragment.status().code() == absl::StatusCode::kInvalidArgument);
  return std::string(fragment.status().message());
}

TEST_CASE("RFC 8840 9: credentials, candidates and their end") {
  const Fragment fragment = Read(kTrickle);
  CHECK(fragment.ice_ufrag == "EsAw");
  CHECK(fragment.ice_password == "P2uYro0UCOQ4zxjKXaWCBui1");
  CHECK(fragment.bundle == std::vector<std::string>{"0", "1"});
  CHECK(fragment.media == "audio");
  CHECK(fragment.mid == "0");
  REQUIRE(fragment.candidates.size() == 3);
  CHECK(fragment.candidates[0].address == "192.0.2.1");
  CHECK(TcpTypeOf(fragment.candidates[2]) == "active");
  CHECK(fragment.end_of_candidates);
}

TEST_CASE("a fragment that is written reads the same") {
  const Fragment fragment = Read(kTrickle);
  CHECK(Read(SerializeFragment(fragment)) == fragment);
  const Fragment restart{.ice_lite = true,
                         .bundle = {"0", "1"},
                         .media = "audio",
                         .mid = "0",
                         .ice_ufrag = "289b31b754eaa438",
                         .ice_password = "0b66f472495ef0ccac7bda653ab6be49",
                         .candidates = {{.address = "198.51.100.1", .port = 39132}},
                         .end_of_candidates = true};
  CHECK(SerializeFragment(restart) ==
        "a=ice-lite\r\na=group:BUNDLE 0 1\r\nm=audio 9 UDP/TLS/RTP/SAVPF 0\r\na=mid:0\r\n"
        "a=ice-ufrag:289b31b754eaa438\r\na=ice-pwd:0b66f472495ef0ccac7bda653ab6be49\r\n"
        "a=candidate:1 1 udp 0 198.51.100.1 39132 typ host\r\na=end-of-candidates\r\n");
  CHECK(Read(SerializeFragment(restart)) == restart);
}

TEST_CASE("credentials and candidates in front of the first m-line are taken") {
  const Fragment fragment = Read(
      "a=ice-ufrag:EsAw\na=ice-pwd:P2uYro0UCOQ4zxjKXaWCBui1\n"
      "a=candidate:1 1 udp 1 192.0.2.1 61764 typ host\na=end-of-candidates\n");
  CHECK(fragment.ice_ufrag == "EsAw");
  CHECK(fragment.candidates.size() == 1);
  CHECK(fragment.end_of_candidates);
  CHECK(fragment.media.empty());
  CHECK(Read(SerializeFragment(fragment)) == fragment);
}

TEST_CASE("candidates without credentials, and credentials without candidates, are something") {
  CHECK(Read("m=audio 9 UDP/TLS/RTP/SAVPF 0\na=end-of-candidates\n").ice_ufrag.empty());
  CHECK(Read("a=ice-ufrag:abcd\na=ice-pwd:0123456789012345678901\n").candidates.empty());
}

TEST_CASE("candidates of all m-lines are one list") {
  const Fragment fragment = Read(
      "m=audio 9 UDP/TLS/RTP/SAVPF 0\na=candidate:1 1 udp 1 192.0.2.1 1 typ host\n"
      "m=video 9 UDP/TLS/RTP/SAVPF 0\na=candidate:1 1 udp 1 192.0.2.1 2 typ host\n");
  REQUIRE(fragment.candidates.size() == 2);
  CHECK(fragment.candidates[1].port == 2);
}

TEST_CASE("a fragment that is of no use says why") {
  CHECK(ErrorOf("") == "the fragment has neither candidates nor ICE credentials");
  CHECK(ErrorOf("hello\n") == "the fragment has neither candidates nor ICE credentials");
  CHECK(ErrorOf("a=ice-ufrag:abcd\n") == "the fragment has no a=ice-pwd");
  CHECK(ErrorOf("a=ice-pwd:0123456789012345678901\n") == "the fragment has no a=ice-ufrag");
  CHECK(ErrorOf("a=ice-ufrag:a\na=ice-pwd:0123456789012345678901\n") ==
        "the fragment has an a=ice-ufrag of wrong length");
  CHECK(ErrorOf("a=ice-ufrag:abcd\na=ice-pwd:0\n") ==
        "the fragment has an a=ice-pwd of wrong length");
  CHECK(ErrorOf("m=audio 9 RTP 0\na=ice-ufrag:abcd\na=ice-pwd:0123456789012345678901\n"
                "m=video 9 RTP 0\na=ice-ufrag:efgh\na=ice-pwd:0123456789012345678901\n") ==
        "the fragment has m-lines of different credentials");
  CHECK(ErrorOf("m=audio\n") == "SDP line 1: an m-line that cannot be read");
}

TEST_CASE("bounds: thousands of candidates are cut, long lines and bodies are refused") {
  std::string many = "m=audio 9 UDP/TLS/RTP/SAVPF 0\n";
  for (int i = 0; i < 1000; ++i) many += "a=candidate:1 1 udp 1 192.0.2.1 9 typ host\n";
  CHECK(Read(many).candidates.size() == kMaxCandidates);
  CHECK(ErrorOf("a=x:" + std::string(10'000, 'x')) == "SDP line 1: longer than 4096 bytes");
  CHECK(ErrorOf(std::string(70'000, 'a')) == "SDP: longer than 65536 bytes");
  std::string sections;
  for (int i = 0; i < 100; ++i) sections += "m=audio 9 UDP/TLS/RTP/SAVPF 0\n";
  CHECK(ErrorOf(sections) == "SDP line 33: too many m-lines");
}

}  // namespace
}  // namespace sluice::sdp
