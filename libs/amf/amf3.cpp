#include "libs/amf/amf3.h"

#include <algorithm>
#include <string>
#include <utility>

#include "libs/base/status_macros.h"
#include "libs/base/text.h"

namespace sluice::amf {
namespace {

// AMF 3 §3.1.
enum Marker : uint8_t {
  kUndefined = 0x00,
  kNull = 0x01,
  kFalse = 0x02,
  kTrue = 0x03,
  kInteger = 0x04,
  kDouble = 0x05,
  kString = 0x06,
  kXmlDocument = 0x07,
  kDate = 0x08,
  kArray = 0x09,
  kObject = 0x0a,
  kXml = 0x0b,
  kByteArray = 0x0c,
  kVectorInt = 0x0d,
  kVectorUint = 0x0e,
  kVectorDouble = 0x0f,
  kVectorObject = 0x10,
};

absl::Status CutOff() { return absl::InvalidArgumentError("AMF3 value is cut off"); }

class Parser {
 public:
  Parser(ByteReader& reader, ParseBudget& budget) : reader_(reader), budget_(budget) {}

  absl::StatusOr<Value> ReadValue();

 private:
  // A value that can be referred to. Begun before its parts are read: references count from there.
  struct Complex {
    bool complete = false;  // else it is being read: a reference would be a circle
    Value value;
    size_t values = 0;  // what a copy of it costs
    size_t text_bytes = 0;
    int height = 0;  // levels below it
  };
  struct Traits {
    std::vector<std::string> names;
    bool dynamic = false;
  };

  absl::StatusOr<Value> ReadBody(uint8_t marker);
  uint32_t ReadU29();
  absl::StatusOr<std::string> ReadText();
  // Any of the kinds whose first number tells a reference (lowest bit 0) from a value.
  absl::StatusOr<Value> ReadComplex(uint8_t marker);
  absl::StatusOr<Value> CopyReferred(size_t index);
  absl::StatusOr<Value> ReadComplexBody(uint8_t marker, uint32_t header);
  absl::StatusOr<Value> ReadBytesAsText(size_t length);
  absl::StatusOr<Value> ReadArray(uint32_t count);
  absl::StatusOr<Value> ReadObject(uint32_t header);
  absl::StatusOr<size_t> ReadTraits(uint32_t header);  // its index
  absl::StatusOr<Value> ReadVector(uint8_t marker, uint32_t count);
  double ReadElement(uint8_t marker);  // of a vector of numbers
  // Name and value in turn up to the empty name.
  absl::Status ReadNamed(std::vector<Property>& properties);
  absl::Status ReadNamedValue(std::string name, std::vector<Property>& properties);

