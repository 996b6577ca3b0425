#include "libs/log/redact.h"

#include <catch2/catch.hpp>

namespace sluice::log {
namespace {

TEST_CASE("the user part of a URL is removed") {
  CHECK(Redact("rtmp://bob:s3cret@example.org/live/cam") == "rtmp://***@example.org/live/cam");
  CHECK(Redact("pull rtsp://bob@10.0.0.1/a failed") == "pull rtsp://***@10.0.0.1/a failed");
  CHECK(Redact("a://u:p@h b://v:q@i") == "a://***@h b://***@i");
}

TEST_CASE("a password with bare '/' or '@' is removed whole") {
  CHECK(Redact("rtsp://bob:pa/ss@host/x") == "rtsp://***@host/x");
  CHECK(Redact("rtsp://bob:p@ss@host/x") == "rtsp://***@host/x");
}

TEST_CASE("a URL without a user part is unchanged") {
  for (const char* url : {"rtmp://host:1935/live/cam", "http://host/path@x", "http://[::1]:80/a@b",
                          "no url", "://", "http://"}) {
    CHECK(Redact(url) == url);
  }
}

TEST_CASE("values of secret query parameters are removed") {
  CHECK(Redact("cam?token=abc&x=1") == "cam?token=***&x=1");
  CHECK(Redact("/a?x=1&KEY=abc#f") == "/a?x=1&KEY=***#f");
  CHECK(Redact("/a?password=a b") == "/a?password=*** b");
  CHECK(Redact("/a?key=") == "/a?key=***");
}

TEST_CASE("other query parameters are unchanged") {
  for (const char* text : {"/a?keyframe=1", "/a?tokens=1&b", "?", "a&b&", "?=", "token=abc"}) {
    CHECK(Redact(text) == text);
  }
}

}  // namespace
}  // namespace sluice::log
