// RFC 8853 §5.1:
//   a=simulcast:send <rid>[,<alternative>];~<initially paused rid> [recv ...]
// RFC 8851 §4:
//   a=rid:<id> send [restrictions]
#include "libs/sdp/simulcast.h"

#include <algorithm>

#include "libs/base/text.h"
#include "libs/sdp/tokens.h"

namespace sluice::sdp {
namespace {

constexpr size_t kMaxRid = 16;  // bytes that fit into a one-byte header extension (RFC 8285 §4.2)

// RFC 8851 §10.
bool IsRid(std::string_view text) {
  return !text.empty() && text.size() <= kMaxRid &&
         std::all_of(text.begin(), text.end(), [](char c) {
           return (c >= 'a' && c <= 'z') || (c >= 'A' && c <= 'Z') || (c >= '0' && c <= '9') ||
                  c == '-' || c == '_';
         });
}

bool IsDeclared(const MediaSection& offered, std::string_view rid) {
  for (const Attribute& attribute : offered.other) {
    if (attribute.name != "rid") continue;
    std::string_view rest = attribute.value;
    if (TakeWord(rest) == rid && TakeWord(rest) == "send") return true;
  }
  return false;
}

// What stands behind "send".
std::string_view SendList(const MediaSection& offered) {
  for (const Attribute& attribute : offered.other) {
    if (attribute.name != "simulcast") continue;
    std::string_view rest = attribute.value;
    while (!rest.empty()) {
      const std::string_view direction = TakeWord(rest);
      const std::string_view list = TakeWord(rest);
      if (direction == "send") return list;
    }
  }
  return {};
}

}  // namespace

std::vector<std::string> OfferedRids(const MediaSection& offered) {
  std::vector<std::string> rids;
  std::string_view list = SendList(offered);
  while (!list.empty() && rids.size() < kMaxEncodings) {
    const auto [alternatives, behind] = Split(list, ';');
    std::string_view rid = Split(alternatives, ',').first;
    if (!rid.empty() && rid.front() == '~') rid.remove_prefix(1);
    const bool known = std::find(rids.begin(), rids.end(), rid) != rids.end();
    if (!known && IsRid(rid) && IsDeclared(offered, rid)) rids.emplace_back(rid);
    list = behind;
  }
  return rids;
}

void DescribeRids(const std::vector<std::string>& rids, MediaSection& answered) {
  if (rids.empty()) return;
  std::string list;
  for (const std::string& rid : rids) {
    answered.other.push_back({"rid", rid + " recv"});
    list += (list.empty() ? "" : ";") + rid;
  }
  answered.other.push_back({"simulcast", "recv " + list});
}

}  // namespace sluice::sdp
