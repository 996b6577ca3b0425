// One server-streaming call at its server. Use it through LoopService.
#pragma once

#include <grpcpp/support/server_callback.h>

#include <deque>
#include <functional>
#include <memory>
#include <mutex>
#include <optional>
#include <utility>

#include "absl/status/status.h"
#include "libs/rpc/loop_door.h"
#include "libs/rpc/status_map.h"

namespace sluice::rpc {

// The queue between the loop, which writes, and gRPC's threads, which send. It can be finished by
// either: when the client goes, gRPC does not wait for the loop.
template <typename T>
class StreamServerCall final : public grpc::ServerWriteReactor<T> {
 public:
  static constexpr size_t kMaxQueued = 1024;
  static constexpr size_t kMaxQueuedBytes = 4u << 20;

  static std::shared_ptr<StreamServerCall> Make() {
    auto call = std::shared_ptr<StreamServerCall>(new StreamServerCall());
    call->self_ = call;
    return call;
  }

  // on_over is called once, by any thread, when gRPC is through with the call. It must not block.
  void set_on_over(std::function<void()> on_over) {
    {
      const std::lock_guard lock(mutex_);
      if (!done_) {
        on_over_ = std::move(on_over);
        return;
      }
    }
    on_over();
  }

  // Any thread. When the queue is full the stream ends: the client reads too slowly for its
  // purpose.
  bool Write(T message) {
    const std::lock_guard lock(mutex_);
    if (end_) return false;
    const size_t size = message.ByteSizeLong();
    if (queue_.size() >= kMaxQueued || queued_bytes_ + size > kMaxQueuedBytes) {
      FinishLocked(absl::ResourceExhaustedError("the client reads too slowly"));
      return false;
    }
    queued_bytes_ += size;
    queue_.push_back(std::move(message));
    if (queue_.size() == 1) this->StartWrite(&queue_.front());
    return true;
  }

  // Any thread. Sends what is queued, then ends the stream. The first end wins.
  void End(const absl::Status& status) {
    const std::lock_guard lock(mutex_);
    if (end_) return;
    end_ = ToGrpc(status);
    if (queue_.empty()) this->Finish(*end_);
  }
  bool over() {
    const std::lock_guard lock(mutex_);
    return end_.has_value();
  }

 private:
  StreamServerCall() = default;

  // With mutex_ held. Drops what is queued but for the message being sent, after which gRPC is
  // told.
  void FinishLocked(const absl::Status& status) {
    const bool first = !end_;
    if (first) end_ = ToGrpc(status);
    if (queue_.size() > 1) queue_.erase(queue_.begin() + 1, queue_.end());
    if (first && queue_.empty()) this->Finish(*end_);
  }

  // gRPC's reactions.
  void OnWriteDone(bool ok) override {
    const std::lock_guard lock(mutex_);
    queued_bytes_ -= queue_.front().ByteSizeLong();
    queue_.pop_front();
    if (!ok) {
      queue_.clear();
      if (!end_) end_ = ToGrpc(absl::CancelledError("the client has gone"));
    }
    if (!queue_.empty()) {
      this->StartWrite(&queue_.front());
    } else if (end_) {
      this->Finish(*end_);
    }
  }
  void OnCancel() override {
    const std::lock_guard lock(mutex_);
    FinishLocked(absl::CancelledError("the client has gone"));
  }
  void OnDone() override {
    auto self = std::move(self_);
    std::function<void()> on_over;
    {
      const std::lock_guard lock(mutex_);
      done_ = true;
      on_over = std::move(on_over_);
    }
    if (on_over) on_over();
  }

  std::mutex mutex_;     // guards all but self_
  std::deque<T> queue_;  // the first is being sent; bounds above
  size_t queued_bytes_ = 0;
  std::optional<grpc::Status> end_;
  bool done_ = false;
  std::function<void()> on_over_;
  std::shared_ptr<StreamServerCall> self_;  // while gRPC has a pointer to this
};

// The handler's end of a stream. Loop thread only. Destroying it ends the stream Unavailable.
template <typename T>
class StreamWriter {
 public:
  StreamWriter(std::shared_ptr<StreamServerCall<T>> call, std::shared_ptr<LoopDoor> door)
      : call_(std::move(call)), notice_(std::make_shared<Notice>()) {
    call_->set_on_over([door = std::move(door), notice = std::weak_ptr<Notice>(notice_)] {
      door->Post([notice] {
        if (auto live = notice.lock()) live->Tell();
      });
    });
  }
  ~StreamWriter() { call_->End(absl::UnavailableError("the daemon is stopping")); }
  StreamWriter(const StreamWriter&) = delete;
  StreamWriter& operator=(const StreamWriter&) = delete;

  // Queues a message. False if the stream has ended, also when it ends because 1024 messages or 4
  // MB wait: a client that reads so slowly gets ResourceExhausted.
  bool Write(T message) { return call_->Write(std::move(message)); }
  // Ends the stream after what is queued. on_closed is not called any more.
  void Finish(const absl::Status& status) {
    notice_->on_closed = nullptr;
    call_->End(status);
  }
  // on_closed is called once when the stream has ended by itself: the client went or read too
  // slowly; inside OnClosed if it has already. It may destroy the writer.
  void OnClosed(std::function<void()> on_closed) {
    notice_->on_closed = std::move(on_closed);
    if (notice_->told) notice_->Tell();
  }

 private:
  struct Notice {
    void Tell() {
      told = true;
      auto call = std::exchange(on_closed, nullptr);
      if (call) call();
    }
    std::function<void()> on_closed;
    bool told = false;
  };

  std::shared_ptr<StreamServerCall<T>> call_;
  std::shared_ptr<Notice> notice_;  // kept by this alone
};

}  // namespace sluice::rpc
