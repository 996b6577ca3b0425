// The commands of ServerProtocol (RTMP 1.0 §7.2, and those that Adobe's encoder added).
#include <algorithm>
#include <utility>

#include "libs/base/status_macros.h"
#include "libs/base/text.h"
#include "libs/rtmp/control.h"
#include "libs/rtmp/server_protocol.h"

namespace sluice::rtmp {
namespace {

std::string BoundedText(const amf::Value& value) {
  return std::string(value.text().substr(0, kMaxName));
}

struct NameAndQuery {
  std::string name;
  std::string query;
};

NameAndQuery SplitQuery(std::string_view text) {
  size_t mark = text.find('?');
  if (mark == std::string_view::npos) return {std::string(text), ""};
  return {std::string(text.substr(0, mark)), std::string(text.substr(mark + 1))};
}

const amf::Value& PropertyOf(const amf::Value& object, std::string_view name) {
  static const amf::Value kUndefined;
  const amf::Value* found = object.Find(name);
  return found != nullptr ? *found : kUndefined;
}

}  // namespace

const ServerProtocol::CommandEntry ServerProtocol::kCommands[] = {
    {"connect", &ServerProtocol::OnConnect},
    {"createStream", &ServerProtocol::OnCreateStream},
    {"publish", &ServerProtocol::OnPublish},
    {"play", &ServerProtocol::OnPlay},
    {"pause", &ServerProtocol::OnPause},
    {"pauseRaw", &ServerProtocol::OnPause},
    {"receiveAudio", &ServerProtocol::OnReceiveAudio},
    {"receiveVideo", &ServerProtocol::OnReceiveVideo},
    {"seek", &ServerProtocol::OnSeek},
    {"closeStream", &ServerProtocol::OnCloseStream},
    {"deleteStream", &ServerProtocol::OnDeleteStream},
    {"FCPublish", &ServerProtocol::OnFcPublish},
    {"FCUnpublish", &ServerProtocol::OnFcUnpublish},
    {"getStreamLength", &ServerProtocol::OnGetStreamLength},
    {"releaseStream", &ServerProtocol::OnCourtesy},
    {"_checkbw", &ServerProtocol::OnCourtesy},
    {"FCSubscribe", &ServerProtocol::OnCourtesy},
};

absl::Status ServerProtocol::OnCommandMessage(const Message& message, std::vector<Event>& events) {
  if (state_ == ConnectionState::kRejected) return absl::OkStatus();
  SLUICE_ASSIGN_OR_RETURN(Command command, ParseCommand(message));
  if (state_ == ConnectionState::kNew && command.name != "connect") {
    if (command.transaction_id != 0) {
      SendError(command.transaction_id, status_code::kConnectRejected, "connect first");
    }
    return absl::FailedPreconditionError(
        StrCat("command before connect: ", command.name.substr(0, 64)));
  }
  for (const CommandEntry& entry : kCommands) {
    if (command.name == entry.name) {
      return (this->*entry.on_command)(command, message.stream_id, events);
    }
  }
  ++ignored_messages_;
  if (command.transaction_id != 0 && command.name != "_result" && command.name != "_error") {
    SendError(command.transaction_id, status_code::kCallFailed,
              StrCat("unknown command: ", command.name.substr(0, 64)));
  }
  return absl::OkStatus();
}

absl::Status ServerProtocol::OnConnect(const Command& command, uint32_t,
                                       std::vector<Event>& events) {
  if (state_ != ConnectionState::kNew) return absl::FailedPreconditionError("connect, again");
  state_ = ConnectionState::kConnectRequested;
  connect_transaction_ = command.transaction_id;
  const amf::Value& object = command.argument(0);
  NameAndQuery app = SplitQuery(BoundedText(PropertyOf(object, "app")));
  while (!app.name.empty() && app.name.back() == '/') app.name.pop_back();
  ConnectEvent event;
  event.tc_url = BoundedText(PropertyOf(object, "tcUrl"));
  event.flash_version = BoundedText(PropertyOf(object, "flashVer"));
  event.app = std::move(app.name);
  event.query = app.query.empty() ? SplitQuery(event.tc_url).query : std::move(app.query);
  events.push_back(std::move(event));
  return absl::OkStatus();
}

absl::Status ServerProtocol::OnCreateStream(const Command& command, uint32_t, std::vector<Event>&) {
  if (streams_.size() >= settings_.message_streams) {
    SendError(command.transaction_id, status_code::kCallFailed, "too many streams");
    return absl::OkStatus();
  }
  uint32_t id = 1;
  while (streams_.contains(id)) ++id;
  streams_.try_emplace(id);
  SendResult(command.transaction_id, {amf::Null(), static_cast<double>(id)});
  return absl::OkStatus();
}

absl::StatusOr<ServerProtocol::MessageStream*> ServerProtocol::Prepare(const Command& command,
                                                                       uint32_t stream_id,
                                                                       std::vector<Event>& events) {
  auto found = streams_.find(stream_id);
  if (found == streams_.end()) {
    return absl::FailedPreconditionError(
        StrCat(command.name, " on a stream that was not created: ", stream_id));
  }
  EndStream(stream_id, command.name, events);
  return &found->second;
}

absl::Status ServerProtocol::OnPublish(const Command& command, uint32_t stream_id,
                                       std::vector<Event>& events) {
  SLUICE_ASSIGN_OR_RETURN(MessageStream * stream, Prepare(command, stream_id, events));
  NameAndQuery asked = SplitQuery(BoundedText(command.argument(1)));
  stream->name = asked.name;
  stream->state = StreamState::kPublishRequested;
  events.push_back(PublishEvent{stream_id, std::move(asked.name), std::move(asked.query)});
  return absl::OkStatus();
}

absl::Status ServerProtocol::OnPlay(const Command& command, uint32_t stream_id,
                                    std::vector<Event>& events) {
  SLUICE_ASSIGN_OR_RETURN(MessageStream * stream, Prepare(command, stream_id, events));
  NameAndQuery asked = SplitQuery(BoundedText(command.argument(1)));
  stream->name = asked.name;
  stream->state = StreamState::kPlayRequested;
  events.push_back(PlayEvent{stream_id, std::move(asked.name), std::move(asked.query)});
  return absl::OkStatus();
}

// §7.2.2.8. Live streams go on behind a pause: the milliseconds that clients send along mean
// nothing here.
absl::Status ServerProtocol::OnPause(const Command& command, uint32_t stream_id,
                                     std::vector<Event>& events) {
  MessageStream* stream = Find(stream_id, StreamState::kPlaying);
  if (stream == nullptr) {
    ++ignored_messages_;
    return absl::OkStatus();
  }
  const bool* paused = command.argument(1).As<bool>();
  stream->paused = paused != nullptr ? *paused : !stream->paused;
  if (stream->paused) {
    SendStatus(stream_id, StatusLevel::kStatus, status_code::kPauseNotify,
               StrCat("Paused ", stream->name, "."));
    Send(ToMessage(UserControl{UserControlType::kStreamEof, stream_id}));
  } else {
    Send(ToMessage(UserControl{UserControlType::kStreamBegin, stream_id}));
    SendStatus(stream_id, StatusLevel::kStatus, status_code::kUnpauseNotify,
               StrCat("Unpaused ", stream->name, "."));
  }
  events.push_back(PauseEvent{stream_id, stream->paused});
  return absl::OkStatus();
}

absl::Status ServerProtocol::OnReceiveAudio(const Command& command, uint32_t stream_id,
                                            std::vector<Event>& events) {
  Receive(MessageType::kAudio, command, stream_id, events);
  return absl::OkStatus();
}

absl::Status ServerProtocol::OnReceiveVideo(const Command& command, uint32_t stream_id,
                                            std::vector<Event>& events) {
  Receive(MessageType::kVideo, command, stream_id, events);
  return absl::OkStatus();
}

// §7.2.2.4, §7.2.2.5: "off" is not answered.
void ServerProtocol::Receive(MessageType type, const Command& command, uint32_t stream_id,
                             std::vector<Event>& events) {
  MessageStream* stream = Find(stream_id, StreamState::kPlaying);
  const bool* wanted = command.argument(1).As<bool>();
  if (stream == nullptr || wanted == nullptr) {
    ++ignored_messages_;
    return;
  }
  if (*wanted) {
    SendStatus(stream_id, StatusLevel::kStatus, status_code::kSeekNotify, stream->name);
    SendStatus(stream_id, StatusLevel::kStatus, status_code::kPlayStart,
               StrCat("Started playing ", stream->name, "."));
  }
  events.push_back(ReceiveEvent{stream_id, type, *wanted});
}

absl::Status ServerProtocol::OnSeek(const Command&, uint32_t stream_id, std::vector<Event>&) {
  SendStatus(stream_id, StatusLevel::kError, status_code::kSeekFailed, "the stream is live");
  return absl::OkStatus();
}

absl::Status ServerProtocol::OnCloseStream(const Command& command, uint32_t stream_id,
                                           std::vector<Event>& events) {
  EndStream(stream_id, command.name, events);
  return absl::OkStatus();
}

absl::Status ServerProtocol::OnDeleteStream(const Command& command, uint32_t,
                                            std::vector<Event>& events) {
  double asked = command.argument(1).number(0);
  if (!(asked >= 1 && asked <= static_cast<double>(settings_.message_streams))) {
    return absl::OkStatus();
  }
  auto stream_id = static_cast<uint32_t>(asked);
  EndStream(stream_id, command.name, events);
  streams_.erase(stream_id);
  return absl::OkStatus();
}

absl::Status ServerProtocol::OnFcPublish(const Command& command, uint32_t stream_id,
                                         std::vector<Event>& events) {
  fc_publish_ = true;  // onFCPublish follows when the publishing is accepted
  return OnCourtesy(command, stream_id, events);
}

absl::Status ServerProtocol::OnFcUnpublish(const Command& command, uint32_t stream_id,
                                           std::vector<Event>& events) {
  std::string name = SplitQuery(BoundedText(command.argument(1))).name;
  for (const auto& [id, stream] : streams_) {
    if (IsPublished(id) && stream.name == name) EndStream(id, command.name, events);
  }
  Send(ToMessage(Command{"onFCUnpublish",
                         0,
                         {amf::Null(), StatusObject(StatusLevel::kStatus,
                                                    status_code::kUnpublishSuccess, name)}},
                 0));
  return OnCourtesy(command, stream_id, events);
}

absl::Status ServerProtocol::OnGetStreamLength(const Command& command, uint32_t,
                                               std::vector<Event>&) {
  SendResult(command.transaction_id, {amf::Null(), 0});  // live: no length
  return absl::OkStatus();
}

absl::Status ServerProtocol::OnCourtesy(const Command& command, uint32_t, std::vector<Event>&) {
  if (command.transaction_id != 0) {
    SendResult(command.transaction_id, {amf::Null(), amf::Value()});
  }
  return absl::OkStatus();
}

void ServerProtocol::EndStream(uint32_t stream_id, std::string_view command,
                               std::vector<Event>& events) {
  auto found = streams_.find(stream_id);
  if (found == streams_.end() || found->second.state == StreamState::kIdle) return;
  bool publishing = found->second.state == StreamState::kPublishing;
  found->second.state = StreamState::kIdle;
  if (publishing) {
    SendStatus(stream_id, StatusLevel::kStatus, status_code::kUnpublishSuccess,
               StrCat(found->second.name, " is now unpublished."));
  }
  events.push_back(StreamEndEvent{stream_id, std::string(command)});
}

}  // namespace sluice::rtmp
