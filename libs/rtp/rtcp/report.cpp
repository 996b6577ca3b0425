#include "libs/rtp/rtcp/report.h"

#include <algorithm>

#include "libs/base/byte_reader.h"

namespace sluice::rtp::rtcp {
namespace {

constexpr size_t kMaxBlocks = 31;

// | SSRC 32 | fraction lost 8, cumulative lost 24 | extended highest sequence 32 |
// | jitter 32 | last SR 32 | delay since last SR 32 |
ReportBlock ReadBlock(ByteReader& reader) {
  ReportBlock block;
  block.ssrc = reader.ReadU32();
  block.fraction_lost = reader.ReadU8();
  // Sign of 24 bits, carried to 32.
  block.cumulative_lost = static_cast<int32_t>(reader.ReadU24() << 8) >> 8;
  block.extended_highest_sequence = reader.ReadU32();
  block.jitter = reader.ReadU32();
  block.last_sender_report = reader.ReadU32();
  block.delay_since_last_sender_report = reader.ReadU32();
  return block;
}

void ReadBlocks(ByteReader& reader, uint8_t count, ReportBlocks& blocks) {
  for (int i = 0; i < count && reader.ok(); ++i) blocks.push_back(ReadBlock(reader));
}

void WriteBlocks(ByteWriter& writer, const ReportBlocks& blocks, size_t count) {
  for (size_t i = 0; i < count; ++i) {
    const ReportBlock& block = blocks[i];
    int32_t lost = std::clamp(block.cumulative_lost, -0x800000, 0x7fffff);
    writer.WriteU32(block.ssrc);
    writer.WriteU8(block.fraction_lost);
    writer.WriteU24(static_cast<uint32_t>(lost) & 0xffffff);
    writer.WriteU32(block.extended_highest_sequence);
    writer.WriteU32(block.jitter);
    writer.WriteU32(block.last_sender_report);
    writer.WriteU32(block.delay_since_last_sender_report);
  }
}

}  // namespace

// | SSRC 32 | NTP 64 | RTP timestamp 32 | packets 32 | octets 32 | blocks |
std::optional<SenderReport> ParseSenderReport(const PacketView& packet) {
  if (packet.type != PacketType::kSenderReport) return std::nullopt;
  ByteReader reader(packet.body);
  SenderReport report;
  report.ssrc = reader.ReadU32();
  report.ntp.value = reader.ReadU64();
  report.rtp_timestamp = reader.ReadU32();
  report.packet_count = reader.ReadU32();
  report.octet_count = reader.ReadU32();
  ReadBlocks(reader, packet.count, report.blocks);
  if (!reader.ok()) return std::nullopt;
  return report;
}

std::optional<ReceiverReport> ParseReceiverReport(const PacketView& packet) {
  if (packet.type != PacketType::kReceiverReport) return std::nullopt;
  ByteReader reader(packet.body);
  ReceiverReport report;
  report.ssrc = reader.ReadU32();
  ReadBlocks(reader, packet.count, report.blocks);
  if (!reader.ok()) return std::nullopt;
  return report;
}

void Serialize(const SenderReport& report, Bytes& out) {
  size_t blocks = std::min(report.blocks.size(), kMaxBlocks);
  AppendPacket(PacketType::kSenderReport, static_cast<uint8_t>(blocks), out,
               [&](ByteWriter& writer) {
                 writer.WriteU32(report.ssrc);
                 writer.WriteU64(report.ntp.value);
                 writer.WriteU32(report.rtp_timestamp);
                 writer.WriteU32(report.packet_count);
                 writer.WriteU32(report.octet_count);
                 WriteBlocks(writer, report.blocks, blocks);
               });
}

void Serialize(const ReceiverReport& report, Bytes& out) {
  size_t blocks = std::min(report.blocks.size(), kMaxBlocks);
  AppendPacket(PacketType::kReceiverReport, static_cast<uint8_t>(blocks), out,
               [&](ByteWriter& writer) {
                 writer.WriteU32(report.ssrc);
                 WriteBlocks(writer, report.blocks, blocks);
               });
}

}  // namespace sluice::rtp::rtcp
