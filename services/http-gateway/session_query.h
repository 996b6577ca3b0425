// What the query of an offer's URL asks for.
#pragma once

#include "absl/status/statusor.h"
#include "libs/http/message.h"
#include "sluice/v1/webrtc.pb.h"

namespace sluice::http_gateway {

// "?transport=udp" or "tcp"; absent: both. InvalidArgument: another word.
absl::StatusOr<v1::IceTransport> ReadTransport(const http::Request& request);

// "?rid=", "?max_width=", "?max_height=" (pixels), "?max_bitrate=" (bit/s),
// "?max_temporal_layers=". InvalidArgument: not a number, a rid that cannot be one.
absl::StatusOr<v1::LayerLimits> ReadLayerLimits(const http::Request& request);

// The argument `name` as a number, 0 if it is absent. InvalidArgument: not a number, or over `max`.
absl::StatusOr<uint64_t> ReadNumber(const http::Request& request, std::string_view name,
                                    uint64_t max);

// InvalidArgument: the rid cannot be one (RFC 8851 §10).
absl::Status CheckLayerLimits(const v1::LayerLimits& limits);

inline constexpr uint64_t kMaxBitrate = 1'000'000'000;  // bit/s

}  // namespace sluice::http_gateway
