#include "services/ingest/rtmp_play.h"

#include <catch2/catch.hpp>

#include "libs/rtmp/chunk_reader.h"
#include "libs/rtmp/command.h"
#include "libs/rtmp/control.h"
#include "services/ingest/rtmp_publish.h"
#include "tests/support/fixed_random.h"
#include "tests/unit/ingest/media_samples.h"

namespace sluice::ingest {
namespace {

struct TestPlayer final : RtmpPlay::Player {
  void OnMessages(std::span<const PlayMessage> batch) override {
    for (const PlayMessage& message : batch) {
      kinds.push_back(message.kind);
      bytes.push_back(message.message.For(1));
    }
    if (on_batch) on_batch();
  }
  void OnEnd(const fanout::StreamEnd& end) override { ended = end; }

  // What the client reads.
  std::vector<rtmp::Message> Messages() const {
    rtmp::ChunkReader reader;
    std::vector<rtmp::Message> messages;
    Bytes size;
    rtmp::AppendMessage(rtmp::SetChunkSize(rtmp::kOutChunkSize), rtmp::kDefaultChunkSize, size);
    REQUIRE(reader.Receive(size, messages).ok());
    messages.clear();
    for (const auto& slice : bytes) REQUIRE(reader.Receive(*slice, messages).ok());
    return messages;
  }
  std::vector<rtmp::Message> Messages(rtmp::MessageType type) const {
    std::vector<rtmp::Message> found;
    for (rtmp::Message& message : Messages()) {
      if (message.type == type) found.push_back(std::move(message));
    }
    return found;
  }

  std::vector<PlayKind> kinds;
  std::vector<std::shared_ptr<const Bytes>> bytes;
  std::optional<fanout::StreamEnd> ended;
  std::function<void()> on_batch;
};

// A publisher and the players' side of its stream.
struct Playing {
  Playing() { publication.Attach(play); }
  ~Playing() { publication.Detach(play); }

  void Publish(const rtmp::MediaEvent& event) {
    publish.OnMessage(event, {loop.now(), NtpTime{1'000'000ull << 32}});
  }
  void PublishBoth() {
    Publish(VideoHeader());
    Publish(AudioHeader());
    publication.SetReady();
  }

