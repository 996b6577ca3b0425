// Any bytes as a compound RTCP packet. What is understood is written and read again.
#include "libs/rtp/rtcp/message.h"

namespace rtcp = sluice::rtp::rtcp;

namespace {

template <typename T>
void CheckRoundTrip(const T& value) {
  sluice::Bytes bytes;
  Serialize(value, bytes);
  rtcp::CompoundReader reader(bytes);
  auto packet = reader.Next();
  if (!packet || !rtcp::ParseMessage(*packet)) __builtin_trap();
}
void CheckRoundTrip(const rtcp::Nack& nack) {
  size_t numbers = 0;
  nack.ForEach([&](uint16_t) { ++numbers; });
  if (numbers > nack.items.size() * 17) __builtin_trap();
}

}  // namespace

extern "C" int LLVMFuzzerTestOneInput(const uint8_t* data, size_t size) {
  rtcp::CompoundReader reader({data, size});
  while (auto packet = reader.Next()) {
    auto message = rtcp::ParseMessage(*packet);
    if (message) std::visit([](const auto& value) { CheckRoundTrip(value); }, *message);
  }
  return 0;
}
