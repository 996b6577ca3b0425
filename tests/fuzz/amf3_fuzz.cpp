// AMF3: any bytes are refused, or read to values that AMF0 can say, within the bounds.
#include <cstdlib>

#include "libs/amf/amf0.h"
#include "libs/amf/amf3.h"

extern "C" int LLVMFuzzerTestOneInput(const uint8_t* data, size_t size) {
  auto values = sluice::amf::ParseAmf3Values({data, size});
  if (!values.ok()) return 0;
  sluice::Bytes bytes = sluice::amf::SerializeValues(*values);
  // Texts, and for each value a few bytes of its own.
  if (bytes.size() > 4 * (sluice::amf::kMaxTextBytes + 32 * sluice::amf::kMaxValues)) std::abort();
  auto again = sluice::amf::ParseValues(bytes);
  if (!again.ok() || sluice::amf::SerializeValues(*again) != bytes) std::abort();
  return 0;
}