  loop::EventLoop loop;
  test::FixedRandom random;
  Counters counters;
  RtmpPlay play{counters};
  fanout::Publication publication{loop, random, {.key = {"cam", ""}}};
  RtmpPublish publish{publication, random, counters};
};

constexpr auto kVideo = rtmp::MessageType::kVideo;
constexpr auto kAudio = rtmp::MessageType::kAudio;

TEST_CASE_METHOD(Playing, "what was published is played: same bytes, same distances in time") {
  TestPlayer player;
  PublishBoth();
  play.Add(player);
  std::vector<rtmp::MediaEvent> sent = {
      Picture(5000, true, 67),       Sound(5003), Picture(5033, false, 133), Sound(5026),
      Picture(5067, false, 0, 9000), Sound(5049), Picture(5100, false, 33),
  };
  for (const auto& event : sent) Publish(event);
  std::vector<rtmp::Message> messages = player.Messages();
  REQUIRE(messages.size() == 3 + sent.size());
  for (size_t i = 0; i < sent.size(); ++i) {
    INFO("message " << i);
    CHECK(messages[3 + i].type == sent[i].type);
    CHECK(messages[3 + i].payload == sent[i].payload);
    CHECK(messages[3 + i].timestamp - messages[3].timestamp ==
          sent[i].timestamp - sent[0].timestamp);
  }
}

TEST_CASE_METHOD(Playing, "metadata and sequence headers come first") {
  TestPlayer player;
  PublishBoth();
  Publish(Picture(0, true));
  play.Add(player);
  std::vector<rtmp::Message> messages = player.Messages();
  REQUIRE(messages.size() == 4);
  auto metadata = *rtmp::ParseData(messages[0]);
  CHECK(metadata[0].text() == "onMetaData");
  CHECK(metadata[1].Find("width")->number(0) == 640);
  CHECK(metadata[1].Find("audiosamplerate")->number(0) == 44'100);
  CHECK(messages[0].timestamp == 0);
  CHECK(messages[1].payload == VideoHeader().payload);
  CHECK(messages[2].payload == AudioHeader().payload);
  CHECK(messages[1].timestamp == messages[3].timestamp);
}

TEST_CASE_METHOD(Playing, "MP3 is played as MP3, without a sequence header") {
  for (uint32_t timestamp : {0, 26, 52}) Publish(Mp3(timestamp));
  publication.SetReady();
  publication.Flush();
  TestPlayer player;
  play.Add(player);
  auto sounds = player.Messages(kAudio);
  REQUIRE(sounds.size() == 3);
  for (uint32_t i : {0, 1, 2}) CHECK(sounds[i].payload == Mp3(26 * i).payload);
  CHECK(sounds[2].timestamp - sounds[0].timestamp == 52);
  auto data = player.Messages(rtmp::MessageType::kDataAmf0);
  REQUIRE(data.size() == 1);
  auto values = rtmp::ParseData(data[0]);
  REQUIRE(values.ok());
  CHECK(values->at(1).Find("audiocodecid")->number(0) == 2);
  CHECK(values->at(1).Find("audiosamplerate")->number(0) == 44'100);
}

TEST_CASE_METHOD(Playing, "what is only told about a track interrupts no player") {
  PublishBoth();
  Publish(Picture(0, true));
  TestPlayer player;
  play.Add(player);
  media::Track track = *publication.description()->FindFirst(media::MediaKind::kVideo);
  track.has_b_frames = true;
  publication.UpdateTrack(track);
  Publish(Picture(33, false));
  CHECK(player.kinds.back() == PlayKind::kInterFrame);
}

TEST_CASE_METHOD(Playing, "a joiner gets everything since the last key frame") {
  PublishBoth();
  Publish(Picture(0, true));
  Publish(Picture(33, false));
  Publish(Picture(67, true));
  Publish(Sound(70));
  Publish(Picture(100, false));
  TestPlayer player;
  play.Add(player);
  CHECK(player.kinds == std::vector<PlayKind>{PlayKind::kHeader, PlayKind::kHeader,
                                              PlayKind::kHeader, PlayKind::kKeyFrame,
                                              PlayKind::kSound, PlayKind::kInterFrame});
}

TEST_CASE_METHOD(Playing, "players of a stream share the same serialised messages") {
  TestPlayer first;
  TestPlayer second;
  PublishBoth();
  play.Add(first);
  play.Add(second);
  Publish(Picture(0, true));
  CHECK(first.bytes.back() == second.bytes.back());
}

TEST_CASE_METHOD(Playing, "a group of pictures over the bound is not kept for joiners") {
  PublishBoth();
  Publish(Picture(0, true));
  for (uint32_t i = 1; i <= 9; ++i) Publish(Picture(33 * i, false, 0, 1'000'000));
  TestPlayer player;
  play.Add(player);
  CHECK(player.kinds == std::vector<PlayKind>(3, PlayKind::kHeader));
  Publish(Picture(330, true));
  CHECK(player.kinds.back() == PlayKind::kKeyFrame);
}

TEST_CASE_METHOD(Playing, "a stream of sound alone keeps its last moments for joiners") {
  Publish(AudioHeader());
  publication.SetReady();
  for (uint32_t i = 0; i < 50; ++i) Publish(Sound(23 * i));
  TestPlayer player;
  play.Add(player);
  CHECK(player.Messages(kVideo).empty());
  CHECK(player.Messages(kAudio).size() == 1 + 9);  // the header, and what 200 ms hold
}

TEST_CASE_METHOD(Playing, "a changed sequence header reaches the players before its pictures") {
  TestPlayer player;
  PublishBoth();
  play.Add(player);
  Publish(Picture(0, true));
  Publish(VideoHeader(OtherAvcConfiguration()));
  Publish(Picture(33, true));
  auto video = player.Messages(kVideo);
  REQUIRE(video.size() == 4);
  CHECK(video[2].payload == VideoHeader(OtherAvcConfiguration()).payload);
  CHECK(video[3].payload == Picture(33, true).payload);
}

TEST_CASE_METHOD(Playing, "after a hole in the stream pictures go on with the next key frame") {
  TestPlayer player;
  PublishBoth();
  play.Add(player);
  Publish(Picture(0, true));
  publication.Detach(play);
  Publish(Picture(33, false));
  Publish(Picture(67, true));  // otherwise the cache would fill the hole
  Publish(Picture(100, false));
  Publish(Picture(133, false));
  size_t before = player.Messages(kVideo).size();
  // As a relay that was behind: the same track, its sequence with a hole.
  rtp::Packet packet;
  packet.track_id = publication.description()->FindFirst(media::MediaKind::kVideo)->id;
  packet.marker = true;
  packet.sequence_number = 9999;
  packet.role.starts_access_unit = true;
  packet.payload = {0x41, 1, 2};
  fanout::Item item = std::make_shared<const rtp::Packet>(packet);
  play.OnItems({&item, 1});
  CHECK(player.Messages(kVideo).size() == before);
  CHECK(counters.incomplete_frames == 1);
}

TEST_CASE_METHOD(Playing, "the end of the stream reaches every player once") {
  TestPlayer first;
  TestPlayer second;
  play.Add(first);
  play.Add(second);
  publication.End({fanout::EndCause::kPublisherStopped, "deleteStream"});
  REQUIRE(first.ended.has_value());
  CHECK(first.ended->cause == fanout::EndCause::kPublisherStopped);
  CHECK(second.ended.has_value());
  CHECK(play.empty());
}

TEST_CASE_METHOD(Playing, "a player may be removed while a batch is delivered") {
  TestPlayer first;
  TestPlayer second;
  PublishBoth();
  play.Add(first);
  play.Add(second);
  size_t second_had = second.kinds.size();
  first.on_batch = [&] {
    play.Remove(first);
    play.Remove(second);
  };
  Publish(Picture(0, true));
  Publish(Picture(33, false));
  CHECK(first.kinds.back() == PlayKind::kKeyFrame);
  CHECK(second.kinds.size() == second_had);
  CHECK(play.empty());
}

}  // namespace
}  // namespace sluice::ingest
