// What a daemon answers to a scrape: the HTTP answer and the page in it, or a bare page. What is
// read is written back to what reads the same.
#include <cstdlib>

#include "libs/metrics/exposition.h"
#include "libs/metrics/scrape_answer.h"

namespace {

using sluice::metrics::PageFamily;
using sluice::metrics::ParseExposition;

std::string Serialize(const std::vector<PageFamily>& families) {
  std::string page;
  for (const PageFamily& family : families) page += SerializeFamily(family);
  return page;
}

void ReadPage(std::string_view page) {
  auto families = ParseExposition(page);
  if (!families.ok()) return;
  std::string written = Serialize(*families);
  auto again = ParseExposition(written);
  if (!again.ok() || Serialize(*again) != written) std::abort();
}

}  // namespace

extern "C" int LLVMFuzzerTestOneInput(const uint8_t* data, size_t size) {
  std::string_view bytes(reinterpret_cast<const char*>(data), size);
  ReadPage(bytes);
  if (auto body = sluice::metrics::ParseScrapeAnswer(bytes); body.ok()) ReadPage(*body);
  return 0;
}
