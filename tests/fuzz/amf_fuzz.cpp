// AMF0: any bytes are refused, or read to values that survive a round trip.
#include <cstdlib>

#include "libs/amf/amf0.h"

extern "C" int LLVMFuzzerTestOneInput(const uint8_t* data, size_t size) {
  auto values = sluice::amf::ParseValues({data, size});
  if (!values.ok()) return 0;
  sluice::Bytes bytes = sluice::amf::SerializeValues(*values);
  auto again = sluice::amf::ParseValues(bytes);
  // Compared as bytes: a NaN is not equal to itself.
  if (!again.ok() || sluice::amf::SerializeValues(*again) != bytes) std::abort();
  return 0;
}
