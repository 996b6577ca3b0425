#include "libs/rtp/rtcp/transport_feedback.h"

#include <algorithm>
#include <limits>
#include <vector>

#include "libs/base/byte_reader.h"

namespace sluice::rtp::rtcp {
namespace {

constexpr uint8_t kFormat = 15;

// Packet status symbols, §3.1.1.
enum Symbol : uint8_t { kNotReceived = 0, kSmallDelta = 1, kLargeDelta = 2, kReserved = 3 };

constexpr uint16_t kVectorChunk = 0x8000;  // else: run length
constexpr uint16_t kTwoBitSymbols = 0x4000;
constexpr uint32_t kMaxRun = 0x1fff;
constexpr uint32_t kOneBitVector = 14;  // symbols
constexpr uint32_t kTwoBitVector = 7;
constexpr int64_t kTicksPerReference = TransportFeedback::kReferenceTick / TransportFeedback::kTick;

struct Status {
  uint16_t offset = 0;
  Symbol symbol = kNotReceived;
};

// Run length:   | 0 | symbol 2 | length 13 |
// Status vector: | 1 | 0 | 14 symbols of 1 bit |   or   | 1 | 1 | 7 symbols of 2 bits |
class ChunkReader {
 public:
  ChunkReader(ByteReader& reader, uint32_t packet_count)
      : reader_(reader), packet_count_(packet_count) {}

  // The packets that arrived. False: cut short, or more than `most`, which cannot all have deltas.
  bool Read(size_t most, absl::InlinedVector<Status, 32>& out) {
    while (offset_ < packet_count_) {
      const uint16_t chunk = reader_.ReadU16();
      if (!reader_.ok()) return false;
      if ((chunk & kVectorChunk) == 0) {
        ReadRun(chunk, most, out);
      } else if ((chunk & kTwoBitSymbols) == 0) {
        for (int bit = 13; bit >= 0; --bit) Take(Symbol(chunk >> bit & 1), out);
      } else {
        for (int bit = 12; bit >= 0; bit -= 2) Take(Symbol(chunk >> bit & 3), out);
      }
      if (out.size() > most || !valid_) return false;
    }
    return true;
  }

 private:
  void ReadRun(uint16_t chunk, size_t most, absl::InlinedVector<Status, 32>& out) {
    const auto symbol = Symbol(chunk >> 13 & 3);
    const uint32_t length = chunk & kMaxRun;
    if (length == 0) valid_ = false;  // would never end
    if (symbol == kNotReceived) {
      offset_ += length;
      return;
    }
    for (uint32_t i = 0; i < length && out.size() <= most; ++i) Take(symbol, out);
  }

  void Take(Symbol symbol, absl::InlinedVector<Status, 32>& out) {
    if (offset_ >= packet_count_) return;  // fills up the last chunk
    if (symbol == kReserved) valid_ = false;
    if (symbol != kNotReceived) out.push_back({static_cast<uint16_t>(offset_), symbol});
    ++offset_;
  }

