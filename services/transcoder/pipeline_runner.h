// A pipeline that is made and ended on the work pool and heard on the loop.
#pragma once

#include <atomic>
#include <functional>
#include <memory>
#include <string>
#include <utility>

#include "absl/status/statusor.h"
#include "libs/loop/event_loop.h"
#include "libs/loop/work_pool.h"

namespace sluice::transcoder {

// Pipeline: has Settings, Frame (with `bool key_frame`: what comes before it is not needed),
// Delegate and Start() like OpusPipeline. Main loop only.
template <typename Pipeline>
class PipelineRunner {
 public:
  using Frame = typename Pipeline::Frame;
  struct Delegate {
    std::function<void()> on_started;  // pipeline() is there
    std::function<void(Frame frame)> on_frame;
    std::function<void(const absl::Status& status)> on_failed;
  };
  // Frames posted to the loop and not yet taken. Beyond it they are dropped and counted, until one
  // that needs none before it.
  static constexpr int kMaxPostedFrames = 256;

  // frames_over_bound: counts those dropped. Both outlive this.
  PipelineRunner(loop::EventLoop& loop, uint64_t& frames_over_bound, Delegate delegate)
      : loop_(loop), frames_over_bound_(frames_over_bound), delegate_(std::move(delegate)) {}
  ~PipelineRunner() { Stop(); }
  PipelineRunner(const PipelineRunner&) = delete;
  PipelineRunner& operator=(const PipelineRunner&) = delete;

  // Once.
  void Start(typename Pipeline::Settings settings) {
    auto made = std::make_shared<Made>(absl::UnknownError("not made"));
    loop::RunBlocking(
        loop_,
        [made, settings = std::move(settings), delegate = PipelineDelegate()] {
          *made = Pipeline::Start(settings, delegate);
        },
        [this, alive = alive_, made, &loop = loop_] {
          if (*alive) return OnMade(std::move(*made));
          if (made->ok()) EndOnPool(loop, *std::move(*made));
        });
  }

  // Nothing is called any more. Idempotent.
  void Stop() {
    *alive_ = false;
    EndOnPool(loop_, std::move(pipeline_));
  }

  // nullptr before on_started and after Stop().
  Pipeline* pipeline() const { return pipeline_.get(); }

 private:
  using Made = absl::StatusOr<std::unique_ptr<Pipeline>>;
  // Between the pipeline's thread and the loop.
  struct Posted {
    std::atomic<int> count = 0;
    std::atomic<uint64_t> dropped = 0;
    std::atomic<bool> dropping = false;
  };

  // Waits for its streaming thread there.
  static void EndOnPool(loop::EventLoop& loop, std::unique_ptr<Pipeline> pipeline) {
    if (pipeline == nullptr) return;
    auto shared = std::make_shared<std::unique_ptr<Pipeline>>(std::move(pipeline));
    loop::RunBlocking(
        loop, [shared] { shared->reset(); }, [] {});
  }

  void OnMade(Made made) {
    if (!made.ok()) return delegate_.on_failed(made.status());
    pipeline_ = *std::move(made);
    delegate_.on_started();
  }

  // Called on GStreamer's threads: they touch nothing of ours but Post().
  typename Pipeline::Delegate PipelineDelegate() {
    auto posted = std::make_shared<Posted>();
    loop::EventLoop* loop = &loop_;
    return {.on_frame =
                [this, loop, posted, alive = alive_](Frame frame) {
                  bool full = posted->count >= kMaxPostedFrames;
                  posted->dropping = full || (posted->dropping && !frame.key_frame);
                  if (posted->dropping) {
                    ++posted->dropped;
                    return;
                  }
                  ++posted->count;
                  loop->Post([this, posted, alive, frame = std::move(frame)]() mutable {
                    --posted->count;
                    if (!*alive) return;
                    frames_over_bound_ += posted->dropped.exchange(0);
                    delegate_.on_frame(std::move(frame));
                  });
                },
            .on_failed =
                [this, loop, alive = alive_](std::string reason) {
                  loop->Post([this, alive, reason = std::move(reason)] {
                    if (*alive) delegate_.on_failed(absl::InternalError(reason));
                  });
                }};
  }

  loop::EventLoop& loop_;
  uint64_t& frames_over_bound_;
  Delegate delegate_;
  std::unique_ptr<Pipeline> pipeline_;
  std::shared_ptr<bool> alive_ = std::make_shared<bool>(true);  // false after Stop()
};

}  // namespace sluice::transcoder
