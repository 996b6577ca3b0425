// sei_message, §7.3.2.3.1: { 0xff }... last byte of payloadType, { 0xff }... last byte of
// payloadSize, payload.
#include "libs/media/h264_sei.h"

#include <algorithm>

#include "libs/base/byte_reader.h"
#include "libs/media/bit_reader.h"
#include "libs/media/h264_nal_unit.h"

namespace sluice::media {
namespace {

constexpr size_t kMaxBytes = 1024;       // x264 puts its whole command line into a message
constexpr uint32_t kRecoveryPoint = 6;   // payloadType, D.1.1
constexpr uint8_t kTrailingBits = 0x80;  // where a message would begin: the end

uint32_t ReadVariableLength(ByteReader& reader) {
  uint32_t value = 0;
  uint8_t byte = 0;
  do {
    byte = reader.ReadU8();
    value += byte;
  } while (byte == 0xff && reader.ok());
  return value;
}

}  // namespace

std::optional<uint32_t> FindRecoveryFrameCount(ByteView nal_unit) {
  if (TypeOf(nal_unit) != H264NalUnitType::kSei) return std::nullopt;
  const Bytes rbsp =
      RemoveEmulationPrevention(nal_unit.subspan(1, std::min(nal_unit.size() - 1, kMaxBytes)));
  ByteReader reader(rbsp);
  while (reader.remaining() > 1 || (reader.remaining() == 1 && rbsp.back() != kTrailingBits)) {
    const uint32_t type = ReadVariableLength(reader);
    const uint32_t size = ReadVariableLength(reader);
    const ByteView payload = reader.ReadBytes(size);
    if (!reader.ok()) return std::nullopt;
    if (type != kRecoveryPoint) continue;
    BitReader bits(payload);
    const uint32_t count = bits.ReadUnsignedExpGolomb();
    return bits.ok() ? std::optional(count) : std::nullopt;
  }
  return std::nullopt;
}

}  // namespace sluice::media
