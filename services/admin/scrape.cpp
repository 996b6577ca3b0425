#include "services/admin/scrape.h"

#include <cerrno>
#include <cstring>
#include <utility>

#include "libs/base/status_macros.h"
#include "libs/base/text.h"
#include "libs/metrics/exposition.h"
#include "libs/metrics/scrape_answer.h"
#include "libs/net/socket_address.h"

namespace sluice::admin {
namespace {

constexpr size_t kLargestHead = 16 << 10;  // bytes
constexpr std::string_view kRequest = "GET /metrics HTTP/1.0\r\nHost: localhost\r\n\r\n";

absl::StatusOr<net::OwnedFd> Connect(const net::SocketAddress& address) {
  net::OwnedFd fd(socket(address.family(), SOCK_STREAM | SOCK_NONBLOCK | SOCK_CLOEXEC, 0));
  if (fd.valid() && connect(fd.get(), address.raw(), address.raw_length()) == 0) return fd;
  if (fd.valid() && errno == EINPROGRESS) return fd;
  return absl::UnavailableError(StrCat("cannot connect: ", std::strerror(errno)));
}

}  // namespace

Scrape::Scrape(loop::EventLoop& loop, const std::string& address, Duration timeout, OnPage on_page)
    : loop_(loop), on_page_(std::move(on_page)), timer_(loop, [this] {
        Finish(failed_.ok() ? absl::DeadlineExceededError("no answer in time") : failed_);
      }) {
  failed_ = Start(address);
  timer_.Start(failed_.ok() ? timeout : Duration(0));
}

Scrape::~Scrape() = default;

absl::Status Scrape::Start(const std::string& address) {
  SLUICE_ASSIGN_OR_RETURN(net::SocketAddress peer, net::SocketAddress::ParseHostPort(address));
  SLUICE_ASSIGN_OR_RETURN(net::OwnedFd fd, Connect(peer));
  connection_ = std::make_unique<net::StreamConnection>(loop_, std::move(fd), *this);
  connection_->Send(ToBytes(AsBytes(kRequest)));
  return absl::OkStatus();
}

void Scrape::OnBytes(ByteView bytes) {
  if (received_.size() + bytes.size() > metrics::kLargestPage + kLargestHead) {
    return Finish(absl::ResourceExhaustedError("the page is too large"));
  }
  received_.append(AsText(bytes));
}

void Scrape::OnClosed(const absl::Status& status) {
  if (!status.ok()) return Finish(status);
  absl::StatusOr<std::string_view> body = metrics::ParseScrapeAnswer(received_);
  if (!body.ok()) return Finish(body.status());
  Finish(std::string(*body));
}

void Scrape::Finish(absl::StatusOr<std::string> page) {
  timer_.Stop();
  connection_.reset();
  auto on_page = std::move(on_page_);
  on_page(std::move(page));
}

}  // namespace sluice::admin
