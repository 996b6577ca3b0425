// AMF0 on the wire (AMF 0 specification §2; the bounds are ours).
#pragma once

#include <vector>

#include "absl/status/statusor.h"
#include "libs/amf/parse_budget.h"
#include "libs/amf/value.h"
#include "libs/base/byte_reader.h"
#include "libs/base/byte_writer.h"

namespace sluice::amf {

// Reads the values of one message, to its end. Read besides the types of Value: long strings and
// XML documents as text, typed objects as objects without their class name, and AMF3 values behind
// the marker 0x11 (§3.1; see ReadAmf3Value, whose errors are these too).
//   InvalidArgument: cut off, an unknown marker, or a property name where none may be.
//   ResourceExhausted: deeper or more than the bounds of ParseBudget.
//   Unimplemented: references (§2.9), movie clips, record sets.
absl::StatusOr<std::vector<Value>> ParseValues(ByteView message);

// Appends one value. A text of more than 65535 bytes becomes a long string; property names are cut
// to 65535 bytes.
void WriteValue(const Value& value, ByteWriter& out);
Bytes SerializeValues(const std::vector<Value>& values);

}  // namespace sluice::amf
