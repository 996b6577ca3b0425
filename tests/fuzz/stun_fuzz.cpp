// STUN messages: any bytes are read or refused, every answer is a message that can be read, and
// what was not authentic changes nothing.
#include <cstdlib>

#include "libs/stun/ice_lite_responder.h"

namespace {

using sluice::stun::IceLiteResponder;

constexpr sluice::Instant kNow{std::chrono::seconds(1000)};
// Of RFC 5769 §2.1, so that its vector among the seeds is authentic but for its role.
const IceLiteResponder::Settings kSettings = {
    .credentials = {
        .local_ufrag = "evtj", .local_password = "VOkJxbRl1RmTxUk/WvJxBt", .remote_ufrag = "h6vY"}};

void Check(bool expected) {
  if (!expected) std::abort();
}

}  // namespace

extern "C" int LLVMFuzzerTestOneInput(const uint8_t* data, size_t size) {
  const sluice::ByteView datagram(data, size);
  IceLiteResponder responder(kSettings, kNow);
  sluice::stun::Tuple tuple;
  tuple.remote.family = sluice::stun::TransportAddress::Family::kIpv6;
  responder.Restart(
      {.local_ufrag = "next", .local_password = "another-password", .remote_ufrag = ""});
  const auto result = responder.OnDatagram(datagram, tuple, kNow);
  // No seed can know this password's HMAC but by accident of the fuzzer, and then it is authentic.
  Check(result.restarted == !responder.next_credentials().has_value());
  if (result.restarted) return 0;
  Check(result.response.size() <= IceLiteResponder::kMaxResponse);
  if (!result.response.empty()) {
    const auto answer = sluice::stun::ParseMessage(result.response);
    Check(answer && answer->has_fingerprint);
  }
  const auto message = sluice::stun::ParseMessage(datagram);
  Check(message.has_value() == (result.verdict != IceLiteResponder::Verdict::kMalformed));
  Check((responder.selected() != nullptr) == (result.verdict == IceLiteResponder::Verdict::kValid));
  if (message && responder.selected() != nullptr) {
    Check(sluice::stun::HasValidIntegrity(*message, kSettings.credentials.local_password));
  }
  sluice::stun::FindLocalUfrag(datagram);
  return 0;
}
