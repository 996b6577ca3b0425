// Private to libs/wcs: nlohmann::json with bounds and without exceptions.
#pragma once

#include <cstdint>
#include <nlohmann/json.hpp>
#include <optional>
#include <string>
#include <string_view>

#include "absl/status/statusor.h"

namespace sluice::wcs {

// InvalidArgument: deeper than `max_depth`, or not one JSON value.
absl::StatusOr<nlohmann::json> ParseJson(std::string_view text, int max_depth);

// Bytes that are not UTF-8 are written as U+FFFD: texts may come from elsewhere.
std::string DumpJson(const nlohmann::json& value);

// The member `key` of an object if it is of the wanted type; empty, 0 or nullopt otherwise.
std::string TextMember(const nlohmann::json& object, const char* key);
uint32_t NumberMember(const nlohmann::json& object, const char* key);
bool TrueMember(const nlohmann::json& object, const char* key);

}  // namespace sluice::wcs
