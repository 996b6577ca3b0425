#include "services/webrtc-media/worker_queue.h"
#include "tests/bench/rows.h"

namespace sluice::bench {
namespace {

// Frames of ten packets pushed and popped on one thread: the cost of the queue, not of waking.
double MeasureQueue() {
  constexpr int kFrames = 2'000;
  constexpr int kPackets = 10;
  const auto packet = std::make_shared<const rtp::Packet>();
  webrtc_media::WorkerQueue queue;
  const double begun = ThreadCpuSeconds();
  for (int frame = 0; frame < kFrames; ++frame) {
    for (int i = 0; i < kPackets; ++i) queue.PushPacket(1, packet);
    while (queue.Pop()) {
    }
  }
  return (ThreadCpuSeconds() - begun) / (kFrames * kPackets);
}

}  // namespace

void AddQueueRows(std::vector<Row>& rows) {
  rows.push_back({"queue/push-pop", Reference::kGcm, &MeasureQueue});
}

}  // namespace sluice::bench
