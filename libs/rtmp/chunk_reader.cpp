#include "libs/rtmp/chunk_reader.h"

#include <algorithm>
#include <utility>

#include "libs/base/byte_reader.h"
#include "libs/base/status_macros.h"
#include "libs/base/text.h"
#include "libs/rtmp/control.h"

namespace sluice::rtmp {
namespace {

constexpr uint32_t kExtendedTimestamp = 0xffffff;  // §5.3.1.3

}  // namespace

// One chunk (§5.3.1):
//
//   basic header     | fmt 2 bits | chunk stream id: 6 bits, or 0 + 1 byte, or 1 + 2 bytes |
//   message header   fmt 0: timestamp 3, length 3, type 1, message stream id 4 (little endian)
//                    fmt 1: timestamp delta 3, length 3, type 1
//                    fmt 2: timestamp delta 3
//                    fmt 3: nothing
//   extended timestamp 4, if the 3-byte one is (or on this chunk stream was) 0xffffff
//   payload          at most the chunk size
struct ChunkReader::Header {
  uint8_t format = 0;
  uint32_t chunk_stream_id = 0;
  uint32_t timestamp = 0;  // or delta
  uint32_t length = 0;
  uint8_t type = 0;
  uint32_t stream_id = 0;
  bool extended = false;
  uint32_t extended_value = 0;

  static Header ReadBasic(ByteReader& reader) {
    Header header;
    uint8_t first = reader.ReadU8();
    header.format = first >> 6;
    header.chunk_stream_id = first & 0x3f;
    if (header.chunk_stream_id == 0) {
      header.chunk_stream_id = 64 + reader.ReadU8();
    } else if (header.chunk_stream_id == 1) {
      uint32_t low = reader.ReadU8();
      header.chunk_stream_id = 64 + low + 256 * uint32_t{reader.ReadU8()};
    }
    return header;
  }

