#include "libs/http/refusal.h"

namespace sluice::http {

std::string_view RefusalName(Refusal refusal) {
  static constexpr std::array<std::string_view, kRefusalKinds> kNames = {
      "connections",      "malformed",      "header_too_large", "slow_header",
      "body_length",      "body_too_large", "slow_body",        "answer",
      "message_too_long", "binary_message", "send_queue_full"};
  return kNames[static_cast<size_t>(refusal)];
}

}  // namespace sluice::http
