// The client's side of one RTMP publication, without its socket (RTMP 1.0).
#pragma once

#include <string>

#include "absl/status/status.h"
#include "libs/base/random.h"
#include "libs/rtmp/chunk_reader.h"
#include "libs/rtmp/command.h"
#include "libs/rtmp/message.h"

namespace sluice::load {

// Bytes in and out; simple handshake, then connect, createStream, publish, as encoders do it.
class RtmpPublishProtocol {
 public:
  struct Target {
    std::string app;   // "live"
    std::string name;  // stream name, with query
    std::string tc_url;
  };

  RtmpPublishProtocol(Target target, RandomSource& random);

  // The first bytes are in TakeOutput() from the beginning. An error ends the connection:
  // InvalidArgument: not RTMP. PermissionDenied: the server refuses, with its code.
  absl::Status Receive(ByteView bytes);
  // The server has said NetStream.Publish.Start: media may go.
  bool publishing() const { return state_ == State::kPublishing; }
  // To be called while publishing(). timestamp: milliseconds.
  void SendMedia(rtmp::MessageType type, uint32_t timestamp, ByteView payload);
  // deleteStream: the end in order.
  void End();
  Bytes TakeOutput();

 private:
  enum class State { kHandshake, kConnecting, kCreating, kRequested, kPublishing };

  size_t TakeHandshake(ByteView bytes);
  absl::Status OnMessage(const rtmp::Message& message);
  absl::Status OnCommand(const rtmp::Command& command);
  void SendConnect();
  void SendPublish(uint32_t stream_id);
  void Send(const rtmp::Message& message);

  Target target_;
  State state_ = State::kHandshake;
  Bytes greeting_;  // S0, S1, S2 so far
  rtmp::ChunkReader reader_;
  uint32_t stream_id_ = 0;
  uint32_t chunk_size_ = rtmp::kDefaultChunkSize;
  Bytes output_;
};

}  // namespace sluice::load
