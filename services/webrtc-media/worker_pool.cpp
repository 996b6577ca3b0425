#include "services/webrtc-media/worker_pool.h"

#include <algorithm>

#include "libs/base/status_macros.h"
#include "libs/base/text.h"

namespace sluice::webrtc_media {

absl::StatusOr<std::unique_ptr<WorkerPool>> WorkerPool::Start(const Settings& settings,
                                                              loop::EventLoop& home,
                                                              RandomSource& random,
                                                              Delegate& delegate) {
  std::unique_ptr<WorkerPool> pool(new WorkerPool());
  const size_t last = std::min<size_t>(65536, size_t{settings.first_port} + settings.port_count);
  absl::Status status;
  for (size_t first = settings.first_port; first + settings.workers <= last;
       first += settings.workers) {
    status = pool->StartBlock(settings, static_cast<uint16_t>(first), home, random, delegate);
    if (status.ok()) return pool;
    pool->members_.clear();
    if (!absl::IsUnavailable(status) || settings.first_port == 0) return status;
  }
  return absl::UnavailableError(StrCat("no ", settings.workers, " free ports from ",
                                       settings.first_port, " to ", last - 1,
                                       " (first_port, port_count): ", ToStd(status.message())));
}

absl::Status WorkerPool::StartBlock(const Settings& settings, uint16_t first_port,
                                    loop::EventLoop& home, RandomSource& random,
                                    Delegate& delegate) {
  for (size_t i = 0; i < settings.workers; ++i) {
    const auto port = static_cast<uint16_t>(first_port == 0 ? 0 : first_port + i);
    Worker::Settings each{.tcp = settings.tcp,
                          .dtls = settings.dtls,
                          .ice_timeout = settings.ice_timeout,
                          .max_players = settings.max_players,
                          .srtp_engine = settings.srtp_engine};
    SLUICE_ASSIGN_OR_RETURN(each.v4, net::SocketAddress::Parse("0.0.0.0", port));
    if (settings.ipv6) {
      SLUICE_ASSIGN_OR_RETURN(each.v6, net::SocketAddress::Parse("::", port));
    }
    Member member;
    member.delegate = std::make_unique<Numbered>(i, delegate);
    SLUICE_ASSIGN_OR_RETURN(member.worker,
                            Worker::Start(std::move(each), home, random, *member.delegate));
    members_.push_back(std::move(member));
  }
  return absl::OkStatus();
}

void WorkerPool::SetPublisherDelegate(PublisherDelegate& delegate) {
  for (Member& member : members_) member.worker->SetPublisherDelegate(delegate);
}

size_t WorkerPool::LeastLoaded() const {
  size_t best = 0;
  for (size_t i = 1; i < members_.size(); ++i) {
    if (worker(i).session_count() < worker(best).session_count()) best = i;
  }
  return best;
}

size_t WorkerPool::player_count() const {
  size_t count = 0;
  for (const Member& member : members_) count += member.worker->player_count();
  return count;
}

}  // namespace sluice::webrtc_media
