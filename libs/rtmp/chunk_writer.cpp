#include "libs/rtmp/chunk_writer.h"

#include <algorithm>
#include <vector>

#include "libs/base/byte_writer.h"

namespace sluice::rtmp {
namespace {

constexpr uint32_t kExtendedTimestamp = 0xffffff;  // §5.3.1.3
constexpr uint8_t kType3 = 3 << 6;
constexpr size_t kLongestHeader = 16;    // basic 1, message 11, extended timestamp 4
constexpr size_t kType0Header = 12;      // with a 1-byte basic header
constexpr size_t kStreamIdPosition = 8;  // in a type 0 chunk with a 1-byte basic header

size_t TotalSize(std::span<const ByteView> parts) {
  size_t size = 0;
  for (ByteView part : parts) size += part.size();
  return size;
}

// Writes payload bytes and puts a type 3 header before each chunk but the first.
class PayloadWriter {
 public:
  PayloadWriter(uint8_t chunk_stream_id, uint32_t timestamp, uint32_t chunk_size, Bytes& out)
      : chunk_stream_id_(chunk_stream_id),
        timestamp_(timestamp),
        chunk_size_(chunk_size),
        left_(chunk_size),
        writer_(out) {}

  void Write(ByteView part) {
    while (!part.empty()) {
      if (left_ == 0) BeginChunk();
      size_t count = std::min<size_t>(left_, part.size());
      writer_.WriteBytes(part.first(count));
      left_ -= count;
      part = part.subspan(count);
    }
  }

 private:
  void BeginChunk() {
    writer_.WriteU8(kType3 | chunk_stream_id_);
    if (timestamp_ >= kExtendedTimestamp) writer_.WriteU32(timestamp_);
    left_ = chunk_size_;
  }

  uint8_t chunk_stream_id_;
  uint32_t timestamp_;
  uint32_t chunk_size_;
  size_t left_;
  ByteWriter writer_;
};

}  // namespace

void AppendMessage(const MessageHeader& header, std::span<const ByteView> parts,
                   uint32_t chunk_size, Bytes& out) {
  auto chunk_stream_id = static_cast<uint8_t>(ChunkStreamOf(header.type));
  size_t length = TotalSize(parts);
  out.reserve(out.size() + kLongestHeader + length + length / chunk_size * 5);
  ByteWriter writer(out);
  writer.WriteU8(chunk_stream_id);  // type 0
  writer.WriteU24(std::min(header.timestamp, kExtendedTimestamp));
  writer.WriteU24(static_cast<uint32_t>(length));
  writer.WriteU8(static_cast<uint8_t>(header.type));
  writer.WriteU32LittleEndian(header.stream_id);
  if (header.timestamp >= kExtendedTimestamp) writer.WriteU32(header.timestamp);
  PayloadWriter payload(chunk_stream_id, header.timestamp, chunk_size, out);
  for (ByteView part : parts) payload.Write(part);
}

void AppendMessage(const Message& message, uint32_t chunk_size, Bytes& out) {
  ByteView payload(message.payload);
  AppendMessage({message.type, message.timestamp, message.stream_id}, {&payload, 1}, chunk_size,
                out);
}

SharedMessage::SharedMessage(MessageType type, uint32_t timestamp, std::span<const ByteView> parts)
    : type_(type), timestamp_(timestamp) {
  Bytes bytes;
  AppendMessage({type, timestamp, kUsualStreamId}, parts, kOutChunkSize, bytes);
  bytes_ = std::make_shared<const Bytes>(std::move(bytes));
}

std::shared_ptr<const Bytes> SharedMessage::For(uint32_t stream_id) const {
  if (stream_id == kUsualStreamId) return bytes_;
  Bytes bytes = *bytes_;
  for (size_t i = 0; i < 4; ++i) {
    bytes[kStreamIdPosition + i] = static_cast<uint8_t>(stream_id >> (8 * i));
  }
  return std::make_shared<const Bytes>(std::move(bytes));
}

std::shared_ptr<const Bytes> SharedMessage::At(uint32_t stream_id, uint32_t timestamp) const {
  // The chunks' payloads, cut out from between their headers.
  size_t extended = timestamp_ >= kExtendedTimestamp ? 4 : 0;
  std::vector<ByteView> parts;
  ByteView rest = ByteView(*bytes_).subspan(kType0Header + extended);
  while (!rest.empty()) {
    parts.push_back(rest.first(std::min<size_t>(rest.size(), kOutChunkSize)));
    rest = rest.subspan(parts.back().size());
    if (!rest.empty()) rest = rest.subspan(1 + extended);
  }
  Bytes bytes;
  AppendMessage({type_, timestamp, stream_id}, parts, kOutChunkSize, bytes);
  return std::make_shared<const Bytes>(std::move(bytes));
}

}  // namespace sluice::rtmp
