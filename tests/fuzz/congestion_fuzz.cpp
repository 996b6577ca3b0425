// Any feedback about any packets, at any time: the estimate stays within its bounds.
#include "libs/base/byte_reader.h"
#include "libs/congestion/bandwidth_estimator.h"

using sluice::Duration;
using sluice::Instant;
using sluice::operator""ms;
namespace congestion = sluice::congestion;

namespace {

congestion::Feedback ReadFeedback(sluice::ByteReader& reader) {
  congestion::Feedback feedback{.reference_time = reader.ReadU24()};
  const int count = reader.ReadU8();
  uint16_t number = reader.ReadU16();
  for (int i = 0; i < count; ++i) {
    const uint8_t kind = reader.ReadU8();
    if (kind & 2) number = reader.ReadU16();
    feedback.packets.push_back({.sequence_number = number++,
                                .received = (kind & 1) != 0,
                                .offset = static_cast<int32_t>(reader.ReadU32())});
  }
  return feedback;
}

}  // namespace

extern "C" int LLVMFuzzerTestOneInput(const uint8_t* data, size_t size) {
  sluice::ByteReader reader({data, size});
  congestion::BandwidthEstimator estimator;
  Instant now(std::chrono::seconds(1000));
  while (reader.ok() && reader.remaining() > 0) {
    const uint8_t action = reader.ReadU8();
    now += Duration(reader.ReadU16()) * 8;
    switch (action % 5) {
      case 0:
        for (int i = reader.ReadU8(); i > 0; --i) estimator.OnSent(reader.ReadU16(), now);
        break;
      case 1:
        estimator.OnFeedback(ReadFeedback(reader), now);
        break;
      case 2:
        estimator.OnReceiverEstimate(reader.ReadU64(), now);
        break;
      case 3:
        estimator.OnReportedLoss(reader.ReadU8(), reader.ReadU16(), reader.ReadU32(), now);
        break;
      default:
        estimator.OnTick(reader.ReadU32(), now);
        break;
    }
    const double rate = estimator.rate();
    if (!(rate >= congestion::kLowestRate && rate <= congestion::kHighestRate)) __builtin_trap();
    if (estimator.PaddingDue(now) > congestion::Prober::kMostBytes) __builtin_trap();
  }
  return 0;
}
