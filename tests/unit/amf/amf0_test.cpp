#include "libs/amf/amf0.h"

#include <catch2/catch.hpp>

#include "tests/support/hex.h"

namespace sluice::amf {
namespace {

using test::Hex;

struct Example {
  const char* name;
  const char* bytes;
  Value value;
};

const std::vector<Example>& Examples() {
  static const std::vector<Example> kExamples = {
      {"number", "00 4045000000000000", 42.0},
      {"negative number", "00 bff0000000000000", -1},
      {"true", "01 01", true},
      {"false", "01 00", false},
      {"text", "02 0007 636f6e6e656374", "connect"},
      {"empty text", "02 0000", ""},
      {"null", "05", Null()},
      {"undefined", "06", Value()},
      {"object", "03 0003 617070 02 0004 6c697665 000009", MakeObject({{"app", "live"}})},
      {"empty object", "03 000009", Object()},
      {"ECMA array", "08 00000001 0005 7769647468 00 4084000000000000 000009",
       MakeEcmaArray({{"width", 640}})},
      {"strict array", "0a 00000002 05 01 01", StrictArray{{Null(), true}}},
      {"date", "0b 4271000000000000 0000", Date{1.0 * (1LL << 40) + (1LL << 36)}},
      {"object in an object", "03 0001 61 03 0001 62 06 000009 000009",
       MakeObject({{"a", MakeObject({{"b", Value()}})}})},
      {"property without a name", "03 0000 05 000009", MakeObject({{"", Null()}})},
  };
  return kExamples;
}

absl::StatusCode CodeOf(ByteView bytes) { return ParseValues(bytes).status().code(); }

}  // namespace

TEST_CASE("AMF 0 2: every type is read") {
  for (const Example& example : Examples()) {
    INFO(example.name);
    auto values = ParseValues(Hex(example.bytes));
    REQUIRE(values.ok());
    REQUIRE(values->size() == 1);
    CHECK(values->front() == example.value);
  }
}

TEST_CASE("AMF 0 2: every type is written as it was read") {
  for (const Example& example : Examples()) {
    INFO(example.name);
    CHECK(SerializeValues({example.value}) == Hex(example.bytes));
  }
}

TEST_CASE("AMF 0: each truncation of each value is refused") {
  for (const Example& example : Examples()) {
    INFO(example.name);
    Bytes bytes = Hex(example.bytes);
    for (size_t size = 1; size < bytes.size(); ++size) {
      INFO("of " << size << " bytes");
      CHECK(CodeOf(ByteView(bytes).first(size)) == absl::StatusCode::kInvalidArgument);
    }
  }
}

TEST_CASE("AMF 0: a message holds several values") {
  auto values = ParseValues(Hex("02 0001 78 00 3ff0000000000000 05"));
  REQUIRE(values.ok());
  CHECK(*values == std::vector<Value>{"x", 1, Null()});
  CHECK(ParseValues({})->empty());
}

TEST_CASE("AMF 0 2.10: the count of an ECMA array is only a hint") {
  auto values = ParseValues(Hex("08 00000000 0001 61 05 000009"));
  REQUIRE(values.ok());
  CHECK(values->front() == Value(MakeEcmaArray({{"a", Null()}})));
  CHECK(ParseValues(Hex("08 ffffffff 000009")).ok());
}

TEST_CASE("AMF 0 2.14, 2.17, 2.18: long strings, XML and typed objects are read as their likes") {
  CHECK(ParseValues(Hex("0c 00000002 6869"))->front() == Value("hi"));
  CHECK(ParseValues(Hex("0f 00000004 3c612f3e"))->front() == Value("<a/>"));
  CHECK(ParseValues(Hex("10 0003 666f6f 0001 61 05 000009"))->front() ==
        Value(MakeObject({{"a", Null()}})));
}

TEST_CASE("AMF 0 2.14: a text beyond 65535 bytes is written as a long string") {
  std::string text(65536, 'x');
  Bytes bytes = SerializeValues({text});
  CHECK(bytes[0] == 0x0c);
  CHECK(ParseValues(bytes)->front() == Value(text));
  CHECK(SerializeValues({std::string(65535, 'x')})[0] == 0x02);
}

TEST_CASE("AMF 0: a length beyond the message is refused") {
  CHECK(CodeOf(Hex("02 ffff 61")) == absl::StatusCode::kInvalidArgument);
  CHECK(CodeOf(Hex("0c ffffffff 61")) == absl::StatusCode::kInvalidArgument);
  CHECK(CodeOf(Hex("0a ffffffff 05")) == absl::StatusCode::kInvalidArgument);
}

TEST_CASE("AMF 0 2.9, 2.3: references and movie clips are refused by name") {
  CHECK(CodeOf(Hex("07 0000")) == absl::StatusCode::kUnimplemented);
  CHECK(CodeOf(Hex("04")) == absl::StatusCode::kUnimplemented);
  CHECK(CodeOf(Hex("09")) == absl::StatusCode::kInvalidArgument);
}

TEST_CASE("AMF 0: values nested deeper than the bound are refused") {
  auto nested = [](int depth) {
    Bytes bytes;
    for (int i = 0; i + 1 < depth; ++i) {
      for (uint8_t byte : Hex("0a 00000001")) bytes.push_back(byte);
    }
    bytes.push_back(0x05);
    return bytes;
  };
  CHECK(ParseValues(nested(kMaxDepth)).ok());
  CHECK(CodeOf(nested(kMaxDepth + 1)) == absl::StatusCode::kResourceExhausted);
  CHECK(CodeOf(nested(100'000)) == absl::StatusCode::kResourceExhausted);
}

TEST_CASE("AMF 0: more values than the bound are refused") {
  CHECK(ParseValues(Bytes(kMaxValues, 0x05)).ok());
  CHECK(CodeOf(Bytes(kMaxValues + 1, 0x05)) == absl::StatusCode::kResourceExhausted);
}

TEST_CASE("A value of another type than asked for reads as nothing") {
  Value object = MakeObject({{"app", "live"}, {"app", "second"}, {"n", 3}});
  CHECK(object.Find("app")->text() == "live");
  CHECK(object.Find("n")->number(0) == 3);
  CHECK(object.Find("missing") == nullptr);
  CHECK(object.text().empty());
  CHECK(Value("x").number(7) == 7);
  CHECK(Value(true).Find("app") == nullptr);
  CHECK(Value(Null()).is_null());
}

}  // namespace sluice::amf
