// AMF3 on the wire (Action Message Format, AMF 3 specification §3; the bounds are ours). Read only:
// we answer in AMF0.
#pragma once

#include <vector>

#include "absl/status/statusor.h"
#include "libs/amf/parse_budget.h"
#include "libs/amf/value.h"
#include "libs/base/byte_reader.h"

namespace sluice::amf {

// Reads one value, as it follows AMF0's marker 0x11, with reference tables of its own; `reader` is
// behind it afterwards. Integers become numbers; XML and byte arrays texts; an array with names an
// ECMA array (its numbered elements named "0", "1", ...); vectors strict arrays; objects lose their
// class. What is referred to is copied.
//   InvalidArgument: cut off, an unknown marker, or a reference to nothing or to what surrounds it.
//   ResourceExhausted: over a bound of ParseBudget. Unimplemented: externalizable objects (their
//   form is their class's secret) and dictionaries.
absl::StatusOr<Value> ReadAmf3Value(ByteReader& reader, ParseBudget& budget);

// The values of a whole message in AMF3, to its end, with common reference tables.
absl::StatusOr<std::vector<Value>> ParseAmf3Values(ByteView message);

}  // namespace sluice::amf
