#include "libs/fanout/publication.h"

#include <catch2/catch.hpp>

#include "tests/support/media_builders.h"

namespace sluice::fanout {
namespace {

using test::PacketBuilder;
using test::RecordingSink;

struct PublicationFixture {
  RecordingSink sink;  // outlives the publication, whose end it is told
  loop::EventLoop loop;
  SystemRandom random;
  Publication publication{loop, random, {.key = {"cam", ""}}};
};

TEST_CASE_METHOD(PublicationFixture, "each track has its own id, SSRC and payload type") {
  uint32_t video = *publication.AddTrack(test::VideoTrack());
  uint32_t audio = *publication.AddTrack(test::AudioTrack());
  const auto& tracks = publication.description()->tracks;
  REQUIRE(tracks.size() == 2);
  CHECK(video != audio);
  CHECK(tracks[0].ssrc != tracks[1].ssrc);
  CHECK(tracks[0].payload_type != tracks[1].payload_type);
}

TEST_CASE_METHOD(PublicationFixture,
                 "a change of the tracks goes out before media, with a higher epoch") {
  publication.Attach(sink);
  uint32_t audio = *publication.AddTrack(test::AudioTrack());
  publication.SetReady();
  publication.SetReady();
  publication.Push(PacketBuilder(audio).Value());
  auto descriptions = sink.Of<DescriptionPtr>();
  REQUIRE(descriptions.size() == 2);
  CHECK_FALSE(descriptions[0]->ready);
  CHECK(descriptions[1]->ready);
  CHECK(descriptions[0]->epoch < descriptions[1]->epoch);
  CHECK(std::holds_alternative<rtp::PacketPtr>(sink.all.back()));
}

TEST_CASE_METHOD(PublicationFixture, "a stream is announced once, and only before its tracks") {
  publication.Announce();
  publication.Announce();
  publication.Attach(sink);
  REQUIRE(sink.Of<DescriptionPtr>().size() == 1);
  CHECK(sink.Of<DescriptionPtr>()[0]->tracks.empty());
  CHECK_FALSE(sink.Of<DescriptionPtr>()[0]->ready);
  REQUIRE(publication.AddTrack(test::AudioTrack()).ok());
  publication.Announce();
  CHECK(sink.Of<DescriptionPtr>().size() == 2);
}

TEST_CASE_METHOD(PublicationFixture, "an update without a difference says nothing") {
  media::Track track = test::VideoTrack();
  track.id = *publication.AddTrack(track);
  uint64_t epoch = publication.description()->epoch;
  publication.UpdateTrack(track);
  CHECK(publication.description()->epoch == epoch);
  track.width = 640;
  publication.UpdateTrack(track);
  CHECK(publication.description()->epoch == epoch + 1);
  CHECK(publication.description()->tracks[0].width == 640);
}

TEST_CASE_METHOD(PublicationFixture, "an event comes in order with the media, within its bounds") {
  uint32_t id = *publication.AddTrack(test::VideoTrack());
  publication.Attach(sink);
  publication.Push(PacketBuilder(id).KeyFrame().Marker(false).Value());
  REQUIRE(publication.Tell({"data", "{}"}).ok());
  REQUIRE(sink.Of<StreamEventPtr>().size() == 1);
  CHECK(*sink.Of<StreamEventPtr>()[0] == StreamEvent{"data", "{}"});
  CHECK(std::holds_alternative<StreamEventPtr>(sink.all.back()));
  CHECK(sink.Of<rtp::PacketPtr>().size() == 1);
  CHECK(absl::IsInvalidArgument(publication.Tell({"", "{}"})));
  CHECK(absl::IsInvalidArgument(publication.Tell({std::string(65, 'x'), ""})));
  CHECK(absl::IsInvalidArgument(
      publication.Tell({"data", std::string(StreamEvent::kMaxPayload + 1, ' ')})));
}

TEST_CASE_METHOD(PublicationFixture, "a changed AAC configuration gets a new payload type") {
  media::Track track = test::AudioTrack();
  track.codec_config = {0x11, 0x90};
  track.id = *publication.AddTrack(track);
  uint8_t before = publication.description()->tracks[0].payload_type;
  track.codec_config = {0x12, 0x10};
  publication.UpdateTrack(track);
  CHECK(publication.description()->tracks[0].payload_type != before);
}

TEST_CASE_METHOD(PublicationFixture,
                 "sequence numbers have no gap and the identity is the track's") {
  uint32_t id = *publication.AddTrack(test::VideoTrack());
  publication.Attach(sink);
  for (int i = 0; i < 3; ++i) publication.Push(PacketBuilder(id).Sequence(0).Value());
  auto packets = sink.packets();
  REQUIRE(packets.size() == 3);
  CHECK(packets[0]->ssrc == publication.description()->tracks[0].ssrc);
  CHECK(packets[1]->sequence_number == static_cast<uint16_t>(packets[0]->sequence_number + 1));
  CHECK(packets[2]->sequence_number == static_cast<uint16_t>(packets[0]->sequence_number + 2));
}

TEST_CASE_METHOD(PublicationFixture,
                 "the clock goes out when set and repeats the same line every second") {
  uint32_t id = *publication.AddTrack(test::VideoTrack());
  struct StopAtSecondClock : Sink {
    explicit StopAtSecondClock(loop::EventLoop& event_loop) : loop(event_loop) {}
    void OnItems(std::span<const Item> items) override {
      for (const Item& item : items) {
        if (const auto* clock = std::get_if<rtp::ClockReport>(&item)) clocks.push_back(*clock);
      }
      if (clocks.size() == 2) loop.Stop();
    }
    loop::EventLoop& loop;
    std::vector<rtp::ClockReport> clocks;
  } clock_sink(loop);
  publication.Attach(clock_sink);
  publication.SetClock(id, WallClockNow(), 5000);
  loop.Run();
  REQUIRE(clock_sink.clocks.size() == 2);
  CHECK(clock_sink.clocks[1].rtp_timestamp != clock_sink.clocks[0].rtp_timestamp);
  auto error = clock_sink.clocks[1].TimeOf(123456).Since(clock_sink.clocks[0].TimeOf(123456));
  CHECK(error <= 20us);
  CHECK(error >= -20us);
  publication.Detach(clock_sink);
}

TEST_CASE_METHOD(PublicationFixture, "a source that makes no key frames says so") {
  uint32_t id = *publication.AddTrack(test::VideoTrack());
  CHECK_FALSE(publication.RequestKeyFrame(id));
}

TEST_CASE_METHOD(PublicationFixture,
                 "key-frame requests reach the source once per 500 ms, deferred but not lost") {
  uint32_t id = *publication.AddTrack(test::VideoTrack());
  int asked = 0;
  publication.OnKeyFrameRequest([&](uint32_t) {
    if (++asked == 2) loop.Stop();
  });
  for (int i = 0; i < 5; ++i) CHECK(publication.RequestKeyFrame(id));
  CHECK(asked == 1);
  loop.Run();  // ends only when the deferred request is made
  CHECK(asked == 2);
}

TEST_CASE_METHOD(PublicationFixture, "a layer is wanted while one of the sinks wants it") {
  RecordingSink second;
  std::vector<WantedLayers> told;
  publication.OnWantedLayers([&](const WantedLayers& wanted) { told.push_back(wanted); });
  publication.Attach(sink);
  publication.Attach(second);
  publication.SetWanted(sink, {.unwanted = {1, 2}, .bitrate_bps = 300});
  CHECK(told.empty());  // the second takes everything
  publication.SetWanted(second, {.unwanted = {2, 3}, .bitrate_bps = 500});
  REQUIRE(told.size() == 1);
  CHECK(told[0] == WantedLayers{.unwanted = {2}, .bitrate_bps = 500});
  publication.Detach(second);
  REQUIRE(told.size() == 2);
  CHECK(told[1] == WantedLayers{.unwanted = {1, 2}, .bitrate_bps = 300});
  publication.Detach(sink);
  CHECK(told.back() == WantedLayers());
}

TEST_CASE_METHOD(PublicationFixture, "the layers of a picture are described largest first") {
  const auto add = [&](const char* rid, uint32_t width) {
    media::Track track = test::VideoTrack();
    track.mid = "1";
    track.rid = rid;
    track.width = width;
    track.height = width;
    return *publication.AddTrack(track);
  };
  add("q", 0);
  add("h", 320);
  const uint32_t full = add("f", 640);
  CHECK(publication.AddTrack(test::AudioTrack()).ok());
  std::vector<std::string> rids;
  for (const media::Track& track : publication.description()->tracks) rids.push_back(track.rid);
  CHECK(rids == std::vector<std::string>{"f", "h", "q", ""});
  CHECK(publication.description()->FindFirst(media::MediaKind::kVideo)->id == full);
}

TEST_CASE_METHOD(PublicationFixture, "counters tell the key-frame distance") {
  uint32_t id = *publication.AddTrack(test::VideoTrack());
  publication.Push(PacketBuilder(id).KeyFrame().At(Instant{10s}).Value());
  publication.Push(PacketBuilder(id).At(Instant{11s}).Value());
  publication.Push(PacketBuilder(id).KeyFrame().At(Instant{12s}).Value());
  TrackCounters counters = publication.Counters(id);
  CHECK(counters.packets == 3);
  CHECK(counters.key_frame_interval_s == Approx(2));
}

}  // namespace
}  // namespace sluice::fanout
