// OpenSSL's error queue as a status. For this library only.
#pragma once

#include <openssl/err.h>

#include <string>
#include <string_view>

#include "absl/status/status.h"
#include "libs/base/text.h"

namespace sluice::dtls {

// The reason of the oldest queued error; empties the queue.
inline std::string TakeOpensslReason() {
  const char* reason = ERR_reason_error_string(ERR_peek_error());
  std::string text = reason != nullptr ? reason : "no reason given";
  ERR_clear_error();
  return text;
}

inline absl::Status OpensslError(std::string_view what) {
  return absl::InternalError(StrCat(what, ": ", TakeOpensslReason()));
}

}  // namespace sluice::dtls
