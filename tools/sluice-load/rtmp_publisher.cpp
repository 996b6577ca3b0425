#include "tools/sluice-load/rtmp_publisher.h"

#include <netinet/tcp.h>
#include <sys/socket.h>

#include <cerrno>
#include <cstring>
#include <utility>

#include "libs/base/status_macros.h"
#include "libs/base/text.h"

namespace sluice::load {
namespace {

constexpr Duration kTick = 5ms;
constexpr size_t kMaxUnsent = 8 << 20;  // bytes; a server that reads so slowly is given up
constexpr std::string_view kScheme = "rtmp://";

absl::StatusOr<net::OwnedFd> StartConnecting(const net::SocketAddress& server) {
  net::OwnedFd fd(socket(server.family(), SOCK_STREAM | SOCK_NONBLOCK | SOCK_CLOEXEC, 0));
  int on = 1;
  setsockopt(fd.get(), IPPROTO_TCP, TCP_NODELAY, &on, sizeof(on));
  if (connect(fd.get(), server.raw(), server.raw_length()) != 0 && errno != EINPROGRESS)
    return absl::UnavailableError(StrCat("connect: ", std::strerror(errno)));
  return fd;
}

}  // namespace

absl::StatusOr<RtmpUrl> ParseRtmpUrl(std::string_view url) {
  size_t slash = url.starts_with(kScheme) ? url.find('/', kScheme.size()) : std::string_view::npos;
  size_t name = slash == std::string_view::npos ? slash : url.find('/', slash + 1);
  if (name == std::string_view::npos || name + 1 == url.size())
    return absl::InvalidArgumentError(StrCat("not rtmp://ADDRESS:PORT/APP/NAME: ", url));
  RtmpUrl parsed;
  parsed.target = {.app = std::string(url.substr(slash + 1, name - slash - 1)),
                   .name = std::string(url.substr(name + 1)),
                   .tc_url = std::string(url.substr(0, name))};
  std::string server(url.substr(kScheme.size(), slash - kScheme.size()));
  if (server.find(':') == std::string::npos) server += ":1935";
  SLUICE_ASSIGN_OR_RETURN(parsed.server, net::SocketAddress::ParseHostPort(server));
  return parsed;
}

RtmpPublisher::RtmpPublisher(loop::EventLoop& loop, RandomSource& random, RtmpUrl url,
                             const FlvFile& file, SentPictures* sent)
    : loop_(loop),
      url_(std::move(url)),
      file_(file),
      sent_(sent),
      protocol_(url_.target, random),
      tick_(loop, [this] { OnTick(); }) {}

void RtmpPublisher::Start() {
  auto fd = StartConnecting(url_.server);
  if (!fd.ok()) {
    failure_ = std::string(fd.status().message());
    return;
  }
  connection_ = std::make_unique<net::StreamConnection>(loop_, *std::move(fd), *this);
  Flush();
}

void RtmpPublisher::End() {
  tick_.Stop();
  if (!publishing()) return;
  protocol_.End();
  Flush();
}

void RtmpPublisher::OnBytes(ByteView bytes) {
  absl::Status status = protocol_.Receive(bytes);
  if (!status.ok() && failure_.empty()) failure_ = std::string(status.message());
  if (protocol_.publishing() && !tick_.running() && next_ == 0) {
    began_ = loop_.now();
    tick_.Start(0ms, kTick);
  }
  Flush();
}

void RtmpPublisher::OnClosed(const absl::Status& status) {
  tick_.Stop();
  if (failure_.empty()) failure_ = StrCat("the server closed: ", ToStd(status.message()));
}

void RtmpPublisher::OnTick() {
  auto elapsed = static_cast<uint64_t>(ToMilliseconds(loop_.now() - began_));
  const size_t count = file_.tags.size();
  while (true) {
    const FlvTag& tag = file_.tags[next_ % count];
    uint64_t due = next_ / count * file_.duration + tag.timestamp - file_.tags.front().timestamp;
    if (due > elapsed) break;
    if (sent_ != nullptr && tag.type == rtmp::MessageType::kVideo)
      sent_->Add(static_cast<uint32_t>(due * 90), loop_.now());
    protocol_.SendMedia(tag.type, static_cast<uint32_t>(due), tag.payload);
    ++next_;
  }
  Flush();
  if (connection_->unsent_bytes() > kMaxUnsent)
    OnClosed(absl::UnavailableError("it reads too slowly"));
}

void RtmpPublisher::Flush() {
  Bytes output = protocol_.TakeOutput();
  if (!output.empty()) connection_->Send(std::move(output));
}

}  // namespace sluice::load