  ByteReader& reader_;
  ParseBudget& budget_;
  // Bounded by the message: each entry costs bytes of it.
  std::vector<std::string> texts_;
  std::vector<Complex> complex_;
  std::vector<Traits> traits_;
};

absl::StatusOr<Value> Parser::ReadValue() {
  SLUICE_RETURN_IF_ERROR(budget_.Enter());
  uint8_t marker = reader_.ReadU8();
  if (!reader_.ok()) return CutOff();
  absl::StatusOr<Value> value = ReadBody(marker);
  budget_.Leave();
  if (value.ok() && !reader_.ok()) return CutOff();
  return value;
}

absl::StatusOr<Value> Parser::ReadBody(uint8_t marker) {
  switch (marker) {
    case kUndefined:
      return Value();
    case kNull:
      return Value(Null());
    case kFalse:
      return Value(false);
    case kTrue:
      return Value(true);
    case kInteger:
      // 29 bits with sign (§3.6).
      return Value(static_cast<int32_t>(ReadU29() << 3) >> 3);
    case kDouble:
      return Value(reader_.ReadDouble());
    case kString: {
      SLUICE_ASSIGN_OR_RETURN(std::string text, ReadText());
      return Value(std::move(text));
    }
    default:
      return ReadComplex(marker);
  }
}

// §1.3.1: 7 bits a byte, the highest bit says that more follow; the fourth byte has 8.
uint32_t Parser::ReadU29() {
  uint32_t value = 0;
  for (int i = 0; i < 3; ++i) {
    uint8_t byte = reader_.ReadU8();
    value = value << 7 | (byte & 0x7f);
    if ((byte & 0x80) == 0) return value;
  }
  return value << 8 | reader_.ReadU8();
}

absl::StatusOr<std::string> Parser::ReadText() {
  uint32_t header = ReadU29();
  uint32_t number = header >> 1;
  std::string text;
  if ((header & 1) == 0) {
    if (!reader_.ok()) return CutOff();
    if (number >= texts_.size()) return absl::InvalidArgumentError("AMF3: no such text");
    SLUICE_RETURN_IF_ERROR(budget_.Add(0, texts_[number].size()));
    return texts_[number];
  }
  text = std::string(AsText(reader_.ReadBytes(number)));
  if (!reader_.ok()) return CutOff();
  SLUICE_RETURN_IF_ERROR(budget_.Add(0, text.size()));
  if (!text.empty()) texts_.push_back(text);
  return text;
}

absl::StatusOr<Value> Parser::ReadComplex(uint8_t marker) {
  bool known = marker >= kXmlDocument && marker <= kVectorObject;
  if (!known) return absl::UnimplementedError(StrCat("AMF3 marker ", static_cast<int>(marker)));
  uint32_t header = ReadU29();
  if (!reader_.ok()) return CutOff();
  if ((header & 1) == 0) return CopyReferred(header >> 1);
  size_t index = complex_.size();
  complex_.emplace_back();
  ParseBudget before = budget_;
  budget_.deepest = budget_.depth;
  SLUICE_ASSIGN_OR_RETURN(Value value, ReadComplexBody(marker, header >> 1));
  if (!reader_.ok()) return CutOff();
  Complex& complex = complex_[index];
  complex.complete = true;
  complex.value = value;
  complex.values = budget_.values - before.values;
  complex.text_bytes = budget_.text_bytes - before.text_bytes;
  complex.height = budget_.deepest - budget_.depth;
  budget_.deepest = std::max(budget_.deepest, before.deepest);
  return value;
}

absl::StatusOr<Value> Parser::CopyReferred(size_t index) {
  if (index >= complex_.size() || !complex_[index].complete) {
    return absl::InvalidArgumentError("AMF3: a reference to nothing, or to what surrounds it");
  }
  const Complex& complex = complex_[index];
  SLUICE_RETURN_IF_ERROR(budget_.Reach(complex.height));
  SLUICE_RETURN_IF_ERROR(budget_.Add(complex.values, complex.text_bytes));
  return complex.value;
}

absl::StatusOr<Value> Parser::ReadComplexBody(uint8_t marker, uint32_t header) {
  switch (marker) {
    case kDate:
      return Value(Date{reader_.ReadDouble()});
    case kArray:
      return ReadArray(header);
    case kObject:
      return ReadObject(header);
    case kXmlDocument:
    case kXml:
    case kByteArray:
      return ReadBytesAsText(header);
    default:
      return ReadVector(marker, header);
  }
}

absl::StatusOr<Value> Parser::ReadBytesAsText(size_t length) {
  std::string text(AsText(reader_.ReadBytes(length)));
  SLUICE_RETURN_IF_ERROR(budget_.Add(0, text.size()));
  return Value(std::move(text));
}

absl::StatusOr<Value> Parser::ReadArray(uint32_t count) {
  EcmaArray named;
  SLUICE_RETURN_IF_ERROR(ReadNamed(named.properties));
  StrictArray numbered;
  // Each turn consumes a byte or fails: the count itself is never believed.
  for (uint32_t i = 0; i < count; ++i) {
    SLUICE_ASSIGN_OR_RETURN(Value value, ReadValue());
    numbered.elements.push_back(std::move(value));
  }
  if (named.properties.empty()) return Value(std::move(numbered));
  for (size_t i = 0; i < numbered.elements.size(); ++i) {
    named.properties.push_back({StrCat(i), std::move(numbered.elements[i])});
  }
  return Value(std::move(named));
}

absl::StatusOr<Value> Parser::ReadObject(uint32_t header) {
  SLUICE_ASSIGN_OR_RETURN(size_t index, ReadTraits(header));
  Object object;
  // By index: the values may bring further traits.
  for (size_t i = 0; i < traits_[index].names.size(); ++i) {
    std::string name = traits_[index].names[i];
    SLUICE_RETURN_IF_ERROR(budget_.Add(0, name.size()));
    SLUICE_RETURN_IF_ERROR(ReadNamedValue(std::move(name), object.properties));
  }
  if (traits_[index].dynamic) SLUICE_RETURN_IF_ERROR(ReadNamed(object.properties));
  return Value(std::move(object));
}

// §3.12, without the lowest bit: | 0 index | or | ...100 externalizable | or | count, dynamic, 01
// |.
absl::StatusOr<size_t> Parser::ReadTraits(uint32_t header) {
  if ((header & 1) == 0) {
    size_t index = header >> 1;
    if (index >= traits_.size()) return absl::InvalidArgumentError("AMF3: no such traits");
    return index;
  }
  if ((header & 2) != 0) return absl::UnimplementedError("AMF3: externalizable object");
  Traits traits;
  traits.dynamic = (header & 4) != 0;
  SLUICE_RETURN_IF_ERROR(ReadText().status());  // the class
  for (uint32_t left = header >> 3; left > 0; --left) {
    SLUICE_ASSIGN_OR_RETURN(std::string name, ReadText());
    // A name is a value's worth here: empty ones cost no text.
    SLUICE_RETURN_IF_ERROR(budget_.Add(1, 0));
    traits.names.push_back(std::move(name));
  }
  traits_.push_back(std::move(traits));
  return traits_.size() - 1;
}

absl::StatusOr<Value> Parser::ReadVector(uint8_t marker, uint32_t count) {
  reader_.Skip(1);  // whether its length is fixed
  if (marker == kVectorObject) SLUICE_RETURN_IF_ERROR(ReadText().status());  // their class
  StrictArray array;
  for (uint32_t i = 0; i < count; ++i) {
    if (marker == kVectorObject) {
      SLUICE_ASSIGN_OR_RETURN(Value value, ReadValue());
      array.elements.push_back(std::move(value));
      continue;
    }
    double number = ReadElement(marker);
    if (!reader_.ok()) return CutOff();
    SLUICE_RETURN_IF_ERROR(budget_.Add(1, 0));
    array.elements.push_back(number);
  }
  return Value(std::move(array));
}

double Parser::ReadElement(uint8_t marker) {
  if (marker == kVectorDouble) return reader_.ReadDouble();
  uint32_t bits = reader_.ReadU32();
  return marker == kVectorInt ? static_cast<int32_t>(bits) : static_cast<double>(bits);
}

absl::Status Parser::ReadNamed(std::vector<Property>& properties) {
  while (true) {
    SLUICE_ASSIGN_OR_RETURN(std::string name, ReadText());
    if (name.empty()) return absl::OkStatus();
    SLUICE_RETURN_IF_ERROR(ReadNamedValue(std::move(name), properties));
  }
}

absl::Status Parser::ReadNamedValue(std::string name, std::vector<Property>& properties) {
  SLUICE_ASSIGN_OR_RETURN(Value value, ReadValue());
  properties.push_back({std::move(name), std::move(value)});
  return absl::OkStatus();
}

}  // namespace

absl::StatusOr<Value> ReadAmf3Value(ByteReader& reader, ParseBudget& budget) {
  return Parser(reader, budget).ReadValue();
}

absl::StatusOr<std::vector<Value>> ParseAmf3Values(ByteView message) {
  ByteReader reader(message);
  ParseBudget budget;
  Parser parser(reader, budget);
  std::vector<Value> values;
  while (reader.remaining() > 0) {
    SLUICE_ASSIGN_OR_RETURN(Value value, parser.ReadValue());
    values.push_back(std::move(value));
  }
  return values;
}

}  // namespace sluice::amf
