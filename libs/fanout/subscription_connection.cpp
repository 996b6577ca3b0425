#include "libs/fanout/subscription_connection.h"

#include <utility>

#include "libs/base/text.h"

namespace sluice::fanout {
namespace {

constexpr std::string_view kUnixScheme = "unix:";

}  // namespace

absl::StatusOr<std::unique_ptr<SubscriptionConnection>> SubscriptionConnection::Connect(
    loop::EventLoop& loop, const std::string& address, const std::string& token, OnItems on_items) {
  if (!address.starts_with(kUnixScheme)) {
    return absl::InvalidArgumentError(StrCat("not a fan-out address: ", address));
  }
  auto fd = net::ConnectUnix(address.substr(kUnixScheme.size()));
  if (!fd.ok()) return fd.status();
  return std::make_unique<SubscriptionConnection>(loop, *std::move(fd), token, std::move(on_items));
}

SubscriptionConnection::SubscriptionConnection(loop::EventLoop& loop, net::OwnedFd fd,
                                               const std::string& token, OnItems on_items)
    : on_items_(std::move(on_items)), connection_(loop, std::move(fd), *this) {
  Bytes frame;
  AppendToken(token, frame);
  connection_.Send(std::move(frame));
}

void SubscriptionConnection::RequestKeyFrame(uint32_t ssrc) {
  Bytes frame;
  AppendFrame(KeyFrameRequest{ssrc}, frame);
  connection_.Send(std::move(frame));
}

void SubscriptionConnection::SendWantedLayers(const WantedLayers& wanted) {
  Bytes frame;
  AppendFrame(wanted, frame);
  connection_.Send(std::move(frame));
}

void SubscriptionConnection::OnBytes(ByteView bytes) {
  if (ended_) return;
  std::vector<Item> items;
  absl::Status status = reader_.Read(bytes, items);
  if (!status.ok())
    items.emplace_back(StreamEnd{EndCause::kUpstreamLost, std::string(status.message())});
  if (items.empty()) return;
  ended_ = std::holds_alternative<StreamEnd>(items.back());
  auto on_items = on_items_;  // this may be gone after the call
  on_items(items);
}

void SubscriptionConnection::OnClosed(const absl::Status& status) {
  if (std::exchange(ended_, true)) return;
  Item end =
      StreamEnd{EndCause::kUpstreamLost, status.ok() ? "the stream's daemon closed the connection"
                                                     : std::string(status.message())};
  auto on_items = on_items_;
  on_items({&end, 1});
}

}  // namespace sluice::fanout
