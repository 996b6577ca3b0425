#include "libs/rpc/calls.h"

#include <utility>

#include "libs/base/instant.h"

namespace sluice::rpc {
namespace {

constexpr Duration kMaxWait = 2s;

}  // namespace

void Calls::Begin(std::shared_ptr<RunningCall> call) {
  running_.insert(std::move(call));
  const std::lock_guard lock(mutex_);
  ++unfinished_;
}

void Calls::End(std::shared_ptr<RunningCall> call, loop::EventLoop::Task task) {
  door_.Post([self = shared_from_this(), call = std::move(call), task = std::move(task)] {
    self->running_.erase(call);
    task();
  });
  const std::lock_guard lock(mutex_);
  if (--unfinished_ == 0) all_ended_.notify_all();
}

void Calls::Close() {
  door_.Close();
  for (const auto& call : running_) call->Abandon();
  running_.clear();
  std::unique_lock lock(mutex_);
  all_ended_.wait_for(lock, kMaxWait, [this] { return unfinished_ == 0; });
}

}  // namespace sluice::rpc
