#include "services/http-gateway/access.h"

#include <fstream>
#include <utility>

#include "libs/base/text.h"

namespace sluice::http_gateway {

Access::Access(std::optional<std::string> password, log::Logger& log) : log_(log) {
  if (password) admin_ = http::BasicCredentials{"admin", *std::move(password)};
}

http::Serve Access::Guard(http::Serve serve) {
  return [this, serve = std::move(serve)](const http::Request& request, http::Responder responder) {
    if (request.FromLoopback()) return serve(request, std::move(responder));
    if (!admin_) {
      responder.Send(http::ProblemResponse(
          403, "Forbidden",
          "No password is configured (common.admin_password_file): this host only."));
      return;
    }
    auto given = http::ParseBasicAuthorization(request.Header("authorization"));
    if (given && http::SameCredentials(*given, *admin_)) {
      return serve(request, std::move(responder));
    }
    if (given) log_.WarningLimited("wrong credentials", {{"peer", request.peer_address}});
    responder.Send(http::AuthenticationRequired("Sluice"));
  };
}

absl::StatusOr<std::optional<std::string>> ReadPassword(const std::string& path) {
  if (path.empty()) return std::nullopt;
  std::ifstream file(path);
  std::string line;
  if (!std::getline(file, line) || line.empty()) {
    return absl::InvalidArgumentError(
        StrCat("common.admin_password_file: no password in the first line of ", path));
  }
  return line;
}

}  // namespace sluice::http_gateway
