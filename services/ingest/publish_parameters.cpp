#include "services/ingest/publish_parameters.h"

#include <cstddef>

namespace sluice::ingest {
namespace {

constexpr size_t kMaxNames = 32;
constexpr char kHidden[] = "***";

void Append(std::string_view query, size_t& count, std::string& shown) {
  while (!query.empty() && count < kMaxNames) {
    size_t end = query.find('&');
    std::string_view one = query.substr(0, end);
    query = end == std::string_view::npos ? std::string_view() : query.substr(end + 1);
    if (one.empty()) continue;
    if (!shown.empty()) shown += '&';
    size_t equals = one.find('=');
    if (equals != std::string_view::npos) shown += one.substr(0, equals + 1);
    shown += kHidden;
    ++count;
  }
}

}  // namespace

std::string ShownParameters(std::string_view app_query, std::string_view stream_query) {
  std::string shown;
  size_t count = 0;
  Append(app_query, count, shown);
  Append(stream_query, count, shown);
  return shown;
}

}  // namespace sluice::ingest
