// The console page and the OpenAPI document, compiled into the program.
#pragma once

#include <span>
#include <string_view>

namespace sluice::http_gateway {

struct Asset {
  std::string_view name;  // of the file, "console.js"
  std::string_view content;
  std::string_view hash;  // of the content, for ETag
};

// Written by embed.cmake.
std::span<const Asset> Assets();

}  // namespace sluice::http_gateway
