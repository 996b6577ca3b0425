#include "libs/http/web_socket.h"

#include <catch2/catch.hpp>
#include <string>
#include <vector>

#include "libs/base/text.h"
#include "raw_client.h"

namespace sluice::http {
namespace {

enum Opcode : uint8_t {
  kContinuation = 0,
  kText = 1,
  kBinary = 2,
  kClose = 8,
  kPing = 9,
  kPong = 10
};

struct Frame {
  int opcode = -1;  // -1: the connection has ended
  std::string payload;
};

// RFC 6455 §5.2, client side (masked with a zero key, which is a key as good as any).
std::string ClientFrame(Opcode opcode, std::string_view payload, bool final = true) {
  std::string out;
  out += static_cast<char>((final ? 0x80 : 0) | opcode);
  if (payload.size() < 126) {
    out += static_cast<char>(0x80 | payload.size());
  } else {
    out += static_cast<char>(0x80 | 127);
    for (int shift = 56; shift >= 0; shift -= 8) {
      out += static_cast<char>(static_cast<uint64_t>(payload.size()) >> shift);
    }
  }
  return out + std::string(4, '\0') + std::string(payload);
}

struct WsClient : RawClient {
  explicit WsClient(uint16_t port, std::string_view path = "/") : RawClient(port) {
    Send(StrCat("GET ", path, " HTTP/1.1\r\nHost: h\r\nUpgrade: websocket\r\n",
                "Connection: Upgrade\r\nSec-WebSocket-Key: dGhlIHNhbXBsZSBub25jZQ==\r\n",
                "Sec-WebSocket-Version: 13\r\n\r\n"));
    handshake = ReadUntil("\r\n\r\n");
  }
  Frame ReadFrame() {
    std::string head = Read(2);
    if (head.size() < 2) return {};
    size_t length = static_cast<uint8_t>(head[1]);
    if (length >= 126) {
      std::string extended = Read(length == 126 ? 2 : 8);
      length = 0;
      for (char c : extended) length = length << 8 | static_cast<uint8_t>(c);
    }
    return {head[0] & 15, Read(length)};
  }
  std::string handshake;
};

uint16_t CloseCode(const Frame& frame) {
  if (frame.opcode != kClose || frame.payload.size() < 2) return 0;
  return static_cast<uint16_t>(static_cast<uint8_t>(frame.payload[0]) << 8 |
                               static_cast<uint8_t>(frame.payload[1]));
}

// Says back what it hears; "close" and "flood" do what they say.
class EchoUser final : public WebSocketUser {
 public:
  EchoUser(WebSocket& socket, std::promise<uint16_t>* gone) : socket_(socket), gone_(gone) {}
  ~EchoUser() override {
    if (gone_ != nullptr) gone_->set_value(close_code_);
  }
  void OnCloseFrame(uint16_t code) override { close_code_ = code; }
  void OnText(std::string_view message) override {
    if (message == "close") {
      socket_.SendText("before");
      socket_.Close(4000, "as asked");
      CHECK_FALSE(socket_.SendText("after"));
    } else if (message == "flood") {
      while (socket_.SendText(std::string(100'000, 'f'))) {
      }
    } else if (message == "path") {
      socket_.SendText(StrCat(socket_.path(), " ", socket_.peer_address()));
    } else {
      socket_.SendText(std::string(message));
    }
  }

 private:
  WebSocket& socket_;
  uint16_t close_code_ = 0;
  std::promise<uint16_t>* gone_;  // gets the code of the peer's close frame, 0 if there was none
};

AcceptWebSocket AcceptEcho(std::promise<uint16_t>* gone = nullptr) {
  return [gone](WebSocket& socket) { return std::make_unique<EchoUser>(socket, gone); };
}

TEST_CASE("RFC 6455 4.2.2: the upgrade is answered on any path, without extensions") {
  ServerFixture server(Router(), {}, AcceptEcho());
  WsClient client(server.port(), "/websocket/x");
  CHECK(client.handshake.starts_with("HTTP/1.1 101"));
  CHECK(client.handshake.find("s3pPLMBiTxaQ9kYGzzhZRbK+xOo=") != std::string::npos);
  client.Send(ClientFrame(kText, "path"));
  CHECK(client.ReadFrame().payload == "/websocket/x 127.0.0.1");
}

TEST_CASE("permessage-deflate is not agreed to") {
  ServerFixture server(Router(), {}, AcceptEcho());
  RawClient client = server.Client();
  client.Send(
      "GET / HTTP/1.1\r\nHost: h\r\nUpgrade: websocket\r\nConnection: Upgrade\r\n"
      "Sec-WebSocket-Key: dGhlIHNhbXBsZSBub25jZQ==\r\nSec-WebSocket-Version: 13\r\n"
      "Sec-WebSocket-Extensions: permessage-deflate; client_max_window_bits\r\n\r\n");
  std::string handshake = client.ReadUntil("\r\n\r\n");
  CHECK(handshake.starts_with("HTTP/1.1 101"));
  CHECK(handshake.find("deflate") == std::string::npos);
}

TEST_CASE("without a user for sockets an upgrade is refused") {
  ServerFixture server(Router{});
  WsClient client(server.port());
  CHECK_FALSE(client.handshake.starts_with("HTTP/1.1 101"));
}

TEST_CASE("messages come back whole: short, long, split by byte and in fragments") {
  ServerFixture server(Router(), {}, AcceptEcho());
  WsClient client(server.port());
  std::string longest(200'000, 'l');
  for (const std::string& text : {std::string("a"), std::string(5000, 'm'), longest}) {
    client.Send(ClientFrame(kText, text));
    CHECK(client.ReadFrame().payload == text);
  }
  for (char byte : ClientFrame(kText, "drip")) client.Send(std::string_view(&byte, 1));
  CHECK(client.ReadFrame().payload == "drip");
  client.Send(ClientFrame(kText, "one ", false) + ClientFrame(kPing, "in between") +
              ClientFrame(kContinuation, "two ", false) + ClientFrame(kContinuation, "three"));
  Frame pong = client.ReadFrame();
  CHECK(pong.opcode == kPong);
  CHECK(pong.payload == "in between");
  CHECK(client.ReadFrame().payload == "one two three");
  client.Send(ClientFrame(kText, "x") + ClientFrame(kText, "y") + ClientFrame(kText, "z"));
  CHECK(client.ReadFrame().payload == "x");
  CHECK(client.ReadFrame().payload == "y");
  CHECK(client.ReadFrame().payload == "z");
}

TEST_CASE("RFC 6455 7.4.1: too long is 1009, also in fragments; binary is 1003") {
  ServerFixture server(Router(), {.max_message_bytes = 10'000}, AcceptEcho());
  WsClient client(server.port());
  client.Send(ClientFrame(kText, std::string(10'001, 'x')));
  CHECK(CloseCode(client.ReadFrame()) == 1009);
  WsClient fragments(server.port());
  fragments.Send(ClientFrame(kText, std::string(9'999, 'x'), false) +
                 ClientFrame(kContinuation, "xx", false));
  CHECK(CloseCode(fragments.ReadFrame()) == 1009);
  WsClient binary(server.port());
  binary.Send(ClientFrame(kBinary, "x"));
  CHECK(CloseCode(binary.ReadFrame()) == 1003);
}

TEST_CASE("our close sends what is queued, then code and reason; the user goes") {
  std::promise<uint16_t> gone;
  ServerFixture server(Router(), {}, AcceptEcho(&gone));
  WsClient client(server.port());
  client.Send(ClientFrame(kText, "close"));
  CHECK(client.ReadFrame().payload == "before");
  Frame close = client.ReadFrame();
  CHECK(CloseCode(close) == 4000);
  CHECK(close.payload.substr(2) == "as asked");
  client.Send(ClientFrame(kClose, std::string("\x0f\xa0", 2)));
  gone.get_future().wait();
}

TEST_CASE("the user hears the client's close frame and goes, or goes when the connection breaks") {
  struct Case {
    std::string_view payload;  // of the close frame
    bool sent;
    uint16_t heard;
  };
  for (const Case& c : {Case{"\x03\xe8", true, 1000}, Case{"\x03\xe9", true, 1001},
                        Case{"", true, 1005}, Case{"", false, 0}}) {
    std::promise<uint16_t> gone;
    ServerFixture server(Router(), {}, AcceptEcho(&gone));
    WsClient client(server.port());
    client.Send(ClientFrame(kText, "hello"));
    CHECK(client.ReadFrame().payload == "hello");
    if (c.sent) {
      client.Send(ClientFrame(kClose, c.payload));
      CHECK(client.ReadFrame().opcode == kClose);
    }
    client.Close();
    CHECK(gone.get_future().get() == c.heard);
    CHECK(server.counters().web_sockets == 0);
  }
}

TEST_CASE("a send queue that is full closes the socket and is counted; others go on") {
  std::promise<uint16_t> gone;
  ServerFixture server(Router(), {.max_send_queue_bytes = 1'000'000}, AcceptEcho(&gone));
  WsClient client(server.port());
  client.Send(ClientFrame(kText, "flood"));
  gone.get_future().wait();
  CHECK(server.counters().refused(Refusal::kSendQueueFull) == 1);
}

TEST_CASE("users go with the server, while sockets are open") {
  std::promise<uint16_t> gone;
  std::future<uint16_t> went = gone.get_future();
  WsClient* client = nullptr;
  {
    ServerFixture server(Router(), {}, AcceptEcho(&gone));
    client = new WsClient(server.port());
    client->Send(ClientFrame(kText, "hello"));
    CHECK(client->ReadFrame().payload == "hello");
  }
  CHECK(went.wait_for(std::chrono::seconds(0)) == std::future_status::ready);
  CHECK(client->ReadFrame().opcode != kText);
  delete client;
}

TEST_CASE("a refused client hears 1013") {
  ServerFixture server(Router(), {}, [](WebSocket&) { return nullptr; });
  WsClient client(server.port());
  CHECK(CloseCode(client.ReadFrame()) == 1013);
}

TEST_CASE("RFC 6455 5.5.2: a silent client gets a ping, and is closed when it stays silent") {
  std::promise<uint16_t> gone;
  ServerFixture server(Router(), {.ping_after = 1s, .close_after = 2s}, AcceptEcho(&gone));
  WsClient client(server.port());
  CHECK(client.ReadFrame().opcode == kPing);
  gone.get_future().wait();
  CHECK(client.ReadFrame().opcode != kText);
}

TEST_CASE("a thousand idle sockets stay, and every one still answers") {
  ServerFixture server(Router(), {}, AcceptEcho());
  std::vector<std::unique_ptr<WsClient>> clients;
  for (int i = 0; i < 1000; ++i) clients.push_back(std::make_unique<WsClient>(server.port()));
  CHECK(server.counters().web_sockets == 1000);
  for (size_t i = 0; i < clients.size(); i += 50) {
    clients[i]->Send(ClientFrame(kText, std::to_string(i)));
    CHECK(clients[i]->ReadFrame().payload == std::to_string(i));
  }
}

}  // namespace
}  // namespace sluice::http
