#include "libs/amf/amf3.h"

#include <catch2/catch.hpp>

#include "libs/amf/amf0.h"
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
      {"undefined", "00", Value()},
      {"null", "01", Null()},
      {"false", "02", false},
      {"true", "03", true},
      {"integer of one byte", "04 7f", 127},
      {"integer of two bytes", "04 8100", 128},
      {"integer of three bytes", "04 818000", 16384},
      {"the highest integer", "04 bfffffff", 268'435'455},
      {"the lowest integer", "04 c0808000", -268'435'456},
      {"-1", "04 ffffffff", -1},
      {"double", "05 4045000000000000", 42.0},
      {"text", "06 0f 636f6e6e656374", "connect"},
      {"empty text", "06 01", ""},
      {"XML document", "07 09 3c612f3e", "<a/>"},
      {"XML", "0b 09 3c612f3e", "<a/>"},
      {"byte array", "0c 05 0102", std::string("\x01\x02")},
      {"date", "08 01 4271000000000000", Date{1.0 * (1LL << 40) + (1LL << 36)}},
      {"array", "09 05 01 0401 03", StrictArray{{1, true}}},
      {"empty array", "09 01 01", StrictArray()},
      {"array with names", "09 03 03 61 02 01 0407", MakeEcmaArray({{"a", false}, {"0", 7}})},
      {"dynamic object", "0a 0b 01 07 617070 06 09 6c697665 01", MakeObject({{"app", "live"}})},
      {"object of a class", "0a 23 05 4162 03 61 03 62 03 02",
       MakeObject({{"a", true}, {"b", false}})},
      {"object of a class, and more", "0a 1b 05 4162 03 61 03 03 62 02 01",
       MakeObject({{"a", true}, {"b", false}})},
      {"int vector", "0d 05 00 00000001 ffffffff", StrictArray{{1, -1}}},
      {"uint vector", "0e 03 01 ffffffff", StrictArray{{4294967295.0}}},
      {"double vector", "0f 03 00 4045000000000000", StrictArray{{42.0}}},
      {"object vector", "10 05 00 01 0401 01", StrictArray{{1, Null()}}},
      {"text by reference", "09 05 01 06 03 61 06 00", StrictArray{{"a", "a"}}},
      {"traits by reference", "09 05 01 0a 13 01 03 61 02 0a 01 03",
       StrictArray{{MakeObject({{"a", false}}), MakeObject({{"a", true}})}}},
      {"object by reference", "09 05 01 0a 13 01 03 61 02 0a 02",
       StrictArray{{MakeObject({{"a", false}}), MakeObject({{"a", false}})}}},
      {"date by reference", "09 05 01 08 01 4045000000000000 08 02",
       StrictArray{{Date{42}, Date{42}}}},
  };
  return kExamples;
}

absl::StatusCode CodeOf(ByteView bytes) { return ParseAmf3Values(bytes).status().code(); }

Bytes Repeated(const std::string& hex, size_t times) {
  Bytes one = Hex(hex);
  Bytes all;
  for (size_t i = 0; i < times; ++i) all.insert(all.end(), one.begin(), one.end());
  return all;
}

}  // namespace

TEST_CASE("AMF 3 3: every type is read") {
  for (const Example& example : Examples()) {
    INFO(example.name);
    auto values = ParseAmf3Values(Hex(example.bytes));
    REQUIRE(values.ok());
    REQUIRE(values->size() == 1);
    CHECK(values->front() == example.value);
  }
}

TEST_CASE("AMF 3: each truncation of each value is refused") {
  for (const Example& example : Examples()) {
    INFO(example.name);
    Bytes bytes = Hex(example.bytes);
    for (size_t size = 1; size < bytes.size(); ++size) {
      INFO("of " << size << " bytes");
      CHECK(CodeOf(ByteView(bytes).first(size)) == absl::StatusCode::kInvalidArgument);
    }
  }
}

TEST_CASE("AMF 0 3.1: AMF3 values stand in AMF0, each with tables of its own") {
  auto values = ParseValues(Hex("02 0001 78  11 06 03 61  11 09 05 01 06 03 62 06 00  05"));
  REQUIRE(values.ok());
  CHECK(*values == std::vector<Value>{"x", "a", StrictArray{{"b", "b"}}, Null()});
  auto inside = ParseValues(Hex("03 0001 61 11 04 07 000009"));
  REQUIRE(inside.ok());
  CHECK(inside->front() == MakeObject({{"a", 7}}));
}

