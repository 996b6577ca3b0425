#include "libs/fanout/fanout_server.h"

#include <utility>

#include "libs/base/text.h"
#include "libs/fanout/subscriber_connection.h"

namespace sluice::fanout {
namespace {

constexpr size_t kMaxTickets = 1024;
constexpr size_t kMaxConnections = 4096;
constexpr Duration kTicketLife = 10s;

}  // namespace

FanoutServer::FanoutServer(loop::EventLoop& loop, RandomSource& random)
    : loop_(loop), random_(random), alive_(std::make_shared<bool>(true)) {}

FanoutServer::~FanoutServer() {
  *alive_ = false;
  connections_.clear();
  if (listener_ != nullptr) unlink(path_.c_str());
}

absl::Status FanoutServer::Listen(const std::string& path) {
  auto listener = net::StreamListener::ListenUnix(
      loop_, path, [this](net::OwnedFd fd, net::SocketAddress) { Accept(std::move(fd)); });
  if (!listener.ok()) return listener.status();
  listener_ = *std::move(listener);
  path_ = path;
  return absl::OkStatus();
}

std::string FanoutServer::address() const { return StrCat("unix:", path_); }

absl::StatusOr<std::string> FanoutServer::IssueToken(std::weak_ptr<Publication> publication,
                                                     std::vector<uint32_t> track_ids) {
  DropExpiredTickets();
  if (tickets_.size() >= kMaxTickets) {
    return absl::ResourceExhaustedError("too many subscriptions are waiting to connect");
  }
  std::string token(kTokenBytes, '\0');
  random_.Fill({reinterpret_cast<uint8_t*>(token.data()), token.size()});
  tickets_[token] = {std::move(publication), std::move(track_ids), loop_.now() + kTicketLife};
  return token;
}

FanoutServer::Counters FanoutServer::counters() const {
  Counters counters = counters_;
  counters.subscribers = connections_.size();
  for (const auto& [raw, connection] : connections_) {
    counters.unsent_bytes += connection->unsent_bytes();
  }
  return counters;
}

void FanoutServer::Accept(net::OwnedFd fd) {
  if (connections_.size() >= kMaxConnections) {
    ++counters_.refused;
    return;
  }
  ++counters_.connections;
  auto connection = std::make_unique<SubscriberConnection>(*this, std::move(fd));
  connections_[connection.get()] = std::move(connection);
}

void FanoutServer::Remove(SubscriberConnection& connection) {
  loop_.Post([this, alive = alive_, gone = &connection] {
    if (*alive) connections_.erase(gone);
  });
}

void FanoutServer::DropExpiredTickets() {
  Instant now = loop_.now();
  std::erase_if(tickets_, [now](const auto& entry) { return entry.second.expires < now; });
}

}  // namespace sluice::fanout
