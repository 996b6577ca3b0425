// A client that says anything: events are answered as a server would, nothing else may happen.
#include <algorithm>
#include <cstdlib>

#include "libs/rtmp/server_protocol.h"
#include "tests/support/fixed_random.h"

namespace {

// Accepts or rejects by the lowest bits of `choice`.
void Answer(const sluice::rtmp::Event& event, uint8_t choice, sluice::rtmp::ServerProtocol& to) {
  using namespace sluice::rtmp;
  if (std::holds_alternative<ConnectEvent>(event)) {
    if ((choice & 1) == 0) to.AcceptConnect();
    if ((choice & 1) != 0) to.RejectConnect("no");
  } else if (const auto* publish = std::get_if<PublishEvent>(&event)) {
    if ((choice & 2) == 0) to.AcceptPublish(publish->stream_id);
    if ((choice & 2) != 0) to.RejectPublish(publish->stream_id, status_code::kPublishBadName, "");
    if ((choice & 8) != 0) to.EndPublish(publish->stream_id, status_code::kPublishFailed, "");
  } else if (const auto* play = std::get_if<PlayEvent>(&event)) {
    if ((choice & 4) == 0) to.AcceptPlay(play->stream_id);
    if ((choice & 4) != 0) to.RejectPlay(play->stream_id, status_code::kPlayStreamNotFound, "");
    if ((choice & 8) != 0) to.EndPlay(play->stream_id, "");
  } else if (const auto* media = std::get_if<MediaEvent>(&event)) {
    if (media->type != MessageType::kAudio && media->type != MessageType::kVideo) std::abort();
  }
}

}  // namespace

// Byte 0: the answers. The rest: chunks after the handshake.
extern "C" int LLVMFuzzerTestOneInput(const uint8_t* data, size_t size) {
  if (size == 0) return 0;
  sluice::test::FixedRandom random;
  sluice::rtmp::ServerProtocol protocol(random);
  std::vector<sluice::rtmp::Event> events;
  sluice::Bytes handshake(1 + 2 * sluice::rtmp::kHandshakeBlock, 0);
  handshake[0] = 3;
  if (!protocol.Receive(handshake, events).ok()) std::abort();
  sluice::ByteView bytes(data + 1, size - 1);
  while (!bytes.empty()) {
    size_t portion = std::min<size_t>(bytes.size(), 997);
    events.clear();
    if (!protocol.Receive(bytes.first(portion), events).ok()) break;
    for (const auto& event : events) Answer(event, data[0], protocol);
    protocol.Ping(1);
    protocol.TakeOutput();
    bytes = bytes.subspan(portion);
  }
  return 0;
}
