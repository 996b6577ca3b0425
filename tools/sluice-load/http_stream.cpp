#include "tools/sluice-load/http_stream.h"

#include <netdb.h>
#include <openssl/ssl.h>
#include <sys/socket.h>
#include <sys/time.h>

#include <cerrno>
#include <cstring>

#include "libs/base/status_macros.h"
#include "libs/base/text.h"

namespace sluice::load {
namespace {

absl::Status Broken(std::string_view call) {
  return absl::UnavailableError(StrCat(call, ": ", std::strerror(errno)));
}

absl::StatusOr<net::OwnedFd> ConnectTcp(const std::string& host, uint16_t port) {
  addrinfo hints{};
  hints.ai_socktype = SOCK_STREAM;
  addrinfo* found = nullptr;
  int error = getaddrinfo(host.c_str(), std::to_string(port).c_str(), &hints, &found);
  if (error != 0) return absl::UnavailableError(StrCat(host, ": ", gai_strerror(error)));
  net::OwnedFd fd(socket(found->ai_family, SOCK_STREAM | SOCK_CLOEXEC, 0));
  timeval timeout{.tv_sec = 5, .tv_usec = 0};
  setsockopt(fd.get(), SOL_SOCKET, SO_RCVTIMEO, &timeout, sizeof(timeout));
  setsockopt(fd.get(), SOL_SOCKET, SO_SNDTIMEO, &timeout, sizeof(timeout));
  int result = connect(fd.get(), found->ai_addr, found->ai_addrlen);
  freeaddrinfo(found);
  if (result != 0) return Broken("connect");
  return fd;
}

SSL_CTX* TlsContext() {
  static SSL_CTX* context = SSL_CTX_new(TLS_client_method());
  return context;
}

}  // namespace

absl::StatusOr<std::unique_ptr<HttpStream>> HttpStream::Connect(const std::string& host,
                                                                uint16_t port, bool tls) {
  std::unique_ptr<HttpStream> stream(new HttpStream);
  SLUICE_ASSIGN_OR_RETURN(stream->fd_, ConnectTcp(host, port));
  if (tls) SLUICE_RETURN_IF_ERROR(stream->StartTls(host));
  return stream;
}

HttpStream::~HttpStream() { SSL_free(ssl_); }

absl::Status HttpStream::StartTls(const std::string& host) {
  ssl_ = SSL_new(TlsContext());
  SSL_set_fd(ssl_, fd_.get());
  SSL_set_tlsext_host_name(ssl_, host.c_str());
  if (SSL_connect(ssl_) != 1) return absl::UnavailableError("the TLS handshake failed");
  return absl::OkStatus();
}

absl::Status HttpStream::Send(std::string_view bytes) {
  while (!bytes.empty()) {
    ssize_t sent = ssl_ != nullptr ? SSL_write(ssl_, bytes.data(), static_cast<int>(bytes.size()))
                                   : send(fd_.get(), bytes.data(), bytes.size(), MSG_NOSIGNAL);
    if (sent <= 0) return Broken("send");
    bytes.remove_prefix(static_cast<size_t>(sent));
  }
  return absl::OkStatus();
}

absl::StatusOr<std::string> HttpStream::ReadAll(size_t limit) {
  std::string answer;
  char buffer[16 << 10];
  while (answer.size() < limit) {
    ssize_t got = ssl_ != nullptr ? SSL_read(ssl_, buffer, sizeof(buffer))
                                  : recv(fd_.get(), buffer, sizeof(buffer), 0);
    if (got < 0 && ssl_ == nullptr) return Broken("recv");
    if (got <= 0) return answer;  // many servers end TLS without a goodbye
    answer.append(buffer, static_cast<size_t>(got));
  }
  return absl::UnavailableError("the answer is too long");
}

}  // namespace sluice::load
