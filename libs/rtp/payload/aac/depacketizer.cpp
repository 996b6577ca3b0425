#include "libs/rtp/payload/aac/depacketizer.h"

#include <utility>

#include "libs/base/byte_reader.h"
#include "libs/rtp/payload/aac/payload_structure.h"

namespace sluice::rtp::payload::aac {
namespace {

struct AuHeader {
  size_t size = 0;
  bool interleaved = false;
};

AuHeader ReadAuHeader(ByteReader& reader) {
  uint16_t bits = reader.ReadU16();
  return {size_t{bits} >> 3, (bits & 7) != 0};
}

// The sum of the sizes; nullopt if an access unit is interleaved or empty.
std::optional<size_t> TotalSize(ByteView headers) {
  size_t total = 0;
  ByteReader reader(headers);
  while (reader.remaining() > 0) {
    AuHeader header = ReadAuHeader(reader);
    if (header.interleaved || header.size == 0) return std::nullopt;
    total += header.size;
  }
  return total;
}

}  // namespace

bool Depacketizer::Push(const Packet& packet, std::vector<AccessUnit>& out) {
  CountGap(packet.sequence_number);
  ByteReader reader(packet.payload);
  size_t headers_bits = reader.ReadU16();
  ByteView headers = reader.ReadBytes(headers_bits / 8);
  bool readable = reader.ok() && headers_bits != 0 && headers_bits % kAuHeaderBits == 0;
  if (readable && TakeWhole(packet, headers, reader.rest(), out)) return true;
  ++counters_.malformed_packets;
  DropFragments();
  lost_ = true;
  return false;
}

void Depacketizer::Reset() {
  last_sequence_number_.reset();
  DropFragments();
  lost_ = false;
}

void Depacketizer::CountGap(uint16_t sequence_number) {
  auto missing = last_sequence_number_
                     ? static_cast<uint16_t>(sequence_number - *last_sequence_number_ - 1)
                     : uint16_t{0};
  last_sequence_number_ = sequence_number;
  counters_.lost_packets += missing;
  if (missing == 0) return;
  DropFragments();
  lost_ = true;
}

bool Depacketizer::TakeWhole(const Packet& packet, ByteView headers, ByteView bytes,
                             std::vector<AccessUnit>& out) {
  std::optional<size_t> total = TotalSize(headers);
  if (!total) return false;
  if (*total > bytes.size() && headers.size() == kAuHeaderBytes) {
    return TakeFragment(packet, *total, bytes, out);
  }
  if (*total != bytes.size()) return false;
  DropFragments();
  ByteReader sizes(headers);
  ByteReader reader(bytes);
  for (uint32_t index = 0; sizes.remaining() > 0; ++index) {
    AccessUnit access_unit;
    access_unit.bytes = ToBytes(reader.ReadBytes(ReadAuHeader(sizes).size));
    access_unit.rtp_timestamp = packet.rtp_timestamp + index * samples_per_access_unit_;
    access_unit.arrival = packet.arrival;
    Emit(std::move(access_unit), out);
  }
  return true;
}

bool Depacketizer::TakeFragment(const Packet& packet, size_t size, ByteView bytes,
                                std::vector<AccessUnit>& out) {
  bool continues = fragmented_size_ == size && fragmented_.rtp_timestamp == packet.rtp_timestamp;
  if (!continues) {
    DropFragments();
    fragmented_size_ = size;
    fragmented_.rtp_timestamp = packet.rtp_timestamp;
    fragmented_.arrival = packet.arrival;
  }
  if (fragmented_.bytes.size() + bytes.size() > size) return false;
  fragmented_.bytes.insert(fragmented_.bytes.end(), bytes.begin(), bytes.end());
  if (fragmented_.bytes.size() == size) {
    fragmented_size_ = 0;
    Emit(std::exchange(fragmented_, AccessUnit()), out);
  } else if (packet.marker) {
    DropFragments();  // its first fragments are missing
  }
  return true;
}

void Depacketizer::DropFragments() {
  if (fragmented_size_ == 0) return;
  fragmented_ = AccessUnit();
  fragmented_size_ = 0;
  lost_ = true;
}

void Depacketizer::Emit(AccessUnit access_unit, std::vector<AccessUnit>& out) {
  access_unit.after_loss = std::exchange(lost_, false);
  out.push_back(std::move(access_unit));
}

}  // namespace sluice::rtp::payload::aac
