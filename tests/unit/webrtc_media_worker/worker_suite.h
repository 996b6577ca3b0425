// A whole worker with its thread, and players with real sockets on loopback.
#pragma once

#include <sys/socket.h>

#include <array>
#include <catch2/catch.hpp>
#include <string>
#include <utility>
#include <vector>

#include "libs/net/batch_sender.h"
#include "libs/net/udp_socket.h"
#include "libs/rtp/rfc4571.h"
#include "services/webrtc-media/worker.h"
#include "tests/support/run_until.h"
#include "tests/unit/webrtc_media_worker/test_publisher.h"
#include "tests/unit/webrtc_media_worker/test_stream.h"

namespace sluice::webrtc_media {

struct Events final : Worker::Delegate {
  void OnPlayerPlaying(const std::string& session_id, Duration) override {
    playing.push_back(session_id);
  }
  void OnPlayerEnded(const std::string& session_id, EndReason reason, const std::string&) override {
    ended.emplace_back(session_id, reason);
  }
  void OnKeyFrameWanted(FeedId, uint32_t track_id) override { key_frames.push_back(track_id); }
  void OnPlayerBandwidth(const std::string&, uint64_t, uint64_t) override {}

  std::vector<std::string> playing;
  std::vector<std::pair<std::string, EndReason>> ended;
  std::vector<uint32_t> key_frames;
};

struct PublisherEvents final : PublisherDelegate {
  void OnPublisherStarted(const std::string& session_id) override { started.push_back(session_id); }
  void OnPublisherMedia(const std::string&, PublishedItems items) override {
    CHECK_FALSE(started.empty());
    CHECK(ended.empty());
    for (const PublishedItem& item : items) {
      if (const auto* packet = std::get_if<rtp::Packet>(&item.content)) {
        numbers.push_back(packet->sequence_number);
      }
    }
  }
  void OnPublisherSilent(const std::string&, bool silent) override { silences.push_back(silent); }
  void OnPublisherEnded(const std::string& session_id, EndReason reason,
                        const std::string&) override {
    ended.emplace_back(session_id, reason);
  }

  std::vector<std::string> started;
  std::vector<uint16_t> numbers;
  std::vector<bool> silences;
  std::vector<std::pair<std::string, EndReason>> ended;
};

// A TestPlayer with a socket.
class SocketPlayer {
 public:
  explicit SocketPlayer(std::string name) : player(std::move(name)) {}
  virtual ~SocketPlayer() = default;

  virtual void Send(const Bytes& datagram) = 0;
  void Receive() {
    for (const Bytes& datagram : TakeReceived()) {
      if (player.AcceptsAnswer(datagram) && !std::exchange(checked, true) && !player.connected()) {
        for (const Bytes& hello : player.StartDtls()) Send(hello);
      }
      for (const Bytes& answer : player.OnDatagram(datagram)) Send(answer);
    }
  }

  // What has arrived, unread by the player.
  virtual std::vector<Bytes> TakeReceived() = 0;

  TestPlayer player;
  bool checked = false;
};

class UdpPlayer final : public SocketPlayer {
 public:
  UdpPlayer(std::string name, std::string_view host, uint16_t port)
      : SocketPlayer(std::move(name)),
        server_(net::SocketAddress::Parse(host, port).value()),
        socket_(net::UdpSocket::Bind(net::SocketAddress::Parse(host, 0).value()).value()),
        sender_(net::MakeGsoBatchSender(socket_->fd())) {}

  void Send(const Bytes& datagram) override {
    net::UdpPath path{.to = server_};
    const net::UdpMessage message{.path = &path,
                                  .bytes = datagram,
                                  .segment_size = static_cast<uint16_t>(datagram.size()),
                                  .segments = 1};
    sender_->Send({&message, 1});
  }

  std::vector<Bytes> TakeReceived() override {
    std::vector<Bytes> datagrams;
    socket_->Receive(
        [&](const net::UdpDatagram& datagram) { datagrams.push_back(ToBytes(datagram.bytes)); });
    return datagrams;
  }

