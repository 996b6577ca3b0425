// A blocking TCP connection, with or without TLS.
#pragma once

#include <memory>
#include <string>

#include "absl/status/statusor.h"
#include "libs/net/owned_fd.h"

typedef struct ssl_st SSL;

namespace sluice::load {

class HttpStream {
 public:
  // host: a name or a numeric address. Unavailable if it cannot be reached.
  static absl::StatusOr<std::unique_ptr<HttpStream>> Connect(const std::string& host, uint16_t port,
                                                             bool tls);
  ~HttpStream();

  absl::Status Send(std::string_view bytes);
  // To the end of the connection, at most `limit` bytes.
  absl::StatusOr<std::string> ReadAll(size_t limit);

 private:
  HttpStream() = default;
  absl::Status StartTls(const std::string& host);

  net::OwnedFd fd_;
  SSL* ssl_ = nullptr;
};

}  // namespace sluice::load
