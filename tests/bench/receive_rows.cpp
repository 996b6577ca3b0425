#include "libs/rtp/header_writer.h"
#include "libs/srtp/srtp_unprotector.h"
#include "services/webrtc-media/encoding_receiver.h"
#include "services/webrtc-media/source_map.h"
#include "tests/bench/rows.h"

namespace sluice::bench {
namespace {

constexpr int kFrames = 400;
constexpr int kFramePackets = 10;
constexpr uint8_t kMidId = 4;
constexpr uint8_t kTransportId = 3;
constexpr uint32_t kSsrc = 0xabcd;

webrtc_media::PublisherSettings Settings() {
  webrtc_media::PublisherSettings settings;
  settings.tracks.push_back({.mid = "1",
                             .formats = {{.codec = media::Codec::kVp8, .payload_type = 96}},
                             .encodings = {{.rid = "", .ssrc = kSsrc, .rtx_ssrc = 0}},
                             .mid_id = kMidId,
                             .transport_sequence_id = kTransportId});
  return settings;
}

// VP8 with a picture id, 1100 bytes a packet, as a browser sends it.
Bytes Vp8(bool first, bool key_frame) {
  Bytes payload = {static_cast<uint8_t>(first ? 0x90 : 0x80), 0x80, 0x11};
  const Bytes header = {
      static_cast<uint8_t>(key_frame ? 0x10 : 0x11), 0, 0, 0x9d, 1, 0x2a, 0x80, 2, 0xe0, 1};
  if (first) payload.insert(payload.end(), header.begin(), header.end());
  payload.resize(1100, 0x55);
  return payload;
}

std::vector<Bytes> ProtectedStream() {
  const auto engine = srtp::MakeEngine(srtp::EngineChoice::kFastest).value();
  const auto keys = KeysOf(srtp::Profile::kAeadAes128Gcm, 1);
  const auto protector = engine->MakeProtector(keys).value();
  std::vector<Bytes> packets;
  for (int i = 0; i < kFrames * kFramePackets; ++i) {
    const uint8_t number[2] = {static_cast<uint8_t>(i >> 8), static_cast<uint8_t>(i)};
    const uint8_t mid[1] = {'1'};
    const rtp::Extension extensions[2] = {{kTransportId, number}, {kMidId, mid}};
    const int in_frame = i % kFramePackets;
    const Bytes payload = Vp8(in_frame == 0, i < kFramePackets);
    const size_t header = rtp::HeaderSize(extensions);
    Bytes packet(header + payload.size() + protector->overhead());
    rtp::WriteHeader({.marker = in_frame + 1 == kFramePackets,
                      .payload_type = 96,
                      .sequence_number = static_cast<uint16_t>(i),
                      .rtp_timestamp = static_cast<uint32_t>(i / kFramePackets) * 3000,
                      .ssrc = kSsrc},
                     extensions, packet);
    protector->Protect({packet, header, static_cast<uint64_t>(i), payload});
    engine->Flush();
    packets.push_back(std::move(packet));
  }
  return packets;
}

// From the datagram to the item for the home loop, without the socket and the queue.
double MeasureReceive() {
  static const std::vector<Bytes> stream = ProtectedStream();
  const auto engine = srtp::MakeEngine(srtp::EngineChoice::kFastest).value();
  const auto unprotector =
      srtp::SrtpUnprotector::Make(*engine, KeysOf(srtp::Profile::kAeadAes128Gcm, 1)).value();
  const webrtc_media::PublisherSettings settings = Settings();
  const auto ids = webrtc_media::ExtensionIds::Of(settings);
  const webrtc_media::SourceMap sources(settings);
  webrtc_media::EncodingCounters counters;
  webrtc_media::PublishedTurn turn;
  webrtc_media::EncodingReceiver receiver(settings.tracks[0], 0, counters, turn);
  receiver.OnSource(kSsrc);
  Bytes datagram;
  Instant now{1s};
  const double begun = ThreadCpuSeconds();
  for (size_t i = 0; i < stream.size(); ++i) {
    datagram.assign(stream[i].begin(), stream[i].end());
    const auto opened = unprotector->Unprotect(datagram);
    const auto packet = rtp::ParseRtp(*opened);
    const auto extensions = webrtc_media::ReadExtensions(*packet, ids);
    if (sources.Find(packet->ssrc) == nullptr) continue;
    receiver.OnMedia({.rtp = *packet, .arrival = now, .dependency = extensions.dependency}, now);
    if (i % kFramePackets + 1 == kFramePackets) {
      turn.items.clear();
      now += 33ms;
    }
  }
  return (ThreadCpuSeconds() - begun) / static_cast<double>(stream.size());
}

}  // namespace

void AddReceiveRows(std::vector<Row>& rows) {
  rows.push_back({"receive/gcm", Reference::kGcm, &MeasureReceive});
}

}  // namespace sluice::bench
