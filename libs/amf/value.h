// AMF0 values (Action Message Format, AMF 0 specification §2).
#pragma once

#include <cstddef>
#include <initializer_list>
#include <string>
#include <string_view>
#include <utility>
#include <variant>
#include <vector>

namespace sluice::amf {

class Value;
struct Property;

struct Undefined {
  friend bool operator==(Undefined, Undefined) = default;
};
struct Null {
  friend bool operator==(Null, Null) = default;
};
// Properties in their order on the wire; names may repeat.
struct Object {
  std::vector<Property> properties;
  friend bool operator==(const Object&, const Object&);
};
// An object that says beforehand how many properties it has; metadata is mostly one.
struct EcmaArray {
  std::vector<Property> properties;
  friend bool operator==(const EcmaArray&, const EcmaArray&);
};
struct StrictArray {
  std::vector<Value> elements;
  friend bool operator==(const StrictArray&, const StrictArray&);
};
struct Date {
  double milliseconds = 0;  // since 1970, UTC
  friend bool operator==(Date, Date) = default;
};

// One value of any type. Read by asking: a wrong type gives nullopt, nullptr or the empty text,
// since peers send what they like.
class Value {
 public:
  using Variant = std::variant<Undefined, Null, double, bool, std::string, Object, EcmaArray,
                               StrictArray, Date>;

  // Undefined. All constructors are defined below, where Property is complete.
  Value();
  Value(Null null);
  Value(double number);
  Value(int number);
  Value(bool boolean);
  Value(std::string text);
  Value(std::string_view text);
  Value(const char* text);
  Value(Object object);
  Value(EcmaArray array);
  Value(StrictArray array);
  Value(Date date);
  template <typename T>
  Value(T*) = delete;  // would become a bool

  const Variant& variant() const { return variant_; }
  template <typename T>
  const T* As() const {
    return std::get_if<T>(&variant_);
  }

  // Empty if it is not a text.
  std::string_view text() const;
  // `otherwise` if it is not a number.
  double number(double otherwise) const;
  bool is_null() const { return As<Null>() != nullptr; }
  // The properties of an object or ECMA array, borrowed; nullptr for other types.
  const std::vector<Property>* properties() const;
  // The first property of that name of an object or ECMA array, borrowed; nullptr if there is none.
  const Value* Find(std::string_view name) const;

  friend bool operator==(const Value&, const Value&) = default;

 private:
  Variant variant_;
};

struct Property {
  std::string name;  // at most 65535 bytes
  Value value;
  friend bool operator==(const Property&, const Property&) = default;
};

inline Value::Value() = default;
inline Value::Value(Null null) : variant_(null) {}
inline Value::Value(double number) : variant_(number) {}
inline Value::Value(int number) : variant_(static_cast<double>(number)) {}
inline Value::Value(bool boolean) : variant_(boolean) {}
inline Value::Value(std::string text) : variant_(std::move(text)) {}
inline Value::Value(std::string_view text) : variant_(std::string(text)) {}
inline Value::Value(const char* text) : variant_(std::string(text)) {}
inline Value::Value(Object object) : variant_(std::move(object)) {}
inline Value::Value(EcmaArray array) : variant_(std::move(array)) {}
inline Value::Value(StrictArray array) : variant_(std::move(array)) {}
inline Value::Value(Date date) : variant_(date) {}

Object MakeObject(std::initializer_list<Property> properties);
EcmaArray MakeEcmaArray(std::initializer_list<Property> properties);

}  // namespace sluice::amf
