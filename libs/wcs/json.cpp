#include "libs/wcs/json.h"

#include <limits>

namespace sluice::wcs {
namespace {

// Counts brackets outside strings. The parser itself has no bound, and writing recurses.
bool DeeperThan(std::string_view text, int max_depth) {
  int depth = 0;
  bool in_string = false;
  for (size_t i = 0; i < text.size(); ++i) {
    char c = text[i];
    if (in_string) {
      if (c == '\\') ++i;
      if (c == '"') in_string = false;
    } else if (c == '"') {
      in_string = true;
    } else if (c == '{' || c == '[') {
      if (++depth > max_depth) return true;
    } else if (c == '}' || c == ']') {
      --depth;
    }
  }
  return false;
}

}  // namespace

absl::StatusOr<nlohmann::json> ParseJson(std::string_view text, int max_depth) {
  if (DeeperThan(text, max_depth)) return absl::InvalidArgumentError("JSON is nested too deep");
  nlohmann::json value = nlohmann::json::parse(text, nullptr, /*allow_exceptions=*/false);
  if (value.is_discarded()) return absl::InvalidArgumentError("not JSON");
  return value;
}

std::string DumpJson(const nlohmann::json& value) {
  return value.dump(-1, ' ', false, nlohmann::json::error_handler_t::replace);
}

std::string TextMember(const nlohmann::json& object, const char* key) {
  if (!object.is_object()) return {};
  auto member = object.find(key);
  if (member == object.end() || !member->is_string()) return {};
  return member->get_ref<const std::string&>();
}

uint32_t NumberMember(const nlohmann::json& object, const char* key) {
  if (!object.is_object()) return 0;
  auto member = object.find(key);
  if (member == object.end() || !member->is_number()) return 0;
  double value = member->get<double>();
  if (!(value > 0)) return 0;
  constexpr double kMost = std::numeric_limits<uint32_t>::max();
  return value >= kMost ? std::numeric_limits<uint32_t>::max() : static_cast<uint32_t>(value);
}

bool TrueMember(const nlohmann::json& object, const char* key) {
  if (!object.is_object()) return false;
  auto member = object.find(key);
  if (member == object.end()) return false;
  return (member->is_boolean() && member->get<bool>()) ||
         (member->is_string() && member->get_ref<const std::string&>() == "true");
}

}  // namespace sluice::wcs
