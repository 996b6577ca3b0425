// Whole sessions of real clients, read by the server's protocol (README.md here says which).
#include <catch2/catch.hpp>
#include <fstream>
#include <iterator>

#include "libs/flv/audio_tag.h"
#include "libs/flv/video_tag.h"
#include "libs/rtmp/server_protocol.h"
#include "tests/support/fixed_random.h"

namespace sluice::rtmp {
namespace {

Bytes ReadCapture(const std::string& name) {
  std::ifstream file(SLUICE_CAPTURES + name, std::ios::binary);
  Bytes bytes{std::istreambuf_iterator<char>(file), {}};
  REQUIRE_FALSE(bytes.empty());
  return bytes;
}

// What a session amounts to.
struct Summary {
  std::string app;
  std::string published;
  std::string query;
  std::string played;
  int metadata = 0;
  int video_headers = 0;
  int key_frames = 0;
  int pictures = 0;
  int audio_headers = 0;
  int sounds = 0;
  int unreadable = 0;
  int ends = 0;
  int others = 0;  // data messages, pauses

  void Add(const ConnectEvent& event) { app = event.app; }
  void Add(const PublishEvent& event) {
    published = event.name;
    query = event.query;
  }
  void Add(const PlayEvent& event) { played = event.name; }
  void Add(const MetadataEvent&) { ++metadata; }
  void Add(const StreamEndEvent&) { ++ends; }
  void Add(const DataEvent&) { ++others; }
  void Add(const PauseEvent&) { ++others; }
  void Add(const ReceiveEvent&) { ++others; }
  void Add(const MediaEvent& event) {
    if (event.payload.empty()) return;
    event.type == MessageType::kVideo ? AddVideo(event) : AddAudio(event);
  }
  void AddVideo(const MediaEvent& event) {
    auto result = flv::ParseVideoTag(event.payload);
    if (!result.tag.has_value()) {
      ++unreadable;
    } else if (result.tag->packet_type == flv::AvcPacketType::kSequenceHeader) {
      ++video_headers;
    } else if (result.tag->packet_type == flv::AvcPacketType::kNalUnits) {
      ++pictures;
      if (result.tag->frame_type == flv::VideoFrameType::kKey) ++key_frames;
    }
  }
  void AddAudio(const MediaEvent& event) {
    auto tag = flv::ParseAudioTag(event.payload);
    if (!tag.has_value()) {
      ++unreadable;
    } else {
      ++(tag->packet_type == flv::AacPacketType::kSequenceHeader ? audio_headers : sounds);
    }
  }
  friend bool operator==(const Summary&, const Summary&) = default;
};

// Reads the session in portions; answers as a server does.
Summary ReadSession(ByteView bytes, size_t portion) {
  test::FixedRandom random;
  ServerProtocol protocol(random);
  Summary summary;
  std::vector<Event> events;
  for (; !bytes.empty(); bytes = bytes.subspan(std::min(portion, bytes.size()))) {
    events.clear();
    REQUIRE(protocol.Receive(bytes.first(std::min(portion, bytes.size())), events).ok());
    for (const Event& event : events) {
      std::visit([&](const auto& one) { summary.Add(one); }, event);
      if (std::holds_alternative<ConnectEvent>(event)) protocol.AcceptConnect();
      if (const auto* publish = std::get_if<PublishEvent>(&event)) {
        protocol.AcceptPublish(publish->stream_id);
      }
      if (const auto* play = std::get_if<PlayEvent>(&event)) protocol.AcceptPlay(play->stream_id);
    }
  }
  return summary;
}

}  // namespace

TEST_CASE("sessions of publishing clients are read whole") {
  struct Case {
    const char* file;
    const char* name;
    const char* query;
  };
  for (const Case& one :
       {Case{"ffmpeg_publish.bin", "cam", "key=1"}, Case{"gstreamer_publish.bin", "gst", ""},
        Case{"librtmp_publish.bin", "lib", ""}}) {
    INFO(one.file);
    Summary summary = ReadSession(ReadCapture(one.file), SIZE_MAX);
    CHECK(summary.app == "live");
    CHECK(summary.published == one.name);
    CHECK(summary.query == one.query);
    CHECK(summary.metadata >= 1);
    CHECK(summary.video_headers >= 1);
    CHECK(summary.audio_headers >= 1);
    CHECK(summary.key_frames >= 2);
    CHECK(summary.pictures == 15);
    CHECK(summary.sounds >= 20);
    CHECK(summary.unreadable == 0);
    CHECK(summary.ends == 1);
    CHECK(summary.others == 0);
  }
}

TEST_CASE("sessions of playing clients are read whole") {
  for (const char* file : {"ffmpeg_play.bin", "gstreamer_play.bin", "librtmp_play.bin"}) {
    INFO(file);
    Summary summary = ReadSession(ReadCapture(file), SIZE_MAX);
    CHECK(summary.app == "live");
    CHECK(summary.played == "cam");
  }
}

TEST_CASE("sessions of real clients are the same in any portions") {
  for (const char* file : {"ffmpeg_publish.bin", "ffmpeg_play.bin", "gstreamer_publish.bin",
                           "gstreamer_play.bin", "librtmp_publish.bin", "librtmp_play.bin"}) {
    INFO(file);
    Bytes bytes = ReadCapture(file);
    Summary whole = ReadSession(bytes, SIZE_MAX);
    for (size_t portion : {1, 2, 3, 7, 127, 128, 129, 1460}) {
      CHECK(ReadSession(bytes, portion) == whole);
    }
  }
}

}  // namespace sluice::rtmp
