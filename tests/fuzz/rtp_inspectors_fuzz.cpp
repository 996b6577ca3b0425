// Any payloads into the inspectors of received RTP. First a byte for the codec; then each packet:
// 16 bits of length, flags (marker, new timestamp, with a descriptor), length of a dependency
// descriptor and the descriptor (if so flagged), payload.
#include <algorithm>
#include <array>

#include "libs/base/byte_reader.h"
#include "libs/rtp/payload/inspector.h"

namespace {

using namespace sluice;

constexpr std::array kCodecs = {media::Codec::kH264, media::Codec::kVp8,  media::Codec::kVp9,
                                media::Codec::kAv1,  media::Codec::kOpus, media::Codec::kG722};

void Check(const rtp::payload::InspectedPayload& payload) {
  if (payload.payload.empty() || payload.payload.size() > rtp::kMaxFanoutPayload) __builtin_trap();
  if (payload.role.starts_access_unit != payload.first_of_frame) __builtin_trap();
  if (payload.role.temporal_layer > 3) __builtin_trap();
}

}  // namespace

extern "C" int LLVMFuzzerTestOneInput(const uint8_t* data, size_t size) {
  ByteReader reader({data, size});
  auto inspector = rtp::payload::MakeInspector(kCodecs[reader.ReadU8() % kCodecs.size()]);
  if (inspector == nullptr) return 0;
  rtp::DependencyDescriptorReader descriptors;
  rtp::RtpView packet;
  while (reader.ok() && reader.remaining() > 0) {
    const size_t length = reader.ReadU16();
    const uint8_t flags = reader.ReadU8();
    std::optional<rtp::DependencyInfo> info;
    if ((flags & 4) != 0) info = descriptors.Read(reader.ReadBytes(reader.ReadU8()));
    packet.payload = reader.ReadBytes(std::min(length, reader.remaining()));
    packet.marker = (flags & 1) != 0;
    packet.rtp_timestamp += (flags & 2) != 0 ? 3000 : 0;
    ++packet.sequence_number;
    std::vector<rtp::payload::InspectedPayload> out;
    const bool taken = inspector->Inspect(packet, info ? &*info : nullptr, out);
    if (!taken && !out.empty()) __builtin_trap();
    std::for_each(out.begin(), out.end(), Check);
  }
  return 0;
}
