// SDP fragments: what is read is bounded, and reads the same after it is written.
#include <cstdlib>

#include "libs/base/bytes.h"
#include "libs/sdp/fragment.h"

extern "C" int LLVMFuzzerTestOneInput(const uint8_t* data, size_t size) {
  const auto fragment = sluice::sdp::ParseFragment(sluice::AsText({data, size}));
  if (!fragment.ok()) return 0;
  if (fragment->candidates.size() > sluice::sdp::kMaxCandidates) std::abort();
  const std::string text = sluice::sdp::SerializeFragment(*fragment);
  if (text.size() > sluice::sdp::kMaxBytes) return 0;
  const auto again = sluice::sdp::ParseFragment(text);
  if (!again.ok() || *again != *fragment) std::abort();
  return 0;
}
