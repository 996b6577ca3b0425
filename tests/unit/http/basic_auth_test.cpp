#include "libs/http/basic_auth.h"

#include <catch2/catch.hpp>

namespace sluice::http {
namespace {

TEST_CASE("RFC 7617 2: user and password are parted at the first colon") {
  auto credentials = ParseBasicAuthorization("Basic QWxhZGRpbjpvcGVuIHNlc2FtZQ==");
  REQUIRE(credentials);
  CHECK(credentials->user == "Aladdin");
  CHECK(credentials->password == "open sesame");
  CHECK(ParseBasicAuthorization("bAsIc  YTpiOmM=")->password == "b:c");
}

TEST_CASE("what is not Basic, not base64 or has no colon is refused") {
  for (const char* value : {"", "Basic", "Basic ", "Bearer YTpi", "Basic !!!!", "Basic YWI="}) {
    CHECK_FALSE(ParseBasicAuthorization(value));
  }
}

TEST_CASE("credentials are the same when user and password are") {
  BasicCredentials wanted{"admin", "secret"};
  CHECK(SameCredentials({"admin", "secret"}, wanted));
  CHECK_FALSE(SameCredentials({"admin", "secreT"}, wanted));
  CHECK_FALSE(SameCredentials({"admin", "secret1"}, wanted));
  CHECK_FALSE(SameCredentials({"root", "secret"}, wanted));
  CHECK_FALSE(SameCredentials({"", ""}, wanted));
}

TEST_CASE("RFC 9110 15.5.2: 401 carries a challenge") {
  Response response = AuthenticationRequired("Sluice");
  CHECK(response.status == 401);
  CHECK(response.headers.back().first == "WWW-Authenticate");
}

}  // namespace
}  // namespace sluice::http
