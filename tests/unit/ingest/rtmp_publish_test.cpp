#include <catch2/catch.hpp>

#include "tests/unit/ingest/publishing.h"

namespace sluice::ingest {
namespace {

constexpr auto kVideo = media::MediaKind::kVideo;
constexpr auto kAudio = media::MediaKind::kAudio;

TEST_CASE_METHOD(Publishing, "sequence headers make the tracks") {
  Receive(VideoHeader());
  Receive(AudioHeader());
  CHECK(Track(kVideo).codec == media::Codec::kH264);
  CHECK(Track(kVideo).clock_rate == 90'000);
  CHECK(Track(kVideo).width == 640);
  CHECK(Track(kVideo).height == 360);
  CHECK(Track(kVideo).frame_rate == Approx(30));
  CHECK(Track(kVideo).codec_config == AvcConfiguration());
  CHECK(Track(kAudio).codec == media::Codec::kAac);
  CHECK(Track(kAudio).clock_rate == 44'100);
  CHECK(Track(kAudio).channels == 1);
  CHECK(Track(kAudio).codec_config == AacConfiguration());
}

TEST_CASE_METHOD(Publishing, "every IDR picture carries its parameter sets in-band, others none") {
  Receive(VideoHeader());
  Receive(Picture(0, true));
  Receive(Picture(33, false));
  Receive(Picture(67, true));
  auto pictures = Pictures();
  REQUIRE(pictures.size() == 3);
  for (size_t idr : {0, 2}) {
    REQUIRE(pictures[idr].nal_units.size() == 3);
    CHECK(media::TypeOf(pictures[idr].nal_units[0]) == media::H264NalUnitType::kSps);
    CHECK(media::TypeOf(pictures[idr].nal_units[1]) == media::H264NalUnitType::kPps);
    CHECK(pictures[idr].role.key_frame);
  }
  CHECK(pictures[1].nal_units.size() == 1);
}

TEST_CASE_METHOD(Publishing, "parameter sets that the publisher sends in-band are not repeated") {
  Receive(VideoHeader());
  auto configuration = *media::ParseAvcDecoderConfiguration(AvcConfiguration());
  Bytes body;
  media::AppendLengthPrefixed(configuration.sps[0], body);
  media::AppendLengthPrefixed(configuration.pps[0], body);
  media::AppendLengthPrefixed(Bytes{0x65, 1, 2}, body);
  uint64_t epoch = publication.description()->epoch;
  Receive(Video(0, flv::VideoFrameType::kKey, flv::AvcPacketType::kNalUnits, 0, body));
  REQUIRE(Pictures().size() == 1);
  CHECK(Pictures()[0].nal_units.size() == 3);
  CHECK(publication.description()->epoch == epoch);
}

TEST_CASE_METHOD(Publishing, "parameter sets that change in-band change the track") {
  Receive(VideoHeader());
  auto other = *media::ParseAvcDecoderConfiguration(OtherAvcConfiguration());
  Bytes body;
  media::AppendLengthPrefixed(other.sps[0], body);
  media::AppendLengthPrefixed(other.pps[0], body);
  media::AppendLengthPrefixed(Bytes{0x65, 1, 2}, body);
  Receive(Video(0, flv::VideoFrameType::kKey, flv::AvcPacketType::kNalUnits, 0, body));
  CHECK(Track(kVideo).codec_config == OtherAvcConfiguration());
  CHECK(Track(kVideo).width == 1920);
}

TEST_CASE_METHOD(Publishing,
                 "the RTP timestamp is presentation time, cts its distance to decoding") {
  Receive(VideoHeader());
  Receive(Picture(1000, true, 67));
  Receive(Picture(1033, false, 133));
  Receive(Picture(1067, false, 0));
  auto packets = Packets(kVideo);
  REQUIRE(packets.size() == 3);
  uint32_t first = packets.front()->rtp_timestamp;
  CHECK(packets.front()->role.starts_access_unit);
  CHECK(packets.front()->role.cts == 67 * 90);
  CHECK(packets[1]->rtp_timestamp - first == (33 + 133 - 67) * 90);
  CHECK(packets[1]->role.cts == 133 * 90);
  CHECK(packets[2]->rtp_timestamp - first == 0);
  CHECK(packets[2]->role.cts == 0);
}

TEST_CASE_METHOD(Publishing, "sound counts samples though its milliseconds are rounded") {
  Receive(AudioHeader());
  for (uint32_t timestamp : {0, 23, 46, 70, 93}) Receive(Sound(timestamp));
  auto packets = Packets(kAudio);
  REQUIRE(packets.size() == 5);
  for (size_t i = 1; i < packets.size(); ++i) {
    CHECK(packets[i]->rtp_timestamp - packets[i - 1]->rtp_timestamp == 1024);
  }
}

TEST_CASE_METHOD(Publishing, "the clocks of both tracks lie on one timeline") {
  Receive(VideoHeader());
  Receive(AudioHeader());
  Receive(Picture(500, true));
  Receive(Sound(520));
  NtpTime picture = Clock(kVideo).TimeOf(Packets(kVideo)[0]->rtp_timestamp);
  NtpTime sound = Clock(kAudio).TimeOf(Packets(kAudio)[0]->rtp_timestamp);
  CHECK(ToSeconds(sound.Since(picture)) == Approx(0.020).margin(0.000'023));  // a sample
}

TEST_CASE_METHOD(Publishing, "a track's clock comes before its first packet") {
  Receive(VideoHeader());
  Receive(Picture(0, true));
  size_t clock = 0;
  size_t packet = 0;
  for (size_t i = 0; i < sink.all.size(); ++i) {
    if (std::holds_alternative<rtp::ClockReport>(sink.all[i])) clock = i;
    if (packet == 0 && std::holds_alternative<rtp::PacketPtr>(sink.all[i])) packet = i;
  }
  CHECK(clock < packet);
}

TEST_CASE_METHOD(Publishing, "a jump of the publisher's time moves both tracks together") {
  Receive(VideoHeader());
  Receive(AudioHeader());
  Receive(Picture(0, true), 0ms);
  Receive(Sound(0), 0ms);
  Receive(Picture(1'000'000, true), 40ms);
  Receive(Sound(1'000'010), 50ms);
  auto video = Packets(kVideo);
  auto audio = Packets(kAudio);
  CHECK(video.back()->rtp_timestamp - video.front()->rtp_timestamp == 40 * 90);
  CHECK(audio.back()->rtp_timestamp - audio.front()->rtp_timestamp == 50 * 44'100 / 1000);
  CHECK(counters.time_jumps == 1);
}

TEST_CASE_METHOD(Publishing, "a stream is ready when both tracks are seen") {
  Receive(VideoHeader());
  CHECK_FALSE(ready());
  Receive(AudioHeader());
  CHECK(ready());
}

TEST_CASE_METHOD(Publishing, "a stream whose metadata announce one track is ready with that one") {
  publish.OnMetadata(amf::MakeEcmaArray({{"videocodecid", 7}, {"audiocodecid", 0}}));
  Receive(VideoHeader());
  CHECK(ready());
}

TEST_CASE_METHOD(Publishing, "a stream is ready when the time to wait is over") {
  Receive(AudioHeader());
  CHECK_FALSE(ready());
  publish.EndWaiting();
  CHECK(ready());
  Receive(VideoHeader());
  CHECK(publication.description()->tracks.size() == 2);
}

TEST_CASE_METHOD(Publishing, "metadata's frame rate is the track's") {
  publish.OnMetadata(amf::MakeEcmaArray({{"framerate", 25}, {"videocodecid", "avc1"}}));
  Receive(VideoHeader());
  CHECK(Track(kVideo).frame_rate == 25);
  publish.OnMetadata(amf::MakeEcmaArray({{"framerate", -5}}));
  publish.OnMetadata(amf::MakeEcmaArray({{"framerate", 1e300}}));
  CHECK(Track(kVideo).frame_rate == 25);
}

TEST_CASE_METHOD(Publishing,
                 "a repeated sequence header says nothing, a new one changes the track") {
  Receive(VideoHeader());
  Receive(AudioHeader());
  uint64_t epoch = publication.description()->epoch;
  uint32_t id = Track(kVideo).id;
  uint8_t payload_type = Track(kAudio).payload_type;
  Receive(VideoHeader());
  Receive(AudioHeader());
  CHECK(publication.description()->epoch == epoch);
  Receive(VideoHeader(OtherAvcConfiguration()));
  Receive(AudioHeader(test::Hex("1190")));  // 48 kHz stereo
  CHECK(Track(kVideo).id == id);
  CHECK(Track(kVideo).width == 1920);
  CHECK(Track(kAudio).clock_rate == 48'000);
  CHECK(Track(kAudio).payload_type != payload_type);
  Receive(Sound(0));
  CHECK(Clock(kAudio).clock_rate == 48'000);
}

TEST_CASE_METHOD(Publishing, "NAL units with two-byte lengths are read, and four are announced") {
  Bytes configuration = AvcConfiguration();
  configuration[4] = 0xfd;
  Receive(VideoHeader(configuration));
  CHECK(Track(kVideo).codec_config == AvcConfiguration());
  Receive(Video(0, flv::VideoFrameType::kKey, flv::AvcPacketType::kNalUnits, 0,
                test::Hex("0003 650102")));
  REQUIRE(Pictures().size() == 1);
  CHECK(Pictures()[0].nal_units.back() == test::Hex("650102"));
}

TEST_CASE_METHOD(Publishing, "media before their sequence header are left out and counted") {
  Receive(Picture(0, true));
  Receive(Sound(0));
  CHECK(publication.description() == nullptr);
  CHECK(counters.early_messages == 2);
}

TEST_CASE_METHOD(Publishing, "malformed messages are left out and counted") {
  Receive(VideoHeader());
  Receive(VideoHeader(test::Hex("0142")));
  Receive(AudioHeader(test::Hex("ff")));
  Receive({1, rtmp::MessageType::kVideo, 0, test::Hex("1701")});
  Receive({1, rtmp::MessageType::kAudio, 0, test::Hex("af")});
  Receive(Video(0, flv::VideoFrameType::kKey, flv::AvcPacketType::kNalUnits, 0,
                test::Hex("000000ff 65")));
  CHECK(counters.malformed_messages == 5);
  CHECK(sink.packets().empty());
}

TEST_CASE_METHOD(Publishing, "empty messages, command frames and ends of sequence carry nothing") {
  Receive(VideoHeader());
  Receive({1, rtmp::MessageType::kVideo, 0, {}});
  Receive({1, rtmp::MessageType::kAudio, 0, {}});
  Receive(Video(0, static_cast<flv::VideoFrameType>(5), flv::AvcPacketType::kNalUnits, 0,
                test::Hex("00")));
  Receive(Video(0, flv::VideoFrameType::kKey, flv::AvcPacketType::kEndOfSequence, 0, {}));
  CHECK(sink.packets().empty());
  CHECK(counters.malformed_messages == 0);
}

// A message with these NAL units.
rtmp::MediaEvent Units(uint32_t timestamp, const std::vector<Bytes>& nal_units) {
  Bytes body;
  for (const Bytes& nal_unit : nal_units) media::AppendLengthPrefixed(nal_unit, body);
  return Video(timestamp, flv::VideoFrameType::kKey, flv::AvcPacketType::kNalUnits, 0, body);
}

TEST_CASE_METHOD(Publishing,
                 "a parameter set that states reordering says that there are B-frames") {
  Receive(VideoHeader(ReorderedAvcConfiguration()));
  CHECK(Track(kVideo).has_b_frames);
  CHECK(publication.remark() == "B-frames: browsers get the h264 rendition");
  Receive(VideoHeader());
  CHECK_FALSE(Track(kVideo).has_b_frames);
  CHECK(publication.remark().empty());
}

TEST_CASE_METHOD(Publishing,
                 "B-frames that nobody stated are told before the first one's packets") {
  Receive(VideoHeader(UnstatedAvcConfiguration()));
  Receive(Picture(0, true, 40));
  CHECK_FALSE(Track(kVideo).has_b_frames);
  SECTION("seen by the presentation time") { Receive(Picture(40, false, 120)); }
  SECTION("seen by the slice type") { Receive(Units(40, {test::Hex("019e626a42bf")})); }
  publication.Flush();
  CHECK(Track(kVideo).has_b_frames);
  const auto is_told = [](const fanout::Item& item) {
    const auto* description = std::get_if<fanout::DescriptionPtr>(&item);
    return description != nullptr && (*description)->FindFirst(kVideo)->has_b_frames;
  };
  REQUIRE(sink.all.size() >= 2);
  CHECK(is_told(sink.all[sink.all.size() - 2]));
  CHECK(std::holds_alternative<rtp::PacketPtr>(sink.all.back()));
}

TEST_CASE_METHOD(Publishing, "a recovery point of an open GOP is a key frame with parameter sets") {
  Receive(VideoHeader(ReorderedAvcConfiguration()));
  Receive(Units(0, {test::Hex("658884002bff")}));
  CHECK_FALSE(Track(kVideo).has_recovery_points);
  Receive(Units(40, {test::Hex("060601c480"), test::Hex("618884002bff")}));
  CHECK(Track(kVideo).has_recovery_points);
  CHECK(publication.remark() == "open GOP: browsers get the h264 rendition");
  auto pictures = Pictures();
  REQUIRE(pictures.size() == 2);
  CHECK(pictures[1].role.key_frame);
  CHECK(pictures[1].role.recovery_point);
  REQUIRE(pictures[1].nal_units.size() == 4);
  CHECK(media::TypeOf(pictures[1].nal_units[0]) == media::H264NalUnitType::kSps);
}

TEST_CASE_METHOD(Publishing, "codecs that are not taken are named") {
  Receive(VideoHeader());
  Receive({1, rtmp::MessageType::kVideo, 0, test::Hex("24 0102")});
  Receive({1, rtmp::MessageType::kVideo, 0, test::Hex("24 0102")});
  Receive({1, rtmp::MessageType::kVideo, 0, test::Hex("90 68766331")});
  Receive({1, rtmp::MessageType::kAudio, 0, test::Hex("62 0102")});
  CHECK(publish.refused_codecs() == "VP6 (4), Enhanced RTMP video, Nellymoser (6)");
  CHECK(publication.remark().find("VP6") != std::string::npos);
  CHECK(counters.unsupported_messages == 4);
}

}  // namespace
}  // namespace sluice::ingest
