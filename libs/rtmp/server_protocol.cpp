// Messages, and the owner's answers. The commands are in server_commands.cpp.
#include "libs/rtmp/server_protocol.h"

#include <utility>

#include "libs/base/status_macros.h"
#include "libs/base/text.h"
#include "libs/rtmp/chunk_writer.h"
#include "libs/rtmp/control.h"

namespace sluice::rtmp {
namespace {

constexpr uint32_t kOurWindow = 2'500'000;  // bytes; as common servers say

}  // namespace

ServerProtocol::ServerProtocol(RandomSource& random, Settings settings)
    : settings_(settings), handshake_(random), reader_(settings.limits) {}

absl::Status ServerProtocol::Receive(ByteView bytes, std::vector<Event>& events) {
  received_ += bytes.size();
  if (!handshake_.done()) {
    SLUICE_ASSIGN_OR_RETURN(size_t taken, handshake_.Receive(bytes, output_));
    bytes = bytes.subspan(taken);
  }
  absl::Status status = ReceiveChunks(bytes, events);
  if (!status.ok()) SendClosed(status);
  return status;
}

void ServerProtocol::SendClosed(const absl::Status& status) {
  bool connected = state_ == ConnectionState::kConnected;
  SendStatus(0, StatusLevel::kError,
             connected ? status_code::kConnectClosed : status_code::kConnectRejected,
             ToStd(status.message()));
}

absl::Status ServerProtocol::ReceiveChunks(ByteView bytes, std::vector<Event>& events) {
  if (bytes.empty()) return absl::OkStatus();
  std::vector<Message> messages;
  absl::Status status = reader_.Receive(bytes, messages);
  for (Message& message : messages) {
    SLUICE_RETURN_IF_ERROR(OnMessage(std::move(message), events));
  }
  SLUICE_RETURN_IF_ERROR(status);
  Acknowledge();
  return absl::OkStatus();
}

absl::Status ServerProtocol::OnMessage(Message message, std::vector<Event>& events) {
  switch (message.type) {
    case MessageType::kSetChunkSize:
    case MessageType::kAbort:
    case MessageType::kAcknowledgement:
      return absl::OkStatus();  // the chunk reader has obeyed; TCP knows what has arrived
    case MessageType::kUserControl:
      OnUserControl(message);
      return absl::OkStatus();
    case MessageType::kWindowAckSize:
      peer_window_ = ControlValue(message).value_or(peer_window_);
      return absl::OkStatus();
    case MessageType::kSetPeerBandwidth:
      Send(WindowAckSize(kOurWindow));  // §5.4.5
      return absl::OkStatus();
    case MessageType::kAudio:
    case MessageType::kVideo:
      OnMedia(std::move(message), events);
      return absl::OkStatus();
    case MessageType::kDataAmf0:
    case MessageType::kDataAmf3:
      OnDataMessage(message, events);
      return absl::OkStatus();
    case MessageType::kCommandAmf0:
    case MessageType::kCommandAmf3:
      return OnCommandMessage(message, events);
    default:
      ++ignored_messages_;
      return absl::OkStatus();
  }
}

void ServerProtocol::OnMedia(Message message, std::vector<Event>& events) {
  if (!IsPublished(message.stream_id)) {
    ++ignored_messages_;
    return;
  }
  events.push_back(
      MediaEvent{message.stream_id, message.type, message.timestamp, std::move(message.payload)});
}

void ServerProtocol::OnDataMessage(const Message& message, std::vector<Event>& events) {
  absl::StatusOr<std::vector<amf::Value>> values = ParseData(message);
  bool wrapped = values.ok() && !values->empty() && (*values)[0].text() == "@setDataFrame";
  if (wrapped) values->erase(values->begin());
  if (!values.ok() || values->empty() || (*values)[0].text().empty() ||
      !IsPublished(message.stream_id)) {
    ++ignored_messages_;
    return;
  }
  if ((*values)[0].text() != "onMetaData") {
    // What would be about the sender's wishes, not about its stream, goes no further.
    bool own = (*values)[0].text().front() == '@' || (*values)[0].text().front() == '|';
    if (own) return;
    events.push_back(DataEvent{message.stream_id, *std::move(values)});
    return;
  }
  if (values->size() < 2 || (*values)[1].properties() == nullptr) {
    ++ignored_messages_;
    return;
  }
  events.push_back(MetadataEvent{message.stream_id, std::move((*values)[1])});
}

void ServerProtocol::OnUserControl(const Message& message) {
  std::optional<UserControl> control = ParseUserControl(message);
  if (control.has_value() && control->type == UserControlType::kPingRequest) {
    Send(ToMessage(UserControl{UserControlType::kPingResponse, control->value}));
  }
}

void ServerProtocol::AcceptConnect() {
  if (state_ != ConnectionState::kConnectRequested) return;
  state_ = ConnectionState::kConnected;
  Send(WindowAckSize(kOurWindow));
  Send(SetPeerBandwidth(kOurWindow, PeerBandwidthLimit::kDynamic));
  Send(SetChunkSize(kOutChunkSize));
  out_chunk_size_ = kOutChunkSize;
  // Clients look for the version's form, not for its name; 31 = the usual set of capabilities.
  amf::Object server =
      amf::MakeObject({{"fmsVer", "FMS/3,5,7,7009"}, {"capabilities", 31}, {"mode", 1}});
  amf::Object information =
      StatusObject(StatusLevel::kStatus, status_code::kConnectSuccess, "Connection succeeded.");
  information.properties.push_back({"objectEncoding", 0});  // AMF0, whatever was asked for
  SendResult(connect_transaction_, {server, information});
}

void ServerProtocol::RejectConnect(std::string_view description) {
  if (state_ != ConnectionState::kConnectRequested) return;
  state_ = ConnectionState::kRejected;
  SendError(connect_transaction_, status_code::kConnectRejected, description);
}

void ServerProtocol::AcceptPublish(uint32_t stream_id) {
  MessageStream* stream = Find(stream_id, StreamState::kPublishRequested);
  if (stream == nullptr) return;
  stream->state = StreamState::kPublishing;
  if (fc_publish_) {
    amf::Object status =
        StatusObject(StatusLevel::kStatus, status_code::kPublishStart, stream->name);
    Send(ToMessage(Command{"onFCPublish", 0, {amf::Null(), status}}, 0));
  }
  SendStatus(stream_id, StatusLevel::kStatus, status_code::kPublishStart,
             StrCat(stream->name, " is now published."));
}

void ServerProtocol::RejectPublish(uint32_t stream_id, std::string_view code,
                                   std::string_view description) {
  MessageStream* stream = Find(stream_id, StreamState::kPublishRequested);
  if (stream == nullptr) return;
  stream->state = StreamState::kIdle;
  SendStatus(stream_id, StatusLevel::kError, code, description);
}

void ServerProtocol::AcceptPlay(uint32_t stream_id) {
  MessageStream* stream = Find(stream_id, StreamState::kPlayRequested);
  if (stream == nullptr) return;
  stream->state = StreamState::kPlaying;
  stream->paused = false;
  Send(ToMessage(UserControl{UserControlType::kStreamBegin, stream_id}));
  SendStatus(stream_id, StatusLevel::kStatus, status_code::kPlayReset,
             StrCat("Playing and resetting ", stream->name, "."));
  SendStatus(stream_id, StatusLevel::kStatus, status_code::kPlayStart,
             StrCat("Started playing ", stream->name, "."));
  Send(DataMessage({"|RtmpSampleAccess", true, true}, stream_id));
}

void ServerProtocol::RejectPlay(uint32_t stream_id, std::string_view code,
                                std::string_view description) {
  MessageStream* stream = Find(stream_id, StreamState::kPlayRequested);
  if (stream == nullptr) return;
  stream->state = StreamState::kIdle;
  SendStatus(stream_id, StatusLevel::kError, code, description);
}

void ServerProtocol::EndPlay(uint32_t stream_id, std::string_view description) {
  MessageStream* stream = Find(stream_id, StreamState::kPlaying);
  if (stream == nullptr) return;
  stream->state = StreamState::kIdle;
  SendStatus(stream_id, StatusLevel::kStatus, status_code::kPlayUnpublishNotify, description);
  Send(ToMessage(UserControl{UserControlType::kStreamEof, stream_id}));
  // ffmpeg and librtmp end on this one.
  SendStatus(stream_id, StatusLevel::kStatus, status_code::kPlayStop, description);
}

void ServerProtocol::EndPublish(uint32_t stream_id, std::string_view code,
                                std::string_view description) {
  MessageStream* stream = Find(stream_id, StreamState::kPublishing);
  if (stream == nullptr) return;
  stream->state = StreamState::kIdle;
  SendStatus(stream_id, StatusLevel::kError, code, description);
}

void ServerProtocol::Ping(uint32_t timestamp_ms) {
  if (state_ != ConnectionState::kConnected) return;
  Send(ToMessage(UserControl{UserControlType::kPingRequest, timestamp_ms}));
}

Bytes ServerProtocol::TakeOutput() { return std::exchange(output_, {}); }

ServerProtocol::MessageStream* ServerProtocol::Find(uint32_t stream_id, StreamState state) {
  auto found = streams_.find(stream_id);
  return found != streams_.end() && found->second.state == state ? &found->second : nullptr;
}

bool ServerProtocol::IsPublished(uint32_t stream_id) {
  return Find(stream_id, StreamState::kPublishing) != nullptr ||
         Find(stream_id, StreamState::kPublishRequested) != nullptr;
}

void ServerProtocol::Acknowledge() {
  // At half of the window: a peer that counts differently must not stop at its end.
  if (received_ - acknowledged_ < peer_window_ / 2) return;
  acknowledged_ = received_;
  Send(Acknowledgement(static_cast<uint32_t>(received_)));
}

void ServerProtocol::Send(const Message& message) {
  AppendMessage(message, out_chunk_size_, output_);
}

void ServerProtocol::SendStatus(uint32_t stream_id, StatusLevel level, std::string_view code,
                                std::string_view description) {
  Send(ToMessage(OnStatus(level, code, description), stream_id));
}

void ServerProtocol::SendResult(double transaction_id, std::vector<amf::Value> values) {
  Send(ToMessage(Command{"_result", transaction_id, std::move(values)}, 0));
}

void ServerProtocol::SendError(double transaction_id, std::string_view code,
                               std::string_view description) {
  amf::Object status = StatusObject(StatusLevel::kError, code, description);
  Send(ToMessage(Command{"_error", transaction_id, {amf::Null(), status}}, 0));
}

}  // namespace sluice::rtmp
