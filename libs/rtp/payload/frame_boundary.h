// Where frames begin in a sequence of packets, for codecs whose frames share a timestamp.
#pragma once

#include <cstdint>
#include <optional>

namespace sluice::rtp::payload {

class FrameBoundary {
 public:
  // True if a packet with this timestamp is the first one seen of its frame.
  bool IsNew(uint32_t rtp_timestamp) {
    const bool is_new = last_ != rtp_timestamp;
    last_ = rtp_timestamp;
    return is_new;
  }

 private:
  std::optional<uint32_t> last_;
};

}  // namespace sluice::rtp::payload
