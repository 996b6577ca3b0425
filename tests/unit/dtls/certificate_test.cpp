#include "libs/dtls/certificate.h"

#include <catch2/catch.hpp>

namespace sluice::dtls {

TEST_CASE("RFC 8122 5: a fingerprint is read back from its text") {
  const auto certificate = Certificate::MakeSelfSigned(absl::Now()).value();
  const Fingerprint& fingerprint = certificate->fingerprint();
  const std::string text = fingerprint.ToString();
  CHECK(text.size() == 95);
  CHECK(Fingerprint::Parse("sha-256 " + text) == fingerprint);
}

TEST_CASE("Hash name and digits of a fingerprint are taken in any case") {
  std::string text = "SHA-256 ab";
  for (int i = 0; i < 31; ++i) text += ":Cd";
  const auto fingerprint = Fingerprint::Parse(text);
  REQUIRE(fingerprint.has_value());
  CHECK(fingerprint->sha256[0] == 0xab);
  CHECK(fingerprint->sha256[31] == 0xcd);
}

TEST_CASE("A fingerprint of another hash, length or alphabet is refused") {
  const std::string good = "sha-256 " + Fingerprint().ToString();
  REQUIRE(Fingerprint::Parse(good).has_value());
  CHECK_FALSE(Fingerprint::Parse("").has_value());
  CHECK_FALSE(Fingerprint::Parse("sha-256").has_value());
  CHECK_FALSE(Fingerprint::Parse("sha-1 " + good.substr(8)).has_value());
  CHECK_FALSE(Fingerprint::Parse(good + ":00").has_value());
  CHECK_FALSE(Fingerprint::Parse(good.substr(0, good.size() - 1)).has_value());
  std::string letter = good;
  letter[8] = 'g';
  CHECK_FALSE(Fingerprint::Parse(letter).has_value());
  std::string separator = good;
  separator[10] = '-';
  CHECK_FALSE(Fingerprint::Parse(separator).has_value());
}

TEST_CASE("Two certificates have different keys") {
  CHECK(Certificate::MakeSelfSigned(absl::Now()).value()->fingerprint() !=
        Certificate::MakeSelfSigned(absl::Now()).value()->fingerprint());
}

}  // namespace sluice::dtls
