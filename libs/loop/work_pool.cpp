#include "libs/loop/work_pool.h"

#include <cstdlib>
#include <utility>

namespace sluice::loop {
namespace {

struct Request {
  uv_work_t uv;
  std::function<void()> work;
  std::function<void()> done;
};

}  // namespace

void RunBlocking(EventLoop& loop, std::function<void()> work, std::function<void()> done) {
  auto* request = new Request{{}, std::move(work), std::move(done)};
  request->uv.data = request;
  int result = uv_queue_work(
      loop.uv(), &request->uv, [](uv_work_t* uv) { static_cast<Request*>(uv->data)->work(); },
      [](uv_work_t* uv, int) {
        auto* finished = static_cast<Request*>(uv->data);
        finished->done();
        delete finished;
      });
  if (result != 0) std::abort();  // only for a missing callback
}

}  // namespace sluice::loop
