#include "libs/rtp/rtcp/source_description.h"

#include <algorithm>

#include "libs/base/byte_reader.h"

namespace sluice::rtp::rtcp {
namespace {

constexpr size_t kMaxSources = 31;
constexpr size_t kMaxText = 255;
constexpr uint8_t kEnd = 0;
constexpr uint8_t kCname = 1;

// A chunk: SSRC, items { type 8, length 8, text }, an item of type 0, zeroes up to the next 32-bit
// boundary of the body.
SourceDescription::Chunk ReadChunk(ByteReader& reader) {
  SourceDescription::Chunk chunk;
  chunk.ssrc = reader.ReadU32();
  for (uint8_t type = reader.ReadU8(); type != kEnd && reader.ok(); type = reader.ReadU8()) {
    ByteView text = reader.ReadBytes(reader.ReadU8());
    if (type == kCname) chunk.cname = std::string(AsText(text));
  }
  if (reader.position() % 4 != 0) reader.Skip(4 - reader.position() % 4);
  return chunk;
}

void WriteText(ByteWriter& writer, std::string_view text) {
  text = text.substr(0, kMaxText);
  writer.WriteU8(static_cast<uint8_t>(text.size()));
  writer.WriteBytes(AsBytes(text));
}

}  // namespace

std::optional<SourceDescription> ParseSourceDescription(const PacketView& packet) {
  if (packet.type != PacketType::kSourceDescription) return std::nullopt;
  ByteReader reader(packet.body);
  SourceDescription description;
  for (int i = 0; i < packet.count && reader.ok(); ++i) {
    description.chunks.push_back(ReadChunk(reader));
  }
  if (!reader.ok()) return std::nullopt;
  return description;
}

// | SSRC 32, count times | optional: length 8, reason |
std::optional<Goodbye> ParseGoodbye(const PacketView& packet) {
  if (packet.type != PacketType::kGoodbye) return std::nullopt;
  ByteReader reader(packet.body);
  Goodbye goodbye;
  for (int i = 0; i < packet.count && reader.ok(); ++i) goodbye.ssrcs.push_back(reader.ReadU32());
  if (reader.remaining() > 0) {
    goodbye.reason = std::string(AsText(reader.ReadBytes(reader.ReadU8())));
  }
  if (!reader.ok()) return std::nullopt;
  return goodbye;
}

void Serialize(const SourceDescription& description, Bytes& out) {
  size_t count = std::min(description.chunks.size(), kMaxSources);
  AppendPacket(PacketType::kSourceDescription, static_cast<uint8_t>(count), out,
               [&](ByteWriter& writer) {
                 size_t start = writer.size();
                 for (size_t i = 0; i < count; ++i) {
                   writer.WriteU32(description.chunks[i].ssrc);
                   writer.WriteU8(kCname);
                   WriteText(writer, description.chunks[i].cname);
                   do writer.WriteU8(kEnd);
                   while ((writer.size() - start) % 4 != 0);
                 }
               });
}

void Serialize(const Goodbye& goodbye, Bytes& out) {
  size_t count = std::min(goodbye.ssrcs.size(), kMaxSources);
  AppendPacket(PacketType::kGoodbye, static_cast<uint8_t>(count), out, [&](ByteWriter& writer) {
    for (size_t i = 0; i < count; ++i) writer.WriteU32(goodbye.ssrcs[i]);
    if (!goodbye.reason.empty()) WriteText(writer, goodbye.reason);
  });
}

}  // namespace sluice::rtp::rtcp
