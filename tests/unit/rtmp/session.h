// A server protocol of RTMP, and a client's view of what it answers.
#pragma once

#include <catch2/catch.hpp>
#include <string>
#include <string_view>
#include <vector>

#include "libs/rtmp/server_protocol.h"
#include "tests/support/fixed_random.h"
#include "tests/support/rtmp_client_bytes.h"

namespace sluice::rtmp {

class Session {
 public:
  Session() { reader_ = ChunkReader(); }

  absl::Status Receive(ByteView bytes) {
    std::vector<Event> fresh;
    absl::Status status = protocol.Receive(bytes, fresh);
    for (Event& event : fresh) events.push_back(std::move(event));
    return status;
  }
  absl::Status Receive(test::RtmpClientBytes& bytes) { return Receive(bytes.Take()); }

  // Until the connection stands.
  Session& Connected() {
    REQUIRE(Receive(test::RtmpClientBytes().Handshake().Connect()).ok());
    protocol.AcceptConnect();
    Answers();
    events.clear();
    return *this;
  }
  Session& Publishing(std::string_view name = "cam") {
    Connected();
    REQUIRE(Receive(test::RtmpClientBytes().CreateStream().Publish(name)).ok());
    protocol.AcceptPublish(1);
    Answers();
    events.clear();
    return *this;
  }

  // What the server has sent since the last call.
  std::vector<Message> Answers() {
    Bytes bytes = protocol.TakeOutput();
    ByteView chunks(bytes);
    if (!handshake_skipped_ && !chunks.empty()) {
      REQUIRE(chunks.size() >= 1 + 2 * kHandshakeBlock);
      chunks = chunks.subspan(1 + 2 * kHandshakeBlock);
      handshake_skipped_ = true;
    }
    std::vector<Message> messages;
    REQUIRE(reader_.Receive(chunks, messages).ok());
    return messages;
  }
  std::vector<Command> Commands() {
    std::vector<Command> commands;
    for (const Message& message : Answers()) {
      if (message.type == MessageType::kCommandAmf0) commands.push_back(*ParseCommand(message));
    }
    return commands;
  }
  // The codes of all status objects in the commands.
  std::vector<std::string> Codes() {
    std::vector<std::string> codes;
    for (const Command& command : Commands()) {
      const amf::Value* code = command.argument(1).Find("code");
      if (code != nullptr) codes.emplace_back(code->text());
    }
    return codes;
  }

  test::FixedRandom random;
  ServerProtocol protocol{random};
  std::vector<Event> events;

 private:
  ChunkReader reader_;
  bool handshake_skipped_ = false;
};

}  // namespace sluice::rtmp
