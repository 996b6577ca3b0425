#include "libs/amf/value.h"

namespace sluice::amf {

bool operator==(const Object& a, const Object& b) { return a.properties == b.properties; }
bool operator==(const EcmaArray& a, const EcmaArray& b) { return a.properties == b.properties; }
bool operator==(const StrictArray& a, const StrictArray& b) { return a.elements == b.elements; }

std::string_view Value::text() const {
  const auto* text = As<std::string>();
  return text != nullptr ? std::string_view(*text) : std::string_view();
}

double Value::number(double otherwise) const {
  const auto* number = As<double>();
  return number != nullptr ? *number : otherwise;
}

const std::vector<Property>* Value::properties() const {
  if (const auto* object = As<Object>()) return &object->properties;
  if (const auto* array = As<EcmaArray>()) return &array->properties;
  return nullptr;
}

const Value* Value::Find(std::string_view name) const {
  const std::vector<Property>* all = properties();
  if (all == nullptr) return nullptr;
  for (const Property& property : *all) {
    if (property.name == name) return &property.value;
  }
  return nullptr;
}

Object MakeObject(std::initializer_list<Property> properties) { return {properties}; }
EcmaArray MakeEcmaArray(std::initializer_list<Property> properties) { return {properties}; }

}  // namespace sluice::amf
