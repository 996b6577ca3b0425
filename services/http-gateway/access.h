// Who may use what is not public: everybody on this host, others with the password of `admin`.
#pragma once

#include <optional>
#include <string>

#include "absl/status/statusor.h"
#include "libs/http/basic_auth.h"
#include "libs/http/router.h"
#include "libs/log/logger.h"

namespace sluice::http_gateway {

class Access {
 public:
  // password: nullopt = no credentials exist; then only loopback is let in.
  Access(std::optional<std::string> password, log::Logger& log);

  // `serve` behind the check: 401 without the right credentials, 403 if none exist. Access outlives
  // it.
  http::Serve Guard(http::Serve serve);

 private:
  std::optional<http::BasicCredentials> admin_;
  log::Logger& log_;
};

// The first line of the file at `path`; nullopt for an empty path. InvalidArgument: not readable,
// or the line is empty.
absl::StatusOr<std::optional<std::string>> ReadPassword(const std::string& path);

}  // namespace sluice::http_gateway