  void ReadMessageHeader(ByteReader& reader) {
    if (format <= 2) timestamp = reader.ReadU24();
    if (format <= 1) {
      length = reader.ReadU24();
      type = reader.ReadU8();
    }
    if (format == 0) stream_id = reader.ReadU32LittleEndian();
    if (format <= 2 && timestamp == kExtendedTimestamp) {
      extended = true;
      extended_value = reader.ReadU32();
    }
  }
};

absl::Status ChunkReader::Receive(ByteView bytes, std::vector<Message>& messages) {
  if (!error_.ok()) return error_;
  Bytes joined;
  if (!pending_.empty()) {
    joined = std::exchange(pending_, {});
    joined.insert(joined.end(), bytes.begin(), bytes.end());
    bytes = joined;
  }
  while (!bytes.empty()) {
    absl::StatusOr<size_t> taken =
        chunk_left_ > 0 ? ReadPayload(bytes, messages) : ReadHeader(bytes, messages);
    if (!taken.ok()) return error_ = taken.status();
    if (*taken == 0) {
      pending_ = ToBytes(bytes);
      break;
    }
    bytes = bytes.subspan(*taken);
  }
  return absl::OkStatus();
}

absl::StatusOr<size_t> ChunkReader::ReadHeader(ByteView bytes, std::vector<Message>& messages) {
  ByteReader reader(bytes);
  Header header = Header::ReadBasic(reader);
  if (!reader.ok()) return 0;
  auto known = streams_.find(header.chunk_stream_id);
  if (known == streams_.end()) {
    // Type 1 in front is against §5.3.1.2.1; librtmp's pings do it.
    if (header.format >= 2) {
      return absl::InvalidArgumentError(StrCat("chunk stream ", header.chunk_stream_id,
                                               " begins with chunk type ",
                                               static_cast<int>(header.format)));
    }
    if (streams_.size() >= limits_.chunk_streams) {
      return absl::ResourceExhaustedError(
          StrCat("more than ", limits_.chunk_streams, " chunk streams"));
    }
  }
  header.ReadMessageHeader(reader);
  if (!reader.ok()) return 0;
  if (known == streams_.end()) {
    known = streams_.try_emplace(header.chunk_stream_id).first;
  }
  current_ = &known->second;
  if (header.format == 3 && current_->extended) {
    // The timestamp is repeated here (§5.3.1.3). Some encoders leave it out inside a message: then
    // the four bytes are payload, and differ from it.
    if (reader.remaining() < 4) return 0;
    ByteReader ahead = reader;
    bool repeated = ahead.ReadU32() == current_->extended_value;
    if (repeated || !current_->in_message) header.extended_value = reader.ReadU32();
  }
  if (header.format != 3 || !current_->in_message) SLUICE_RETURN_IF_ERROR(Begin(header));
  chunk_left_ = std::min<size_t>(
      chunk_size_, current_->length - std::min<size_t>(current_->partial.size(), current_->length));
  if (chunk_left_ == 0) SLUICE_RETURN_IF_ERROR(Finish(messages));
  return reader.position();
}

absl::Status ChunkReader::Begin(const Header& header) {
  ChunkStream& stream = *current_;
  DropPartial(stream);  // a message that is not finished gives way to the next one
  if (header.format <= 1) {
    stream.length = header.length;
    stream.type = header.type;
  }
  if (header.format == 0) stream.stream_id = header.stream_id;
  if (header.format <= 2) {
    stream.extended = header.extended;
    stream.delta = header.extended ? header.extended_value : header.timestamp;
  } else if (stream.extended) {
    stream.delta = header.extended_value;
  }
  stream.extended_value = stream.extended ? stream.delta : 0;
  stream.timestamp = header.format == 0 ? stream.delta : stream.timestamp + stream.delta;
  if (stream.length > limits_.message_length) {
    return absl::ResourceExhaustedError(StrCat("message of ", stream.length, " bytes; at most ",
                                               limits_.message_length, " are taken"));
  }
  stream.in_message = true;
  return absl::OkStatus();
}

absl::StatusOr<size_t> ChunkReader::ReadPayload(ByteView bytes, std::vector<Message>& messages) {
  size_t taken = std::min(chunk_left_, bytes.size());
  if (partial_bytes_ + taken > limits_.partial_bytes) {
    return absl::ResourceExhaustedError(
        StrCat("more than ", limits_.partial_bytes, " bytes of unfinished messages"));
  }
  ByteView part = bytes.first(taken);
  current_->partial.insert(current_->partial.end(), part.begin(), part.end());
  partial_bytes_ += taken;
  chunk_left_ -= taken;
  if (chunk_left_ == 0 && current_->partial.size() == current_->length) {
    SLUICE_RETURN_IF_ERROR(Finish(messages));
  }
  return taken;
}

absl::Status ChunkReader::Finish(std::vector<Message>& messages) {
  ChunkStream& stream = *current_;
  partial_bytes_ -= stream.partial.size();
  stream.in_message = false;
  messages.push_back({static_cast<MessageType>(stream.type), stream.timestamp, stream.stream_id,
                      std::exchange(stream.partial, {})});
  return Control(messages.back());
}

absl::Status ChunkReader::Control(const Message& message) {
  bool sets_size = message.type == MessageType::kSetChunkSize;
  if (!sets_size && message.type != MessageType::kAbort) return absl::OkStatus();
  std::optional<uint32_t> value = ControlValue(message);
  if (!value.has_value()) return absl::InvalidArgumentError("control message is cut off");
  if (!sets_size) {
    auto aborted = streams_.find(*value);
    if (aborted != streams_.end()) DropPartial(aborted->second);
    return absl::OkStatus();
  }
  constexpr uint32_t kMaxChunkSize = 0x7fffffff;  // §5.4.1: the first bit is zero
  if (*value == 0 || *value > kMaxChunkSize) {
    return absl::InvalidArgumentError(StrCat("chunk size ", *value));
  }
  chunk_size_ = std::min(*value, kMaxMessageLength);  // what is larger means the same
  return absl::OkStatus();
}

void ChunkReader::DropPartial(ChunkStream& stream) {
  partial_bytes_ -= stream.partial.size();
  stream.partial = {};
  stream.in_message = false;
}

}  // namespace sluice::rtmp
