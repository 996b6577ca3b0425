// Chunks to messages (RTMP 1.0 §5.3).
#pragma once

#include <optional>
#include <vector>

#include "absl/container/flat_hash_map.h"
#include "absl/status/statusor.h"
#include "libs/rtmp/message.h"

namespace sluice::rtmp {

// Reads what a peer sends after the handshake. Keeps only what is incomplete: at most
// limits.partial_bytes over all chunk streams, grown as bytes come, never as lengths promise.
class ChunkReader {
 public:
  struct Limits {
    size_t chunk_streams = 64;          // in a connection's life
    uint32_t message_length = 8 << 20;  // bytes
    size_t partial_bytes = 16 << 20;    // of unfinished messages
  };

  ChunkReader() : ChunkReader(Limits()) {}
  explicit ChunkReader(Limits limits) : limits_(limits) {}

  // Adds bytes in any portions, and appends the messages they complete. Set Chunk Size and Abort
  // have taken effect by then, and are among the messages.
  //   InvalidArgument: a chunk type 2 or 3 on a chunk stream that has no message yet, or a chunk
  //     size that is not allowed. ResourceExhausted: a limit was reached.
  //   After an error the reader takes nothing more; messages appended before it are good.
  absl::Status Receive(ByteView bytes, std::vector<Message>& messages);

  uint32_t chunk_size() const { return chunk_size_; }
  size_t partial_bytes() const { return partial_bytes_; }

 private:
  struct ChunkStream {
    uint32_t timestamp = 0;
    uint32_t delta =
        0;  // or the absolute timestamp after type 0: type 3 repeats either (§5.3.1.2.4)
    uint32_t length = 0;
    uint8_t type = 0;
    uint32_t stream_id = 0;
    bool extended = false;  // the last header carried an extended timestamp
    uint32_t extended_value = 0;
    bool in_message = false;
    Bytes partial;
  };
  struct Header;

  // Both return how many bytes they took; 0 = more bytes are needed.
  absl::StatusOr<size_t> ReadHeader(ByteView bytes, std::vector<Message>& messages);
  absl::StatusOr<size_t> ReadPayload(ByteView bytes, std::vector<Message>& messages);
  absl::Status Begin(const Header& header);
  absl::Status Finish(std::vector<Message>& messages);
  absl::Status Control(const Message& message);
  void DropPartial(ChunkStream& stream);

  Limits limits_;
  uint32_t chunk_size_ = kDefaultChunkSize;
  absl::flat_hash_map<uint32_t, ChunkStream> streams_;  // by chunk stream id
  ChunkStream* current_ = nullptr;                      // whose chunk is being read
  size_t chunk_left_ = 0;                               // payload bytes of that chunk still to come
  Bytes pending_;  // an unfinished chunk header, at most 17 bytes
  size_t partial_bytes_ = 0;
  absl::Status error_;
};

}  // namespace sluice::rtmp