  ByteReader& reader_;
  uint32_t packet_count_;
  uint32_t offset_ = 0;
  bool valid_ = true;
};

Symbol SymbolOf(int16_t delta) { return delta >= 0 && delta <= 255 ? kSmallDelta : kLargeDelta; }

std::vector<Symbol> SymbolsOf(const TransportFeedback& feedback) {
  std::vector<Symbol> symbols(feedback.packet_count, kNotReceived);
  for (const TransportFeedback::Arrival& arrival : feedback.arrivals) {
    symbols[arrival.offset] = SymbolOf(arrival.delta);
  }
  return symbols;
}

uint16_t Vector(const Symbol* symbols, size_t count, uint32_t slots, int bits) {
  uint16_t chunk = kVectorChunk | (bits == 2 ? kTwoBitSymbols : 0);
  for (size_t i = 0; i < count; ++i) {
    chunk |= static_cast<uint16_t>(symbols[i] << (bits * (slots - 1 - i)));
  }
  return chunk;
}

// Writes the chunk that takes most of the symbols, and returns how many.
size_t WriteChunk(const Symbol* symbols, size_t left, ByteWriter& writer) {
  const size_t most = std::min<size_t>(left, kMaxRun);
  const Symbol* differs =
      std::find_if(symbols, symbols + most, [&](Symbol each) { return each != symbols[0]; });
  const auto run = static_cast<size_t>(differs - symbols);
  const size_t one_bit = std::min<size_t>(left, kOneBitVector);
  const bool has_large = std::find(symbols, symbols + one_bit, kLargeDelta) != symbols + one_bit;
  const size_t in_vector = has_large ? std::min<size_t>(left, kTwoBitVector) : one_bit;
  if (run >= in_vector) {
    writer.WriteU16(static_cast<uint16_t>(symbols[0] << 13 | run));
    return run;
  }
  writer.WriteU16(has_large ? Vector(symbols, in_vector, kTwoBitVector, 2)
                            : Vector(symbols, in_vector, kOneBitVector, 1));
  return in_vector;
}

}  // namespace

// | sender SSRC 32 | media SSRC 32 | base sequence number 16 | packet status count 16 |
// | reference time 24 | feedback packet count 8 | chunks 16... | deltas, 8 or 16 each |
std::optional<TransportFeedback> ParseTransportFeedback(const PacketView& packet) {
  if (packet.type != PacketType::kTransportFeedback || packet.count != kFormat) return std::nullopt;
  ByteReader reader(packet.body);
  TransportFeedback feedback;
  feedback.sender_ssrc = reader.ReadU32();
  feedback.media_ssrc = reader.ReadU32();
  feedback.base_sequence_number = reader.ReadU16();
  feedback.packet_count = reader.ReadU16();
  feedback.reference_time = static_cast<int32_t>(reader.ReadU24() << 8) >> 8;
  feedback.feedback_count = reader.ReadU8();
  if (!reader.ok() || feedback.packet_count == 0) return std::nullopt;
  absl::InlinedVector<Status, 32> received;
  if (!ChunkReader(reader, feedback.packet_count).Read(packet.body.size(), received)) {
    return std::nullopt;
  }
  feedback.arrivals.reserve(received.size());
  for (const Status& each : received) {
    const int16_t delta =
        each.symbol == kSmallDelta ? reader.ReadU8() : static_cast<int16_t>(reader.ReadU16());
    feedback.arrivals.push_back({each.offset, delta});
  }
  if (!reader.ok()) return std::nullopt;
  return feedback;
}

void Serialize(const TransportFeedback& feedback, Bytes& out) {
  const std::vector<Symbol> symbols = SymbolsOf(feedback);
  AppendPacket(PacketType::kTransportFeedback, kFormat, out, [&](ByteWriter& writer) {
    writer.WriteU32(feedback.sender_ssrc);
    writer.WriteU32(feedback.media_ssrc);
    writer.WriteU16(feedback.base_sequence_number);
    writer.WriteU16(feedback.packet_count);
    writer.WriteU24(static_cast<uint32_t>(feedback.reference_time) & 0xffffff);
    writer.WriteU8(feedback.feedback_count);
    for (size_t done = 0; done < symbols.size();) {
      done += WriteChunk(symbols.data() + done, symbols.size() - done, writer);
    }
    for (const TransportFeedback::Arrival& arrival : feedback.arrivals) {
      if (SymbolOf(arrival.delta) == kSmallDelta) {
        writer.WriteU8(static_cast<uint8_t>(arrival.delta));
      } else {
        writer.WriteU16(static_cast<uint16_t>(arrival.delta));
      }
    }
  });
}

TransportFeedbackBuilder::TransportFeedbackBuilder(uint16_t base_sequence_number,
                                                   Duration first_arrival) {
  feedback_.base_sequence_number = base_sequence_number;
  const int64_t reference = first_arrival / TransportFeedback::kReferenceTick;
  // 24 bits, signed, that wrap as the receiver of it expects.
  feedback_.reference_time = static_cast<int32_t>(static_cast<uint32_t>(reference) << 8) >> 8;
  last_ticks_ = reference * kTicksPerReference;
}

bool TransportFeedbackBuilder::Add(uint16_t sequence_number, Duration arrival) {
  const auto offset = static_cast<uint16_t>(sequence_number - feedback_.base_sequence_number);
  if (offset >= kMaxPackets || feedback_.arrivals.size() == kMaxArrivals) return false;
  if (!empty() && offset < feedback_.packet_count) return false;
  const int64_t ticks = arrival / TransportFeedback::kTick;
  const int64_t delta = ticks - last_ticks_;
  if (delta < std::numeric_limits<int16_t>::min() || delta > std::numeric_limits<int16_t>::max()) {
    return false;
  }
  feedback_.arrivals.push_back({offset, static_cast<int16_t>(delta)});
  feedback_.packet_count = static_cast<uint16_t>(offset + 1);
  last_ticks_ = ticks;
  return true;
}

TransportFeedback TransportFeedbackBuilder::Build(uint32_t sender_ssrc, uint32_t media_ssrc,
                                                  uint8_t feedback_count) const {
  TransportFeedback feedback = feedback_;
  feedback.sender_ssrc = sender_ssrc;
  feedback.media_ssrc = media_ssrc;
  feedback.feedback_count = feedback_count;
  return feedback;
}

}  // namespace sluice::rtp::rtcp
