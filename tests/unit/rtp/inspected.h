// Received packets through an inspector, one after the other.
#pragma once

#include "libs/rtp/payload/inspector.h"
#include "tests/support/hex.h"

namespace sluice::rtp::payload {

class Inspected {
 public:
  explicit Inspected(media::Codec codec, ByteView codec_config = {})
      : inspector_(MakeInspector(codec, codec_config)) {}

  // What the packet gives. nullopt if it is malformed.
  std::optional<std::vector<InspectedPayload>> Push(ByteView payload, uint32_t timestamp,
                                                    bool marker = false,
                                                    const DependencyInfo* info = nullptr) {
    RtpView packet;
    packet.payload = payload;
    packet.rtp_timestamp = timestamp;
    packet.marker = marker;
    packet.sequence_number = number_++;
    std::vector<InspectedPayload> out;
    if (!inspector_->Inspect(packet, info, out)) return std::nullopt;
    return out;
  }
  std::optional<std::vector<InspectedPayload>> Push(const char* hex, uint32_t timestamp,
                                                    bool marker = false,
                                                    const DependencyInfo* info = nullptr) {
    const Bytes payload = test::Hex(hex);
    return Push(ByteView(payload), timestamp, marker, info);
  }

 private:
  std::unique_ptr<PayloadInspector> inspector_;
  uint16_t number_ = 65530;
};

// `start`, then counting bytes up to `size`.
inline Bytes Filled(const char* start, size_t size) {
  Bytes bytes = test::Hex(start);
  for (uint8_t next = 1; bytes.size() < size; ++next) bytes.push_back(next);
  return bytes;
}

}  // namespace sluice::rtp::payload
