// Simulcast by restriction ids (RFC 8851, RFC 8853): which encodings an m-line offers to send.
#pragma once

#include <string>
#include <vector>

#include "libs/sdp/session_description.h"

namespace sluice::sdp {

inline constexpr size_t kMaxEncodings = 4;  // of one m-line; further ones are not agreed on

// The rids of a=simulcast:send in their order, of alternatives the first; empty if there is none.
std::vector<std::string> OfferedRids(const MediaSection& offered);

// Answers that `rids` are received.
void DescribeRids(const std::vector<std::string>& rids, MediaSection& answered);

}  // namespace sluice::sdp