TEST_CASE("AMF 3 1.3.2: the values of a message share their texts") {
  auto values = ParseAmf3Values(Hex("06 03 61 06 00 06 01 06 03 62 06 02"));
  REQUIRE(values.ok());
  CHECK(*values == std::vector<Value>{"a", "a", "", "b", "b"});
}

TEST_CASE("AMF 3: references to nothing, and circles, are refused") {
  CHECK(CodeOf(Hex("06 00")) == absl::StatusCode::kInvalidArgument);
  CHECK(CodeOf(Hex("0a 00")) == absl::StatusCode::kInvalidArgument);
  CHECK(CodeOf(Hex("0a 01")) == absl::StatusCode::kInvalidArgument);           // traits
  CHECK(CodeOf(Hex("09 03 01 09 00")) == absl::StatusCode::kInvalidArgument);  // itself
  CHECK(CodeOf(Hex("06 fffffffe")) == absl::StatusCode::kInvalidArgument);
}

TEST_CASE("AMF 3: dictionaries, externalizable objects and unknown markers are refused by name") {
  CHECK(CodeOf(Hex("11 01 00")) == absl::StatusCode::kUnimplemented);
  CHECK(CodeOf(Hex("0a 07 03 61")) == absl::StatusCode::kUnimplemented);
  CHECK(CodeOf(Hex("7f")) == absl::StatusCode::kUnimplemented);
}

TEST_CASE("AMF 3: a reference to something high cannot stand deep") {
  // Ten arrays in each other; then as many around a reference to the outermost of them (number 0).
  Bytes ten = Repeated("09 03 01", 9);
  Bytes last = Hex("09 01 01");
  ten.insert(ten.end(), last.begin(), last.end());
  auto with_reference_under = [&](size_t arrays) {
    Bytes bytes = ten;
    Bytes around = Repeated("09 03 01", arrays);
    bytes.insert(bytes.end(), around.begin(), around.end());
    Bytes reference = Hex("09 00");
    bytes.insert(bytes.end(), reference.begin(), reference.end());
    return bytes;
  };
  CHECK(CodeOf(with_reference_under(6)) == absl::StatusCode::kOk);
  CHECK(CodeOf(with_reference_under(7)) == absl::StatusCode::kResourceExhausted);
}

TEST_CASE("AMF 3: values nested deeper than the bound are refused, also across AMF0") {
  auto nested = [](const std::string& level, int depth) {
    Bytes bytes = Repeated(level, static_cast<size_t>(depth) - 1);
    bytes.push_back(0x01);
    return bytes;
  };
  CHECK(CodeOf(nested("09 03 01", kMaxDepth)) == absl::StatusCode::kOk);
  CHECK(CodeOf(nested("09 03 01", kMaxDepth + 1)) == absl::StatusCode::kResourceExhausted);
  CHECK(CodeOf(nested("09 03 01", 20'000)) == absl::StatusCode::kResourceExhausted);
  Bytes across = Repeated("0a 00000001", 8);
  across.push_back(0x11);
  Bytes inner = nested("09 03 01", 10);
  across.insert(across.end(), inner.begin(), inner.end());
  CHECK(ParseValues(across).status().code() == absl::StatusCode::kResourceExhausted);
}

TEST_CASE("AMF 3: more values than the bound are refused") {
  CHECK(CodeOf(Bytes(kMaxValues, 0x01)) == absl::StatusCode::kOk);
  CHECK(CodeOf(Bytes(kMaxValues + 1, 0x01)) == absl::StatusCode::kResourceExhausted);
  // A vector of 5,000 numbers.
  Bytes vector = Hex("0d ce11 00");
  vector.resize(vector.size() + 20'000);
  CHECK(CodeOf(vector) == absl::StatusCode::kResourceExhausted);
}

TEST_CASE("AMF 3: what references repeat is counted each time") {
  // Each array holds the one before it twice: 2^14 values of 14 * 7 bytes.
  Bytes doubling = Hex("09 03 01 01");
  for (uint8_t i = 0; i < 14; ++i) {
    Bytes array = Hex("09 05 01 09 00 09 00");
    array[4] = array[6] = static_cast<uint8_t>(i << 1);
    doubling.insert(doubling.end(), array.begin(), array.end());
  }
  CHECK(CodeOf(doubling) == absl::StatusCode::kResourceExhausted);
  // One text of 1,000 bytes, 300 times.
  Bytes texts = Hex("06 8f51");
  texts.resize(texts.size() + 1000, 'a');
  Bytes again = Repeated("06 00", 300);
  texts.insert(texts.end(), again.begin(), again.end());
  CHECK(CodeOf(texts) == absl::StatusCode::kResourceExhausted);
}

}  // namespace sluice::amf
