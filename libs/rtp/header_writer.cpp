#include "libs/rtp/header_writer.h"

#include <algorithm>

#include "libs/base/byte_reader.h"

namespace sluice::rtp {
namespace {

constexpr size_t kMaxOneByteValue = 16;
constexpr uint8_t kPaddingId = 0;
constexpr uint8_t kReservedId = 15;  // §4.2: stop here

size_t ElementBytes(std::span<const Extension> extensions) {
  size_t bytes = 0;
  for (const Extension& extension : extensions) bytes += 1 + extension.value.size();
  return bytes;
}

bool WithinLimits(std::span<const Extension> extensions) {
  return std::all_of(extensions.begin(), extensions.end(), [](const Extension& extension) {
    return extension.id > kPaddingId && extension.id < kReservedId && !extension.value.empty() &&
           extension.value.size() <= kMaxOneByteValue;
  });
}

void PutU16(uint8_t* out, uint16_t value) {
  out[0] = static_cast<uint8_t>(value >> 8);
  out[1] = static_cast<uint8_t>(value);
}

void PutU32(uint8_t* out, uint32_t value) {
  PutU16(out, static_cast<uint16_t>(value >> 16));
  PutU16(out + 2, static_cast<uint16_t>(value));
}

// Header of an element, by its profile: | id 4, length - 1 4 | or | id 8 | length 8 |.
struct ElementHeader {
  uint8_t id = 0;
  size_t length = 0;
};

ElementHeader ReadElementHeader(ByteReader& reader, bool one_byte) {
  uint8_t first = reader.ReadU8();
  if (one_byte) {
    uint8_t id = first >> 4;
    return {id, id == kPaddingId ? 0 : size_t{first & 0x0fU} + 1};
  }
  return {first, first == kPaddingId ? size_t{0} : reader.ReadU8()};
}

}  // namespace

size_t HeaderSize(std::span<const Extension> extensions) {
  if (extensions.empty()) return kFixedHeaderBytes;
  return kFixedHeaderBytes + 4 + (ElementBytes(extensions) + 3) / 4 * 4;
}

size_t WriteHeader(const Header& header, std::span<const Extension> extensions,
                   std::span<uint8_t> out) {
  size_t size = HeaderSize(extensions);
  if (out.size() < size || !WithinLimits(extensions)) return 0;
  out[0] = static_cast<uint8_t>((extensions.empty() ? 0x80 : 0x90) | (header.padding ? 0x20 : 0));
  out[1] = static_cast<uint8_t>((header.marker ? 0x80 : 0) | (header.payload_type & 0x7f));
  PutU16(&out[2], header.sequence_number);
  PutU32(&out[4], header.rtp_timestamp);
  PutU32(&out[8], header.ssrc);
  if (extensions.empty()) return size;
  PutU16(&out[12], kOneByteExtensionProfile);
  PutU16(&out[14], static_cast<uint16_t>((size - kFixedHeaderBytes - 4) / 4));
  uint8_t* at = &out[16];
  for (const Extension& extension : extensions) {
    *at++ = static_cast<uint8_t>(extension.id << 4 | (extension.value.size() - 1));
    at = std::copy(extension.value.begin(), extension.value.end(), at);
  }
  std::fill(at, out.data() + size, uint8_t{0});
  return size;
}

void ForEachExtension(const RtpView& packet, absl::FunctionRef<void(uint8_t, ByteView)> each) {
  const bool one_byte = packet.extension_profile == kOneByteExtensionProfile;
  const bool two_byte = (packet.extension_profile & 0xfff0) == 0x1000;
  if (!one_byte && !two_byte) return;
  ByteReader reader(packet.extension);
  while (reader.remaining() > 0) {
    const ElementHeader element = ReadElementHeader(reader, one_byte);
    if (one_byte && element.id == kReservedId) return;
    const ByteView value = reader.ReadBytes(element.length);
    if (!reader.ok()) return;
    if (element.id != kPaddingId) each(element.id, value);
  }
}

std::optional<ByteView> FindExtension(const RtpView& packet, uint8_t id) {
  std::optional<ByteView> found;
  ForEachExtension(packet, [&](uint8_t element, ByteView value) {
    if (element == id && !found) found = value;
  });
  return found;
}

}  // namespace sluice::rtp
