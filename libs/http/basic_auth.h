// HTTP Basic authentication (RFC 7617).
#pragma once

#include <optional>
#include <string>
#include <string_view>

#include "libs/http/message.h"

namespace sluice::http {

struct BasicCredentials {
  std::string user;
  std::string password;
};

// Reads the value of an Authorization header. nullopt if it is not well-formed Basic.
std::optional<BasicCredentials> ParseBasicAuthorization(std::string_view value);

// Compares in a time that depends on the lengths only.
bool SameCredentials(const BasicCredentials& given, const BasicCredentials& wanted);

// 401 with WWW-Authenticate for `realm`.
Response AuthenticationRequired(std::string_view realm);

}  // namespace sluice::http