 private:
  net::SocketAddress server_;
  std::unique_ptr<net::UdpSocket> socket_;
  std::unique_ptr<net::BatchSender> sender_;
};

// RFC 6544, active.
class TcpPlayer final : public SocketPlayer {
 public:
  TcpPlayer(std::string name, std::string_view host, uint16_t port, int receive_buffer = 0)
      : SocketPlayer(std::move(name)),
        server_(net::SocketAddress::Parse(host, port).value()),
        receive_buffer_(receive_buffer) {
    Connect();
  }

  // Another connection in place of the present one.
  void Connect() {
    fd_ = net::OwnedFd(socket(server_.family(), SOCK_STREAM | SOCK_CLOEXEC, 0));
    if (receive_buffer_ > 0) {
      setsockopt(fd_.get(), SOL_SOCKET, SO_RCVBUF, &receive_buffer_, sizeof(receive_buffer_));
    }
    REQUIRE(connect(fd_.get(), server_.raw(), server_.raw_length()) == 0);
    reader_ = rtp::Rfc4571Reader();
    checked = false;
  }
  void Close() { fd_.Reset(); }
  void Send(const Bytes& datagram) override {
    Bytes frame;
    rtp::AppendRfc4571Frame(datagram, frame);
    SendRaw(frame);
  }
  void SendRaw(ByteView bytes) { send(fd_.get(), bytes.data(), bytes.size(), MSG_NOSIGNAL); }
  // The server has closed the connection, and everything before that has been received.
  bool closed() {
    Receive();
    return closed_;
  }
  bool reading = true;

 private:
  std::vector<Bytes> TakeReceived() override {
    std::vector<Bytes> frames;
    std::array<uint8_t, 65536> buffer;
    while (reading) {
      const ssize_t got = recv(fd_.get(), buffer.data(), buffer.size(), MSG_DONTWAIT);
      closed_ = got == 0 || (got < 0 && errno == ECONNRESET);
      if (got <= 0) break;
      reader_.Feed(ByteView(buffer).first(static_cast<size_t>(got)));
      while (const auto frame = reader_.Next()) frames.push_back(ToBytes(*frame));
    }
    return frames;
  }

  net::SocketAddress server_;
  int receive_buffer_;
  net::OwnedFd fd_;
  rtp::Rfc4571Reader reader_;
  bool closed_ = false;
};

struct Suite {
  Suite() {
    Worker::Settings settings{
        .v4 = net::SocketAddress::Parse("0.0.0.0", 0).value(),
        .v6 = net::SocketAddress::Parse("::", 0).value(),
        .dtls = dtls::ServerContext::Make(dtls::Certificate::MakeSelfSigned(absl::Now()).value())
                    .value(),
        .max_players = 2};
    worker = Worker::Start(std::move(settings), home, random, events).value();
    worker->SetPublisherDelegate(publisher_events);
    feed = worker->OpenFeed();
    Give({std::make_shared<const media::StreamDescription>(TestDescription())});
  }
  ~Suite() { feed.reset(); }

  std::unique_ptr<SocketPlayer> MakeClient(bool tcp, const std::string& name) const {
    if (tcp) return std::make_unique<TcpPlayer>(name, "127.0.0.1", worker->port());
    return std::make_unique<UdpPlayer>(name, "127.0.0.1", worker->port());
  }
  void Give(const std::vector<fanout::Item>& items) { feed->OnItems(items); }
  void GiveFrame(bool key_frame, size_t packets) {
    const auto frame = source.Frame(key_frame, packets);
    Give({frame.begin(), frame.end()});
  }
  void Connect(SocketPlayer& player, size_t packets) {
    REQUIRE(test::RunUntil(home, [&] {
      // The first check may be sooner than the worker knows the player.
      if (!player.checked) player.Send(player.player.Check());
      player.Receive();
      return player.player.packets.size() >= packets;
    }));
  }

  loop::EventLoop home;
  SystemRandom random;
  Events events;
  PublisherEvents publisher_events;
  TestStream source{MonotonicNow()};
  std::unique_ptr<Worker> worker;
  std::unique_ptr<WorkerFeed> feed;
};

}  // namespace sluice::webrtc_media
