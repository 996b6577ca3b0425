#include "services/signalling-gateway/create_request.h"

#include <catch2/catch.hpp>

namespace sluice::signalling_gateway {
namespace {

const MediaSessionsOptions kOptions{.node_id = "gw", .report_outbound_rate = false};

TEST_CASE("publishStream: kbit/s become bit/s, and nothing is lost") {
  MediaRequest request{.stream = {.published = true,
                                  .media_session_id = "p",
                                  .name = "me",
                                  .sdp = "v=0",
                                  .transport = "tcp",
                                  .orientation = true,
                                  .min_bitrate = 300,
                                  .max_bitrate = 4'294'967'295,
                                  .video_muted = true},
                       .client_address = "10.0.0.7:5000",
                       .agent = "a browser"};
  v1::CreatePublisherRequest create = ToCreatePublisher(request, kOptions);
  CHECK(create.session_id() == "p");
  CHECK(create.stream_name() == "me");
  CHECK(create.offer_sdp() == "v=0");
  CHECK(create.owner() == "gw");
  CHECK(create.protocol() == "websdk");
  CHECK(create.client_address() == "10.0.0.7:5000");
  CHECK(create.agent() == "a browser");
  CHECK(create.transport() == v1::ICE_TRANSPORT_TCP);
  CHECK(create.orientation());
  CHECK(create.min_bitrate_bps() == 300'000);
  CHECK(create.max_bitrate_bps() == 4'294'967'295'000);
  CHECK(create.report_video_rate());
  CHECK_FALSE(create.audio_muted());
  CHECK(create.video_muted());
}

TEST_CASE("playStream: the wanted size and bitrate are bounds of the layer") {
  MediaRequest request{
      .stream = {
          .media_session_id = "v", .name = "cam", .width = 640, .height = 360, .bitrate = 800}};
  v1::CreatePlayerRequest create = ToCreatePlayer(request, kOptions);
  CHECK(create.session_id() == "v");
  CHECK(create.transport() == v1::ICE_TRANSPORT_ANY);
  CHECK(create.limits().max_width() == 640);
  CHECK(create.limits().max_height() == 360);
  CHECK(create.limits().max_bitrate_bps() == 800'000);
  CHECK_FALSE(create.report_video_rate());
}

}  // namespace
}  // namespace sluice::signalling_gateway
