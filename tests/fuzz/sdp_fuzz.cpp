// Session descriptions: any text is read or refused, and what is written is read back the same.
#include <algorithm>
#include <cstdlib>

#include "libs/base/bytes.h"
#include "libs/sdp/session_description.h"

extern "C" int LLVMFuzzerTestOneInput(const uint8_t* data, size_t size) {
  const auto first = sluice::sdp::Parse(sluice::AsText({data, size}));
  if (!first.ok()) return 0;
  const std::string text = sluice::sdp::Serialize(*first);
  // rtcp-fb of "*" grows when it is written for each format.
  const auto lines = static_cast<size_t>(std::count(text.begin(), text.end(), '\n'));
  if (text.size() > sluice::sdp::kMaxBytes || lines > sluice::sdp::kMaxLines) return 0;
  const auto second = sluice::sdp::Parse(text);
  if (!second.ok() || !(*first == *second)) std::abort();
  return 0;
}
