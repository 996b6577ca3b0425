// A path and a value of the shared directory: the path, a zero byte, the value. What is read from
// them must be written as it was.
#include <cstdlib>
#include <string_view>

#include "libs/base/bytes.h"
#include "libs/directory/values.h"

extern "C" int LLVMFuzzerTestOneInput(const uint8_t* data, size_t size) {
  using namespace sluice::directory;
  const std::string_view input = sluice::AsText({data, size});
  const size_t zero = input.find('\0');
  const std::string_view path = input.substr(0, zero);
  const std::string_view value = zero == std::string_view::npos ? "" : input.substr(zero + 1);
  if (const auto key = ParseStreamPath(path)) {
    if (StreamPath(*key) != path) std::abort();
    if (const StreamPtr entry = ParseStream(*key, value)) {
      const auto written = SerializeStream(*entry);
      if (written.ok() && written->path != path) std::abort();
    }
  }
  if (const auto name = ParseNodePath(path)) {
    if (NodePath(*name) != path) std::abort();
    if (const NodePtr node = ParseNode(*name, value)) {
      const auto written = SerializeNode(*node);
      if (written.ok() && written->path != path) std::abort();
    }
  }
  return 0;
}
