// RTMP clients of an ingest daemon, over socket pairs.
#pragma once

#include <sys/socket.h>

#include <catch2/catch.hpp>

#include "libs/rtmp/chunk_reader.h"
#include "tests/support/rtmp_client_bytes.h"
#include "tests/unit/ingest/ingest_fixture.h"
#include "tests/unit/ingest/media_samples.h"

namespace sluice::ingest {

using test::RtmpClientBytes;

// A client at the other end of a socket pair.
class Client final : public net::StreamConnection::Delegate {
 public:
  explicit Client(IngestParts& parts, std::string_view host = "127.0.0.1") : parts_(parts) {
    int fds[2];
    REQUIRE(socketpair(AF_UNIX, SOCK_STREAM | SOCK_NONBLOCK, 0, fds) == 0);
    socket_ = std::make_unique<net::StreamConnection>(parts.loop, net::OwnedFd(fds[0]), *this);
    connection = std::make_unique<RtmpConnection>(
        parts.context, net::OwnedFd(fds[1]), *net::SocketAddress::Parse(host, 5000), 1,
        [this](RtmpConnection&) { parts_.loop.Post([this] { connection.reset(); }); });
  }

  void OnBytes(ByteView bytes) override {
    size_t skipped = std::min(handshake_left_, bytes.size());
    handshake_left_ -= skipped;
    REQUIRE(reader_.Receive(bytes.subspan(skipped), messages).ok());
  }
  void OnClosed(const absl::Status&) override { closed = true; }

  void Send(RtmpClientBytes& bytes) { socket_->Send(bytes.Take()); }
  void Send(const rtmp::MediaEvent& event) {
    Send(RtmpClientBytes().Media(event.type, event.timestamp, event.payload));
  }
  void Close() { socket_.reset(); }
  void PauseReading(bool paused) { socket_->PauseReading(paused); }

  // Waits for a status with this code.
  bool Gets(std::string_view code) {
    return parts_.RunUntil([&] { return Got(code); });
  }
  bool Got(std::string_view code) const {
    for (const rtmp::Message& message : messages) {
      if (message.type != rtmp::MessageType::kCommandAmf0) continue;
      auto command = rtmp::ParseCommand(message);
      const amf::Value* found = command.ok() ? command->argument(1).Find("code") : nullptr;
      if (found != nullptr && found->text() == code) return true;
    }
    return false;
  }
  std::vector<rtmp::Message> Messages(rtmp::MessageType type) const {
    std::vector<rtmp::Message> found;
    for (const rtmp::Message& message : messages) {
      if (message.type == type) found.push_back(message);
    }
    return found;
  }
  size_t Count(rtmp::MessageType type) const {
    size_t count = 0;
    for (const rtmp::Message& message : messages) count += message.type == type ? 1 : 0;
    return count;
  }

  std::unique_ptr<RtmpConnection> connection;  // the server's side
  std::vector<rtmp::Message> messages;
  bool closed = false;

 private:
  IngestParts& parts_;
  std::unique_ptr<net::StreamConnection> socket_;
  rtmp::ChunkReader reader_;
  size_t handshake_left_ = 1 + 2 * rtmp::kHandshakeBlock;
};

struct Connections : IngestParts {
  void StartPublishing(Client& client, std::string_view name = "cam") {
    client.Send(RtmpClientBytes().Handshake().Connect().CreateStream().Publish(name));
    REQUIRE(client.Gets("NetStream.Publish.Start"));
  }
  void StartPlaying(Client& client, std::string_view name = "cam") {
    client.Send(RtmpClientBytes().Handshake().Connect().CreateStream().Play(name));
    REQUIRE(client.Gets("NetStream.Play.Start"));
  }
  // Until the connection has gone on its own.
  bool Gone(Client& client) {
    return RunUntil([&] { return client.connection == nullptr; });
  }
  std::shared_ptr<fanout::Publication> Cam() const { return publications.Find({"cam", ""}); }
};

}  // namespace sluice::ingest
