#include "libs/amf/amf0.h"

#include <algorithm>
#include <limits>
#include <utility>

#include "libs/amf/amf3.h"
#include "libs/base/status_macros.h"
#include "libs/base/text.h"

namespace sluice::amf {
namespace {

// AMF 0 §2.1.
enum Marker : uint8_t {
  kNumber = 0x00,
  kBoolean = 0x01,
  kString = 0x02,
  kObject = 0x03,
  kNull = 0x05,
  kUndefined = 0x06,
  kEcmaArray = 0x08,
  kObjectEnd = 0x09,
  kStrictArray = 0x0a,
  kDate = 0x0b,
  kLongString = 0x0c,
  kUnsupported = 0x0d,
  kXmlDocument = 0x0f,
  kTypedObject = 0x10,
  kAmf3 = 0x11,  // §3.1, avmplus-object
};

constexpr size_t kMaxShortText = std::numeric_limits<uint16_t>::max();

class Parser {
 public:
  explicit Parser(ByteView message) : reader_(message) {}

  bool at_end() const { return reader_.remaining() == 0; }
  absl::StatusOr<Value> ReadValue();

 private:
  absl::StatusOr<Value> ReadBody(uint8_t marker);
  absl::StatusOr<std::vector<Property>> ReadProperties();
  absl::StatusOr<Value> ReadStrictArray();
  std::string ReadShortText() { return std::string(AsText(reader_.ReadBytes(reader_.ReadU16()))); }
  std::string ReadLongText() { return std::string(AsText(reader_.ReadBytes(reader_.ReadU32()))); }
  template <typename T>
  absl::StatusOr<Value> Whole(T value) const {
    if (!reader_.ok()) return absl::InvalidArgumentError("AMF0 value is cut off");
    return Value(std::move(value));
  }

  ByteReader reader_;
  ParseBudget budget_;
};

absl::StatusOr<Value> Parser::ReadValue() {
  SLUICE_RETURN_IF_ERROR(budget_.Enter());
  uint8_t marker = reader_.ReadU8();
  if (!reader_.ok()) return absl::InvalidArgumentError("AMF0 value is cut off");
  absl::StatusOr<Value> value = ReadBody(marker);
  budget_.Leave();
  return value;
}

absl::StatusOr<Value> Parser::ReadBody(uint8_t marker) {
  switch (marker) {
    case kNumber:
      return Whole(reader_.ReadDouble());
    case kBoolean:
      return Whole(reader_.ReadU8() != 0);
    case kString:
      return Whole(ReadShortText());
    case kLongString:
    case kXmlDocument:
      return Whole(ReadLongText());
    case kNull:
      return Value(Null());
    case kUndefined:
    case kUnsupported:
      return Value();
    case kDate: {
      Date date{reader_.ReadDouble()};
      reader_.Skip(2);  // time zone: reserved, shall be 0 (§2.13)
      return Whole(date);
    }
    case kTypedObject:
      ReadShortText();
      [[fallthrough]];
    case kObject: {
      SLUICE_ASSIGN_OR_RETURN(std::vector<Property> properties, ReadProperties());
      return Value(Object{std::move(properties)});
    }
    case kEcmaArray: {
      reader_.Skip(4);  // the count is a hint only: encoders write 0
      SLUICE_ASSIGN_OR_RETURN(std::vector<Property> properties, ReadProperties());
      return Value(EcmaArray{std::move(properties)});
    }
    case kStrictArray:
      return ReadStrictArray();
    case kAmf3:
      return ReadAmf3Value(reader_, budget_);
    case kObjectEnd:
      return absl::InvalidArgumentError("AMF0 object end outside an object");
    default:
      return absl::UnimplementedError(StrCat("AMF0 marker ", static_cast<int>(marker)));
  }
}

absl::StatusOr<std::vector<Property>> Parser::ReadProperties() {
  std::vector<Property> properties;
  while (true) {
    std::string name = ReadShortText();
    if (!reader_.ok()) return absl::InvalidArgumentError("AMF0 object is cut off");
    if (name.empty() && !reader_.rest().empty() && reader_.rest()[0] == kObjectEnd) {
      reader_.Skip(1);
      return properties;
    }
    SLUICE_ASSIGN_OR_RETURN(Value value, ReadValue());
    properties.push_back({std::move(name), std::move(value)});
  }
}

absl::StatusOr<Value> Parser::ReadStrictArray() {
  uint32_t count = reader_.ReadU32();
  StrictArray array;
  // Each turn consumes a byte or fails: the count itself is never believed.
  for (uint32_t i = 0; i < count; ++i) {
    SLUICE_ASSIGN_OR_RETURN(Value value, ReadValue());
    array.elements.push_back(std::move(value));
  }
  return Whole(std::move(array));
}

void WriteShortText(std::string_view text, ByteWriter& out) {
  text = text.substr(0, kMaxShortText);
  out.WriteU16(static_cast<uint16_t>(text.size()));
  out.WriteBytes(AsBytes(text));
}

void WriteProperties(const std::vector<Property>& properties, ByteWriter& out) {
  for (const Property& property : properties) {
    WriteShortText(property.name, out);
    WriteValue(property.value, out);
  }
  WriteShortText("", out);
  out.WriteU8(kObjectEnd);
}

struct ValueWriter {
  ByteWriter& out;

  void operator()(Undefined) const { out.WriteU8(kUndefined); }
  void operator()(Null) const { out.WriteU8(kNull); }
  void operator()(double number) const {
    out.WriteU8(kNumber);
    out.WriteDouble(number);
  }
  void operator()(bool boolean) const {
    out.WriteU8(kBoolean);
    out.WriteU8(boolean ? 1 : 0);
  }
  void operator()(const std::string& text) const {
    if (text.size() <= kMaxShortText) {
      out.WriteU8(kString);
      WriteShortText(text, out);
      return;
    }
    out.WriteU8(kLongString);
    out.WriteU32(static_cast<uint32_t>(text.size()));
    out.WriteBytes(AsBytes(text));
  }
  void operator()(const Object& object) const {
    out.WriteU8(kObject);
    WriteProperties(object.properties, out);
  }
  void operator()(const EcmaArray& array) const {
    out.WriteU8(kEcmaArray);
    out.WriteU32(static_cast<uint32_t>(array.properties.size()));
    WriteProperties(array.properties, out);
  }
  void operator()(const StrictArray& array) const {
    out.WriteU8(kStrictArray);
    out.WriteU32(static_cast<uint32_t>(array.elements.size()));
    for (const Value& element : array.elements) WriteValue(element, out);
  }
  void operator()(Date date) const {
    out.WriteU8(kDate);
    out.WriteDouble(date.milliseconds);
    out.WriteU16(0);
  }
};

}  // namespace

absl::StatusOr<std::vector<Value>> ParseValues(ByteView message) {
  Parser parser(message);
  std::vector<Value> values;
  while (!parser.at_end()) {
    SLUICE_ASSIGN_OR_RETURN(Value value, parser.ReadValue());
    values.push_back(std::move(value));
  }
  return values;
}

void WriteValue(const Value& value, ByteWriter& out) {
  std::visit(ValueWriter{out}, value.variant());
}

Bytes SerializeValues(const std::vector<Value>& values) {
  Bytes bytes;
  ByteWriter out(bytes);
  for (const Value& value : values) WriteValue(value, out);
  return bytes;
}

}  // namespace sluice::amf
