// Subscriptions as their players see them.
#include <algorithm>
#include <catch2/catch.hpp>

#include "services/webrtc-media/stream_subscription.h"
#include "tests/unit/webrtc_media/media_node.h"

namespace sluice::webrtc_media {
namespace {

using test::MediaNode;
using test::RunUntil;
using test::ToldEvents;

TEST_CASE("players of one stream share a subscription") {
  MediaNode node;
  REQUIRE(node.Create("session-1").ok());
  REQUIRE(node.Create("session-2").ok());
  CHECK(node.players.subscription_count() == 1);
  CHECK(node.sockets.counters().subscribers == 1);
}

TEST_CASE("the publisher's end is the end of its players, and of the subscription") {
  MediaNode node;
  ToldEvents told(node);
  REQUIRE(node.Create("session-1").ok());
  node.Unpublish(fanout::EndCause::kPublisherStopped);
  REQUIRE(RunUntil(node.loop, [&] { return told.HasEnded("session-1"); }));
  CHECK(told.events.back().end_reason() == v1::END_REASON_PUBLISHER_STOPPED);
  CHECK(RunUntil(node.loop, [&] { return node.players.subscription_count() == 0; }));
}

TEST_CASE("a stream that is published again under the name is a new one") {
  MediaNode node;
  ToldEvents told(node);
  REQUIRE(node.Create("session-1").ok());
  node.Unpublish(fanout::EndCause::kPublisherStopped);
  REQUIRE(RunUntil(node.loop, [&] { return told.HasEnded("session-1"); }));
  node.Publish();
  CHECK(node.Create("session-2").ok());
}

TEST_CASE("a relay that breaks is replaced, and its players stay") {
  MediaNode node;
  ToldEvents told(node);
  REQUIRE(node.Create("session-1").ok());
  node.Unpublish(fanout::EndCause::kUpstreamLost);
  node.Publish();
  REQUIRE(RunUntil(node.loop, [&] { return node.sockets.counters().connections == 2; }));
  CHECK(node.players.player_count() == 1);
  node.Unpublish(fanout::EndCause::kPublisherStopped);
  REQUIRE(RunUntil(node.loop, [&] { return told.HasEnded("session-1"); }));
  CHECK(told.events.back().end_reason() == v1::END_REASON_PUBLISHER_STOPPED);
}

TEST_CASE(
    "players wait for a publisher whose daemon was killed, though the name is gone meanwhile") {
  MediaNode node;
  ToldEvents told(node);
  REQUIRE(node.Create("session-1").ok());
  node.directory.RemoveStream({"cam", ""});
  node.Unpublish(fanout::EndCause::kUpstreamLost);
  CHECK_FALSE(RunUntil(
      node.loop, [&] { return told.HasEnded("session-1"); },
      2 * StreamSubscription::kRecoveryInterval + 200ms));
  node.Publish();
  REQUIRE(RunUntil(node.loop, [&] { return node.sockets.counters().connections == 2; }));
  CHECK(node.players.player_count() == 1);
}

TEST_CASE("a stream that is not ready is waited for, but no longer than a second") {
  MediaNode node;
  node.Publish(false);
  SECTION("until it is ready") {
    node.Request("session-1");
    CHECK_FALSE(RunUntil(
        node.loop, [&] { return !node.answers["session-1"].empty(); }, 200ms));
    node.publication->SetReady();
    CHECK(RunUntil(
        node.loop, [&] { return !node.answers["session-1"].empty(); }, 500ms));
  }
  SECTION("or the time is over") {
    const Instant asked = node.loop.now();
    CHECK(node.Create("session-1").ok());
    CHECK(node.loop.now() - asked >= StreamSubscription::kReadyTime - 10ms);
  }
}

TEST_CASE("AAC is asked for as Opus, and the picture does not wait for it") {
  MediaNode node;
  REQUIRE(node.Create("session-1").ok());
  REQUIRE(RunUntil(node.loop, [&] { return node.transcoder.requests.size() == 1; }));
  CHECK(node.transcoder.requests[0] == "cam/opus");
}

TEST_CASE("a rendition that fails is asked for again while a player wants it") {
  MediaNode node;
  ToldEvents told(node);
  REQUIRE(node.Create("session-1").ok());
  REQUIRE(RunUntil(node.loop, [&] { return node.transcoder.requests.size() == 3; }));
  CHECK(node.players.Close("session-1").ok());
  REQUIRE(RunUntil(node.loop, [&] { return told.HasEnded("session-1"); }));
  const size_t asked = node.transcoder.requests.size();
  CHECK_FALSE(RunUntil(
      node.loop, [&] { return node.transcoder.requests.size() > asked; }, 1500ms));
}

TEST_CASE("a rendition that ends is asked for again") {
  MediaNode node;
  v1::StartRenditionResponse there;
  there.set_grpc_address(node.address);
  node.transcoder.answer = there;
  const auto publish_rendition = [&] {
    auto rendition = std::make_shared<fanout::Publication>(
        node.loop, node.random, fanout::Publication::Settings{.key = {"cam", "opus"}});
    media::Track track = test::AudioTrack();
    track.codec = media::Codec::kOpus;
    CHECK(rendition->AddTrack(track).ok());
    rendition->SetReady();
    node.publications.Add(rendition);
    return rendition;
  };
  auto rendition = publish_rendition();
  REQUIRE(node.Create("session-1").ok());
  // The stream and its rendition.
  REQUIRE(RunUntil(node.loop, [&] { return node.sockets.counters().subscribers == 2; }));
  node.publications.Remove({"cam", "opus"});
  rendition->End({fanout::EndCause::kFailed, "decoder"});
  rendition = publish_rendition();
  REQUIRE(RunUntil(node.loop, [&] { return node.sockets.counters().connections == 3; }));
  CHECK(node.transcoder.requests.size() == 2);
  CHECK(node.players.player_count() == 1);
}

TEST_CASE("a transcoder that comes back is asked at once, however long it was away") {
  MediaNode node;
  const v1::Node transcoder = *node.directory.FindNode("transcoder-1");
  node.directory.RemoveNode("transcoder-1");
  REQUIRE(node.Create("session-1").ok());
  REQUIRE(RunUntil(node.loop,
                   [&] { return node.players.rendition_counters().rendition_failures >= 6; }));
  node.directory.PutNode(transcoder);
  CHECK(RunUntil(
      node.loop, [&] { return node.transcoder.requests.size() == 1; }, Rendition::kMaxBackOff / 2));
}

TEST_CASE("a stream that comes back asks for its rendition at once") {
  MediaNode node;
  REQUIRE(node.Create("session-1").ok());
  REQUIRE(RunUntil(node.loop, [&] { return node.transcoder.requests.size() == 5; }));
  node.Unpublish(fanout::EndCause::kUpstreamLost);  // the next request is 4 s away
  node.Publish();
  REQUIRE(RunUntil(node.loop, [&] { return node.sockets.counters().connections == 2; }));
  CHECK(RunUntil(
      node.loop, [&] { return node.transcoder.requests.size() > 5; }, Rendition::kMaxBackOff / 2));
}

// The picture's rendition, as a transcoder publishes it beside the stream.
std::shared_ptr<fanout::Publication> PublishPictures(MediaNode& node) {
  auto rendition = std::make_shared<fanout::Publication>(
      node.loop, node.random, fanout::Publication::Settings{.key = {"cam", "h264"}});
  CHECK(rendition->AddTrack(test::VideoTrack()).ok());
  rendition->SetReady();
  node.publications.Remove({"cam", "h264"});
  node.publications.Add(rendition);
  return rendition;
}

void BeginBFrames(MediaNode& node) {
  media::Track video = *node.publication->description()->FindFirst(media::MediaKind::kVideo);
  video.has_b_frames = true;
  node.publication->UpdateTrack(video);
}

size_t Asked(const MediaNode& node, const std::string& rendition) {
  const auto& requests = node.transcoder.requests;
  return static_cast<size_t>(std::count(requests.begin(), requests.end(), rendition));
}

bool RemarkHas(const MediaNode& node, const std::string& words) {
  const auto players = node.players.List("cam");
  return !players.empty() && std::all_of(players.begin(), players.end(), [&](const auto& player) {
    return player.remark().find(words) != std::string::npos;
  });
}

TEST_CASE("pictures with B-frames are taken from a rendition once it has a key frame") {
  MediaNode node;
  BeginBFrames(node);
  v1::StartRenditionResponse there;
  there.set_grpc_address(node.address);
  node.transcoder.answer = there;
  auto rendition = PublishPictures(node);
  REQUIRE(node.Create("session-1").ok());
  REQUIRE(node.Create("session-2").ok());
  REQUIRE(RunUntil(node.loop, [&] { return rendition->fan().sink_count() == 1; }));
  CHECK(Asked(node, "cam/h264") == 1);
  CHECK(RemarkHas(node, "picture: what can be shown of the original"));
  CHECK(RemarkHas(node, "(B-frames)"));

  rendition->Push(test::PacketBuilder(1).KeyFrame().Value());
  REQUIRE(
      RunUntil(node.loop, [&] { return RemarkHas(node, "picture: h264 rendition (B-frames)"); }));
  CHECK(node.players.rendition_counters().to_video_rendition == 2);

  SECTION("its key frames are asked for there") {
    int asked = 0;
    rendition->OnKeyFrameRequest([&](uint32_t) { ++asked; });
    for (FeedId feed = 1; feed < 10; ++feed) {
      for (size_t worker = 0; worker < node.pool->size(); ++worker) {
        node.players.OnKeyFrameWanted(worker, feed, 1);
      }
    }
    CHECK(RunUntil(node.loop, [&] { return asked == 1; }));
  }
  SECTION("players go back to the original while it is lost, and come again") {
    node.publications.Remove({"cam", "h264"});
    rendition->End({fanout::EndCause::kFailed, "killed"});
    REQUIRE(RunUntil(node.loop, [&] { return RemarkHas(node, "of the original"); }));
    CHECK(RemarkHas(node, "killed"));
    rendition = PublishPictures(node);
    rendition->Push(test::PacketBuilder(1).KeyFrame().Value());
    REQUIRE(RunUntil(node.loop, [&] { return RemarkHas(node, "picture: h264 rendition"); }));
    CHECK(node.players.player_count() == 2);
  }
  SECTION("players go back for good when the B-frames end, and the rendition is left") {
    media::Track video = *node.publication->description()->FindFirst(media::MediaKind::kVideo);
    video.has_b_frames = false;
    node.publication->UpdateTrack(video);
    REQUIRE(RunUntil(node.loop, [&] { return rendition->fan().sink_count() == 0; }));
    CHECK_FALSE(RemarkHas(node, "picture"));
  }
}

TEST_CASE("B-frames that begin while players watch ask for the rendition") {
  MediaNode node;
  REQUIRE(node.Create("session-1").ok());
  CHECK(Asked(node, "cam/h264") == 0);
  CHECK_FALSE(RemarkHas(node, "picture"));
  BeginBFrames(node);
  REQUIRE(RunUntil(node.loop, [&] { return Asked(node, "cam/h264") >= 2; }));  // it is refused
  CHECK(RemarkHas(node, "of the original until there is the h264 rendition (B-frames): busy"));
}

TEST_CASE("nobody asks for the rendition of a picture that no player wants") {
  MediaNode node;
  BeginBFrames(node);
  ToldEvents told(node);
  REQUIRE(node.Create("session-1").ok());
  REQUIRE(RunUntil(node.loop, [&] { return Asked(node, "cam/h264") >= 1; }));
  CHECK(node.players.Close("session-1").ok());
  REQUIRE(RunUntil(node.loop, [&] { return told.HasEnded("session-1"); }));
  const size_t asked = Asked(node, "cam/h264");
  CHECK_FALSE(RunUntil(
      node.loop, [&] { return Asked(node, "cam/h264") > asked; }, 1500ms));
}

// Instead of "cam" with H.264: a picture in another codec.
uint32_t PublishPicture(MediaNode& node, media::Codec codec) {
  node.publications.Remove({"cam", ""});
  node.publication = std::make_shared<fanout::Publication>(
      node.loop, node.random, fanout::Publication::Settings{.key = {"cam", ""}});
  media::Track track = test::VideoTrack();
  track.codec = codec;
  track.width = 640;
  track.height = 360;
  const uint32_t id = *node.publication->AddTrack(track);
  node.publication->SetReady();
  node.publications.Add(node.publication);
  return id;
}

std::string OfferWithout(std::initializer_list<std::string_view> codecs) {
  std::string offer(sdp::kChromiumWhep);
  for (const std::string_view codec : codecs) {
    for (size_t at = 0; (at = offer.find(codec)) != std::string::npos;) offer[at] = 'x';
  }
  return offer;
}

TEST_CASE("a picture in a codec that the player has not agreed on is taken from a rendition") {
  MediaNode node;
  media::Codec codec = media::Codec::kVp9;
  std::string offer = OfferWithout({"VP9/90000"});
  std::string rendition = "cam/h264";
  SECTION("H.264, if the player has it") {}
  SECTION("else VP8") {
    codec = media::Codec::kH264;
    offer = OfferWithout({"H264/90000"});
    rendition = "cam/vp8";
  }
  PublishPicture(node, codec);
  REQUIRE(node.Create("session-1", "cam", offer).ok());
  REQUIRE(RunUntil(node.loop, [&] { return Asked(node, rendition) >= 1; }));
  CHECK(RemarkHas(node, "picture: waits for the " + rendition.substr(4) + " rendition"));
  REQUIRE(node.Create("session-2").ok());  // takes it as it is
  CHECK(node.players.List("cam")[1].remark().empty());
}

TEST_CASE("a picture in a codec that the player has agreed on needs no rendition") {
  MediaNode node;
  PublishPicture(node, media::Codec::kVp8);
  REQUIRE(node.Create("session-1").ok());
  CHECK_FALSE(RunUntil(
      node.loop, [&] { return !node.transcoder.requests.empty(); }, 100ms));
  CHECK_FALSE(RemarkHas(node, "picture"));
}

TEST_CASE("a player hears from the publisher, and what it gets when that changes") {
  MediaNode node;
  const uint32_t id = PublishPicture(node, media::Codec::kVp8);
  ToldEvents told(node);
  REQUIRE(node.Create("session-1").ok());
  node.players.OnPlayerPlaying("session-1", 10ms);
  CHECK(told.events.back().state() == v1::SESSION_STATE_PLAYING);
  CHECK(told.events.back().played().width() == 640);
  CHECK_FALSE(told.events.back().played().has_audio());
  REQUIRE(node.publication->Tell({"data", "{}"}).ok());
  REQUIRE(RunUntil(node.loop, [&] { return told.events.back().has_stream_event(); }));
  CHECK(told.events.back().session_id() == "session-1");
  CHECK(told.events.back().stream_event().type() == "data");
  media::Track track = *node.publication->description()->FindTrack(id);
  track.width = 320;
  track.muted = true;
  node.publication->UpdateTrack(track);
  REQUIRE(RunUntil(node.loop, [&] { return told.events.back().played().video_muted(); }));
  CHECK(told.events.back().played().width() == 320);
}

TEST_CASE("a joiner of an old picture asks its source for a key frame") {
  MediaNode node;
  const uint32_t id = PublishPicture(node, media::Codec::kVp8);
  std::vector<uint32_t> asked;
  node.publication->OnKeyFrameRequest([&](uint32_t track_id) { asked.push_back(track_id); });
  bool old = true;
  SECTION("without a key frame") {}
  SECTION("with an old one") {
    node.publication->Push(test::PacketBuilder(id).KeyFrame().At(node.loop.now() - 3s).Value());
  }
  SECTION("not with a new one") {
    node.publication->Push(test::PacketBuilder(id).KeyFrame().At(node.loop.now()).Value());
    old = false;
  }
  REQUIRE(node.Create("session-1").ok());
  CHECK(RunUntil(
            node.loop, [&] { return asked == std::vector<uint32_t>{id}; }, 300ms) == old);
}

TEST_CASE("only the layers that players want cross the socket") {
  MediaNode node;
  const uint32_t id = PublishPicture(node, media::Codec::kVp8);
  REQUIRE(node.Create("session-1").ok());
  fanout::WantedLayers told;
  node.publication->OnWantedLayers([&](const fanout::WantedLayers& wanted) { told = wanted; });
  const fanout::WantedLayers wanted{.unwanted = {id}};
  for (FeedId feed = 1; feed < 5; ++feed) node.players.OnLayersWanted(0, feed, wanted);
  CHECK(RunUntil(node.loop, [&] { return told == wanted; }));
}

TEST_CASE("a player with too little bandwidth is told, and its rate is") {
  MediaNode node;
  ToldEvents told(node);
  REQUIRE(node.Create("session-1").ok());
  node.players.OnPlayerPlaying("session-1", 10ms);
  node.players.OnPlayerBandwidth("session-1", 150'000, 40'000);
  CHECK(told.events.back().not_enough_bandwidth().network_bandwidth_bps() == 40'000);
  CHECK(told.events.back().state() == v1::SESSION_STATE_PLAYING);
}

TEST_CASE("a stream whose audio browsers take needs no rendition") {
  MediaNode node;
  node.publications.Remove({"cam", ""});
  node.publication = std::make_shared<fanout::Publication>(
      node.loop, node.random, fanout::Publication::Settings{.key = {"cam", ""}});
  media::Track track = test::AudioTrack();
  track.codec = media::Codec::kOpus;
  const uint32_t audio_id = *node.publication->AddTrack(track);
  node.publication->SetReady();
  node.publications.Add(node.publication);
  REQUIRE(node.Create("session-1").ok());
  // Until the codec changes to one that they do not.
  node.publication->RemoveTrack(audio_id);
  CHECK(node.publication->AddTrack(test::AudioTrack()).ok());
  CHECK(RunUntil(node.loop, [&] { return node.transcoder.requests.size() == 1; }));
}

}  // namespace
}  // namespace sluice::webrtc_media
