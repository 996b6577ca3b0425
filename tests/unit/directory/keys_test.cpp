#include "libs/directory/keys.h"

#include <catch2/catch.hpp>

namespace sluice::directory {
namespace {

struct Example {
  media::StreamKey key;
  std::string path;
};

std::vector<Example> Examples() {
  return {
      {{"cam", ""}, "/sluice/v1/streams/cam"},
      {{"cam", "opus"}, "/sluice/v1/streams/cam/r/opus"},
      {{"cam/r/opus", ""}, "/sluice/v1/streams/cam%2Fr%2Fopus"},
      {{"50% off?", ""}, "/sluice/v1/streams/50%25%20off%3F"},
      {{"\xC3\xA9t\xC3\xA9", ""}, "/sluice/v1/streams/%C3%A9t%C3%A9"},
      {{"rtsp://cam.local:554/1", ""}, "/sluice/v1/streams/rtsp%3A%2F%2Fcam.local%3A554%2F1"},
      {{"..", ""}, "/sluice/v1/streams/.."},
      {{std::string(255, '/'), ""}, ""},
  };
}

TEST_CASE("every stream key has one path, and every path one key") {
  for (const Example& example : Examples()) {
    const std::string path = StreamPath(example.key);
    if (!example.path.empty()) CHECK(path == example.path);
    CHECK(ParseStreamPath(path) == example.key);
  }
}

TEST_CASE("no beginning of a path reads as the key of the whole") {
  for (const Example& example : Examples()) {
    const std::string path = StreamPath(example.key);
    for (size_t size = 0; size < path.size(); ++size) {
      CHECK(ParseStreamPath(path.substr(0, size)) != example.key);
    }
  }
}

TEST_CASE("paths that are not ours, or not encoded as we do, are refused") {
  const std::string too_long = "/sluice/v1/streams/" + std::string(256, 'a');
  for (const std::string& path :
       {std::string(""), std::string("/sluice/v1/streams/"), std::string("/sluice/v2/streams/cam"),
        std::string("/sluice/v1/streams/cam/"), std::string("/sluice/v1/streams/cam/r/"),
        std::string("/sluice/v1/streams/cam/x/opus"), std::string("/sluice/v1/streams/cam/r/a/b"),
        std::string("/sluice/v1/streams/%"), std::string("/sluice/v1/streams/%2"),
        std::string("/sluice/v1/streams/%2f"), std::string("/sluice/v1/streams/%61"),
        std::string("/sluice/v1/streams/%GG"), std::string("/sluice/v1/streams/a b"),
        std::string("/sluice/v1/streams/%FF"), std::string("/sluice/v1/streams/%00"), too_long}) {
    CAPTURE(path);
    CHECK_FALSE(ParseStreamPath(path).has_value());
  }
}

TEST_CASE("a node's path is its service and its id") {
  const NodeName name{"webrtc-media", "webrtc-media-host/1"};
  const std::string path = NodePath(name);
  CHECK(path == "/sluice/v1/nodes/webrtc-media/webrtc-media-host%2F1");
  CHECK(ParseNodePath(path) == name);
  for (const char* bad :
       {"", "/sluice/v1/nodes/", "/sluice/v1/nodes/a", "/sluice/v1/nodes/a/", "/sluice/v1/nodes//b",
        "/sluice/v1/nodes/a/b/c", "/sluice/v1/streams/a/b"}) {
    CAPTURE(bad);
    CHECK_FALSE(ParseNodePath(bad).has_value());
  }
}

TEST_CASE("the end of a prefix is after all that begin with it") {
  const std::string end = EndOfPrefix("/sluice/v1/");
  CHECK(end == "/sluice/v10");
  CHECK(std::string("/sluice/v1/\xff\xff") < end);
}

}  // namespace
}  // namespace sluice::directory
