#include "libs/rpc/calls.h"

#include <utility>

#include "absl/time/time.h"

namespace sluice::rpc {

void Calls::Begin(std::shared_ptr<RunningCall> call) {
  running_.insert(std::move(call));
  absl::MutexLock lock(&mutex_);
  ++unfinished_;
}

void Calls::End(std::shared_ptr<RunningCall> call, loop::EventLoop::Task task) {
  door_.Post([self = shared_from_this(), call = std::move(call), task = std::move(task)] {
    self->running_.erase(call);
    task();
  });
  absl::MutexLock lock(&mutex_);
  --unfinished_;
}

void Calls::Close() {
  door_.Close();
  for (const auto& call : running_) call->Abandon();
  running_.clear();
  const auto all_ended = [this]()
                             ABSL_EXCLUSIVE_LOCKS_REQUIRED(mutex_) { return unfinished_ == 0; };
  absl::MutexLock lock(&mutex_);
  mutex_.AwaitWithTimeout(absl::Condition(&all_ended), absl::Seconds(2));
}

}  // namespace sluice::rpc
