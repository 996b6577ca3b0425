#include "services/http-gateway/session_query.h"

#include <algorithm>

#include "absl/strings/ascii.h"
#include "absl/strings/numbers.h"
#include "libs/base/status_macros.h"
#include "libs/base/text.h"

namespace sluice::http_gateway {
namespace {

constexpr uint64_t kMaxPixels = 65'535;  // of a side
constexpr uint64_t kMaxTemporalLayers = 8;
constexpr size_t kMaxRid = 16;  // bytes, as an m-line's rids are bounded

}  // namespace

absl::StatusOr<v1::IceTransport> ReadTransport(const http::Request& request) {
  const std::string_view word = request.QueryValue("transport");
  if (word.empty()) return v1::ICE_TRANSPORT_ANY;
  if (word == "udp" || word == "UDP") return v1::ICE_TRANSPORT_UDP;
  if (word == "tcp" || word == "TCP") return v1::ICE_TRANSPORT_TCP;
  return absl::InvalidArgumentError("transport must be udp or tcp.");
}

absl::StatusOr<uint64_t> ReadNumber(const http::Request& request, std::string_view name,
                                    uint64_t max) {
  const std::string_view text = request.QueryValue(name);
  uint64_t value = 0;
  if (text.empty()) return value;
  if (!absl::SimpleAtoi(ToAbsl(text), &value) || value > max) {
    return absl::InvalidArgumentError(StrCat(name, " must be a number of at most ", max, "."));
  }
  return value;
}

absl::StatusOr<v1::LayerLimits> ReadLayerLimits(const http::Request& request) {
  v1::LayerLimits limits;
  SLUICE_ASSIGN_OR_RETURN(const uint64_t width, ReadNumber(request, "max_width", kMaxPixels));
  SLUICE_ASSIGN_OR_RETURN(const uint64_t height, ReadNumber(request, "max_height", kMaxPixels));
  SLUICE_ASSIGN_OR_RETURN(const uint64_t bitrate, ReadNumber(request, "max_bitrate", kMaxBitrate));
  SLUICE_ASSIGN_OR_RETURN(const uint64_t layers,
                          ReadNumber(request, "max_temporal_layers", kMaxTemporalLayers));
  limits.set_max_width(static_cast<uint32_t>(width));
  limits.set_max_height(static_cast<uint32_t>(height));
  limits.set_max_bitrate_bps(bitrate);
  limits.set_max_temporal_layers(static_cast<uint32_t>(layers));
  limits.set_rid(std::string(request.QueryValue("rid")));
  SLUICE_RETURN_IF_ERROR(CheckLayerLimits(limits));
  return limits;
}

absl::Status CheckLayerLimits(const v1::LayerLimits& limits) {
  const std::string& rid = limits.rid();
  const bool plain = std::all_of(rid.begin(), rid.end(), [](unsigned char c) {
    return absl::ascii_isalnum(c) || c == '-' || c == '_';
  });
  if (plain && rid.size() <= kMaxRid) return absl::OkStatus();
  return absl::InvalidArgumentError("rid must be 1 to 16 letters, digits, - or _.");
}

}  // namespace sluice::http_gateway
