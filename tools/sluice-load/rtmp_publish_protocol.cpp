#include "tools/sluice-load/rtmp_publish_protocol.h"

#include <algorithm>
#include <array>
#include <utility>

#include "libs/base/status_macros.h"
#include "libs/base/text.h"
#include "libs/rtmp/chunk_writer.h"
#include "libs/rtmp/control.h"
#include "libs/rtmp/handshake.h"

namespace sluice::load {
namespace {

constexpr uint8_t kVersion = 3;
constexpr size_t kGreeting = 1 + 2 * rtmp::kHandshakeBlock;  // S0, S1, S2
constexpr double kConnect = 1;                               // transaction ids
constexpr double kCreateStream = 4;
constexpr double kPublish = 5;

}  // namespace

RtmpPublishProtocol::RtmpPublishProtocol(Target target, RandomSource& random)
    : target_(std::move(target)) {
  output_.assign(1 + rtmp::kHandshakeBlock, 0);  // C0, C1: time and version zero, then random
  output_[0] = kVersion;
  random.Fill(std::span(output_).subspan(9));
}

absl::Status RtmpPublishProtocol::Receive(ByteView bytes) {
  if (state_ == State::kHandshake) {
    bytes = bytes.subspan(TakeHandshake(bytes));
    if (greeting_[0] != kVersion) return absl::InvalidArgumentError("the server is no RTMP server");
    if (state_ == State::kHandshake) return absl::OkStatus();
  }
  std::vector<rtmp::Message> messages;
  SLUICE_RETURN_IF_ERROR(reader_.Receive(bytes, messages));
  for (const rtmp::Message& message : messages) SLUICE_RETURN_IF_ERROR(OnMessage(message));
  return absl::OkStatus();
}

size_t RtmpPublishProtocol::TakeHandshake(ByteView bytes) {
  size_t taken = std::min(bytes.size(), kGreeting - greeting_.size());
  greeting_.insert(greeting_.end(), bytes.begin(), bytes.begin() + static_cast<ptrdiff_t>(taken));
  if (greeting_.size() < kGreeting) return taken;
  auto block = std::span(greeting_).subspan(1, rtmp::kHandshakeBlock);  // C2 echoes S1
  output_.insert(output_.end(), block.begin(), block.end());
  SendConnect();
  return taken;
}

void RtmpPublishProtocol::SendConnect() {
  state_ = State::kConnecting;
  Send(rtmp::SetChunkSize(rtmp::kOutChunkSize));
  chunk_size_ = rtmp::kOutChunkSize;
  Send(rtmp::ToMessage({"connect",
                        kConnect,
                        {amf::MakeObject({{"app", target_.app},
                                          {"type", "nonprivate"},
                                          {"flashVer", "FMLE/3.0 (compatible; sluice-load)"},
                                          {"tcUrl", target_.tc_url}})}},
                       0));
}

absl::Status RtmpPublishProtocol::OnMessage(const rtmp::Message& message) {
  if (message.type == rtmp::MessageType::kUserControl) {
    auto control = rtmp::ParseUserControl(message);
    if (control.has_value() && control->type == rtmp::UserControlType::kPingRequest)
      Send(rtmp::ToMessage({rtmp::UserControlType::kPingResponse, control->value}));
    return absl::OkStatus();
  }
  if (message.type != rtmp::MessageType::kCommandAmf0) return absl::OkStatus();
  SLUICE_ASSIGN_OR_RETURN(rtmp::Command command, rtmp::ParseCommand(message));
  return OnCommand(command);
}

absl::Status RtmpPublishProtocol::OnCommand(const rtmp::Command& command) {
  auto refusal = [&command] {
    const amf::Value* code = command.argument(1).Find("code");
    return absl::PermissionDeniedError(
        StrCat(command.name, " ", code == nullptr ? "" : code->text()));
  };
  if (command.name == "_error") return refusal();
  if (command.name == "_result" && state_ == State::kConnecting &&
      command.transaction_id == kConnect) {
    state_ = State::kCreating;
    Send(rtmp::ToMessage({"releaseStream", 2, {amf::Null(), target_.name}}, 0));
    Send(rtmp::ToMessage({"FCPublish", 3, {amf::Null(), target_.name}}, 0));
    Send(rtmp::ToMessage({"createStream", kCreateStream, {amf::Null()}}, 0));
  } else if (command.name == "_result" && state_ == State::kCreating &&
             command.transaction_id == kCreateStream) {
    SendPublish(static_cast<uint32_t>(command.argument(1).number(1)));
  } else if (command.name == "onStatus") {
    const amf::Value* level = command.argument(1).Find("level");
    const amf::Value* code = command.argument(1).Find("code");
    if (level != nullptr && level->text() == "error") return refusal();
    if (code != nullptr && code->text() == rtmp::status_code::kPublishStart)
      state_ = State::kPublishing;
  }
  return absl::OkStatus();
}

void RtmpPublishProtocol::SendPublish(uint32_t stream_id) {
  state_ = State::kRequested;
  stream_id_ = stream_id;
  Send(rtmp::ToMessage({"publish", kPublish, {amf::Null(), target_.name, "live"}}, stream_id));
}

void RtmpPublishProtocol::SendMedia(rtmp::MessageType type, uint32_t timestamp, ByteView payload) {
  std::array<ByteView, 1> parts = {payload};
  rtmp::AppendMessage({type, timestamp, stream_id_}, parts, chunk_size_, output_);
}

void RtmpPublishProtocol::End() {
  Send(rtmp::ToMessage({"deleteStream", 6, {amf::Null(), static_cast<double>(stream_id_)}}, 0));
}

Bytes RtmpPublishProtocol::TakeOutput() { return std::exchange(output_, {}); }

void RtmpPublishProtocol::Send(const rtmp::Message& message) {
  rtmp::AppendMessage(message, chunk_size_, output_);
}

}  // namespace sluice::load
