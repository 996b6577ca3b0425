#include "libs/directory/values.h"

#include <catch2/catch.hpp>

#include "tests/support/directory_builders.h"

namespace sluice::directory {
namespace {

using test::MakeNode;
using test::MakeStream;

TEST_CASE("entries survive the way into etcd and back") {
  const v1::StreamEntry entry = MakeStream("cam", "ingest-a", 1000, "opus");
  const auto written = SerializeStream(entry);
  REQUIRE(written.ok());
  const auto key = ParseStreamPath(written->path);
  REQUIRE(key.has_value());
  const StreamPtr read = ParseStream(*key, written->value);
  REQUIRE(read != nullptr);
  CHECK(read->SerializeAsString() == entry.SerializeAsString());

  const auto node = SerializeNode(MakeNode("ingest-a", 0.5));
  REQUIRE(node.ok());
  REQUIRE(ParseNode(*ParseNodePath(node->path), node->value) != nullptr);
}

TEST_CASE("a value that speaks of another key is refused") {
  const auto written = SerializeStream(MakeStream("cam", "a"));
  REQUIRE(written.ok());
  CHECK(ParseStream({"other", ""}, written->value) == nullptr);
  CHECK(ParseStream({"cam", "opus"}, written->value) == nullptr);
  const auto node = SerializeNode(MakeNode("a"));
  REQUIRE(node.ok());
  CHECK(ParseNode({"ingest", "b"}, node->value) == nullptr);
  CHECK(ParseNode({"admin", "a"}, node->value) == nullptr);
}

TEST_CASE("a stream without an owner, garbage and large values are refused") {
  const auto written = SerializeStream(MakeStream("cam", ""));
  REQUIRE(written.ok());
  CHECK(ParseStream({"cam", ""}, written->value) == nullptr);
  CHECK(ParseStream({"cam", ""}, "\xff\xff") == nullptr);
  CHECK(ParseStream({"cam", ""}, std::string(kMaxValueBytes + 1, '\0')) == nullptr);
}

TEST_CASE("what is too large or not a stream name is not written") {
  v1::StreamEntry large = MakeStream("cam", "a");
  large.set_publisher_address(std::string(kMaxValueBytes, 'x'));
  CHECK(absl::IsInvalidArgument(SerializeStream(large).status()));
  CHECK(absl::IsInvalidArgument(SerializeStream(MakeStream("", "a")).status()));
  CHECK(absl::IsInvalidArgument(SerializeStream(MakeStream(std::string(256, 'x'), "a")).status()));
}

}  // namespace
}  // namespace sluice::directory
