#include "libs/fanout/item.h"

#include <array>
#include <utility>

namespace sluice::fanout {
namespace {

constexpr std::array<std::pair<EndCause, std::string_view>, 6> kNames = {{
    {EndCause::kPublisherStopped, "publisher-stopped"},
    {EndCause::kPublisherLost, "publisher-lost"},
    {EndCause::kNameLost, "name-lost"},
    {EndCause::kNodeDrained, "node-drained"},
    {EndCause::kUpstreamLost, "upstream-lost"},
    {EndCause::kFailed, "failed"},
}};

}  // namespace

std::string_view EndCauseName(EndCause cause) {
  for (const auto& [known, name] : kNames) {
    if (known == cause) return name;
  }
  return "failed";
}

EndCause EndCauseFromName(std::string_view name) {
  for (const auto& [cause, known] : kNames) {
    if (known == name) return cause;
  }
  return EndCause::kFailed;
}

}  // namespace sluice::fanout
