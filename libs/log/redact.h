// Removes secrets from texts that are going to be shown.
#pragma once

#include <string>
#include <string_view>

namespace sluice::log {

// Replaces the "user:password" of every URL in `text` by "***", also where the password holds a
// bare '/' or '@', and the values of query parameters named like a secret (token, key, password,
// pass, secret, auth, signature, sig; case is ignored) by "***". Everything else is unchanged.
std::string Redact(std::string_view text);

}  // namespace sluice::log
