// The server's side of one RTMP connection, without its socket.
#pragma once

#include <map>
#include <string>
#include <vector>

#include "absl/status/statusor.h"
#include "libs/base/random.h"
#include "libs/rtmp/chunk_reader.h"
#include "libs/rtmp/command.h"
#include "libs/rtmp/event.h"
#include "libs/rtmp/handshake.h"

namespace sluice::rtmp {

// Bytes in, events out; calls in, bytes out. Events are collected: nothing of the owner runs inside
// Receive. Media to players goes past it, as SharedMessage::For(stream_id), after TakeOutput().
class ServerProtocol {
 public:
  struct Settings {
    ChunkReader::Limits limits;
    size_t message_streams = 8;  // that one client may have at a time
  };

  explicit ServerProtocol(RandomSource& random) : ServerProtocol(random, Settings()) {}
  ServerProtocol(RandomSource& random, Settings settings);

  // Takes bytes in any portions and appends what they meant to `events`. An error ends the
  // connection: send what TakeOutput() has (an error status if the client can read one) and close.
  // InvalidArgument: not RTMP. ResourceExhausted: a bound. FailedPrecondition: a command out of
  // order.
  absl::Status Receive(ByteView bytes, std::vector<Event>& events);

  // Answers to events. Ignored if the stream is no longer waiting for that answer.
  void AcceptConnect();
  void RejectConnect(std::string_view description);
  void AcceptPublish(uint32_t stream_id);
  // code: one of status_code::kPublish...
  void RejectPublish(uint32_t stream_id, std::string_view code, std::string_view description);
  void AcceptPlay(uint32_t stream_id);
  // code: one of status_code::kPlay...
  void RejectPlay(uint32_t stream_id, std::string_view code, std::string_view description);

  // The stream that is played has ended at its publisher. The client may play again.
  void EndPlay(uint32_t stream_id, std::string_view description);
  // The stream that is published was taken from its publisher. code: one of
  // status_code::kPublish...
  void EndPublish(uint32_t stream_id, std::string_view code, std::string_view description);
  // A ping request; the client's answer counts as a sign of life like any other bytes.
  void Ping(uint32_t timestamp_ms);

  // What is to be sent, in order. Empty if nothing.
  Bytes TakeOutput();

  bool handshake_done() const { return handshake_.done(); }
  // Messages that had no meaning here: unknown types and commands, media of no stream, data that
  // could not be read.
  uint64_t ignored_messages() const { return ignored_messages_; }

 private:
  enum class ConnectionState : uint8_t { kNew, kConnectRequested, kConnected, kRejected };
  enum class StreamState : uint8_t {
    kIdle,
    kPublishRequested,
    kPublishing,
    kPlayRequested,
    kPlaying,
  };
  struct MessageStream {
    StreamState state = StreamState::kIdle;
    std::string name;
    bool paused = false;  // of a player
  };
  using OnCommand = absl::Status (ServerProtocol::*)(const Command&, uint32_t, std::vector<Event>&);
  struct CommandEntry {
    const char* name;
    OnCommand on_command;
  };
  static const CommandEntry kCommands[];

  // Tells the client why it is about to be closed, if it can read that.
  void SendClosed(const absl::Status& status);
  absl::Status ReceiveChunks(ByteView bytes, std::vector<Event>& events);
  absl::Status OnMessage(Message message, std::vector<Event>& events);
  absl::Status OnCommandMessage(const Message& message, std::vector<Event>& events);
  void OnDataMessage(const Message& message, std::vector<Event>& events);
  void OnMedia(Message message, std::vector<Event>& events);
  void OnUserControl(const Message& message);

  // One per command; they stand in kCommands.
  absl::Status OnConnect(const Command& command, uint32_t stream_id, std::vector<Event>& events);
  absl::Status OnCreateStream(const Command& command, uint32_t stream_id,
                              std::vector<Event>& events);
  absl::Status OnPublish(const Command& command, uint32_t stream_id, std::vector<Event>& events);
  absl::Status OnPlay(const Command& command, uint32_t stream_id, std::vector<Event>& events);
  absl::Status OnCloseStream(const Command& command, uint32_t stream_id,
                             std::vector<Event>& events);
  absl::Status OnDeleteStream(const Command& command, uint32_t stream_id,
                              std::vector<Event>& events);
  absl::Status OnFcPublish(const Command& command, uint32_t stream_id, std::vector<Event>& events);
  absl::Status OnFcUnpublish(const Command& command, uint32_t stream_id,
                             std::vector<Event>& events);
  absl::Status OnGetStreamLength(const Command& command, uint32_t stream_id,
                                 std::vector<Event>& events);
  absl::Status OnPause(const Command& command, uint32_t stream_id, std::vector<Event>& events);
  absl::Status OnReceiveAudio(const Command& command, uint32_t stream_id,
                              std::vector<Event>& events);
  absl::Status OnReceiveVideo(const Command& command, uint32_t stream_id,
                              std::vector<Event>& events);
  void Receive(MessageType type, const Command& command, uint32_t stream_id,
               std::vector<Event>& events);
  absl::Status OnSeek(const Command& command, uint32_t stream_id, std::vector<Event>& events);
  // Commands that need nothing but an answer: releaseStream, _checkbw, FCSubscribe.
  absl::Status OnCourtesy(const Command& command, uint32_t stream_id, std::vector<Event>& events);

  // Makes the message stream ready for a publish or play: FailedPrecondition if it was not created.
  absl::StatusOr<MessageStream*> Prepare(const Command& command, uint32_t stream_id,
                                         std::vector<Event>& events);
  MessageStream* Find(uint32_t stream_id, StreamState state);  // nullptr: not in that state
  bool IsPublished(uint32_t stream_id);                        // or about to be
  // Ends what runs on the stream, if anything runs.
  void EndStream(uint32_t stream_id, std::string_view command, std::vector<Event>& events);
  void Acknowledge();
  void Send(const Message& message);
  void SendStatus(uint32_t stream_id, StatusLevel level, std::string_view code,
                  std::string_view description);
  void SendResult(double transaction_id, std::vector<amf::Value> values);
  void SendError(double transaction_id, std::string_view code, std::string_view description);

  Settings settings_;
  ServerHandshake handshake_;
  ChunkReader reader_;
  ConnectionState state_ = ConnectionState::kNew;
  double connect_transaction_ = 1;
  std::map<uint32_t, MessageStream> streams_;  // by message stream id; bounded by settings_
  bool fc_publish_ = false;  // the client uses FMLE's commands, and waits for their answers
  uint32_t out_chunk_size_ = kDefaultChunkSize;
  uint32_t peer_window_ = 2'500'000;  // bytes after which the peer wants an acknowledgement
  uint64_t received_ = 0;             // bytes after the handshake
  uint64_t acknowledged_ = 0;
  uint64_t ignored_messages_ = 0;
  Bytes output_;  // answers to the bytes of one Receive, a few times their size at most
};

}  // namespace sluice::rtmp
