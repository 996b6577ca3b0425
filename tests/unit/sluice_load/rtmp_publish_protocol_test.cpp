// The publishing client against the suite's own server side.
#include "tools/sluice-load/rtmp_publish_protocol.h"

#include <catch2/catch.hpp>

#include "libs/rtmp/server_protocol.h"

using namespace sluice;

namespace {

struct Exchange {
  SystemRandom random;
  load::RtmpPublishProtocol client{{"live", "cam?key=1", "rtmp://127.0.0.1/live"}, random};
  rtmp::ServerProtocol server{random};
  std::vector<rtmp::Event> events;

  // Passes bytes both ways, `portion` at a time, until both are silent.
  absl::Status Talk(size_t portion = 1 << 20) {
    while (true) {
      Bytes up = client.TakeOutput();
      for (size_t at = 0; at < up.size(); at += portion) {
        auto part = ByteView(up).subspan(at, std::min(portion, up.size() - at));
        REQUIRE(server.Receive(part, events).ok());
      }
      Bytes down = server.TakeOutput();
      if (up.empty() && down.empty()) return absl::OkStatus();
      for (size_t at = 0; at < down.size(); at += portion) {
        auto part = ByteView(down).subspan(at, std::min(portion, down.size() - at));
        if (absl::Status status = client.Receive(part); !status.ok()) return status;
      }
    }
  }
  template <typename T>
  const T* Last() const {
    return events.empty() ? nullptr : std::get_if<T>(&events.back());
  }
};

}  // namespace

TEST_CASE("A publication is asked for as encoders do, however the bytes are cut") {
  for (size_t portion : {size_t{1}, size_t{7}, size_t{1} << 20}) {
    Exchange exchange;
    REQUIRE(exchange.Talk(portion).ok());
    REQUIRE(exchange.Last<rtmp::ConnectEvent>() != nullptr);
    CHECK(exchange.Last<rtmp::ConnectEvent>()->app == "live");
    exchange.server.AcceptConnect();
    REQUIRE(exchange.Talk(portion).ok());
    const auto* publish = exchange.Last<rtmp::PublishEvent>();
    REQUIRE(publish != nullptr);
    CHECK(publish->name == "cam");
    CHECK(publish->query == "key=1");
    CHECK_FALSE(exchange.client.publishing());
    exchange.server.AcceptPublish(publish->stream_id);
    REQUIRE(exchange.Talk(portion).ok());
    CHECK(exchange.client.publishing());

    exchange.client.SendMedia(rtmp::MessageType::kVideo, 40, Bytes(100'000, 7));
    REQUIRE(exchange.Talk(portion).ok());
    const auto* media = exchange.Last<rtmp::MediaEvent>();
    REQUIRE(media != nullptr);
    CHECK(media->timestamp == 40);
    CHECK(media->payload == Bytes(100'000, 7));

    exchange.client.End();
    REQUIRE(exchange.Talk(portion).ok());
    CHECK(exchange.Last<rtmp::StreamEndEvent>() != nullptr);
  }
}

TEST_CASE("A refused publication tells the server's code") {
  Exchange exchange;
  REQUIRE(exchange.Talk().ok());
  exchange.server.AcceptConnect();
  REQUIRE(exchange.Talk().ok());
  const auto* publish = exchange.Last<rtmp::PublishEvent>();
  REQUIRE(publish != nullptr);
  exchange.server.RejectPublish(publish->stream_id, rtmp::status_code::kPublishBadName, "taken");
  absl::Status status = exchange.Talk();
  CHECK(status.code() == absl::StatusCode::kPermissionDenied);
  CHECK(std::string(status.message()).find("NetStream.Publish.BadName") != std::string::npos);
}

TEST_CASE("A server of another protocol is refused") {
  SystemRandom random;
  load::RtmpPublishProtocol client{{"live", "cam", "rtmp://127.0.0.1/live"}, random};
  CHECK(client.Receive(AsBytes("HTTP/1.1 400 Bad Request\r\n")).code() ==
        absl::StatusCode::kInvalidArgument);
}
