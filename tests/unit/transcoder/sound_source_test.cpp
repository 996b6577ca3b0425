#include "services/transcoder/sound_source.h"

#include <catch2/catch.hpp>

#include "libs/rtp/payload/aac/packetizer.h"
#include "tests/support/media_builders.h"

namespace sluice::transcoder {
namespace {

struct Heard {
  std::vector<CodedSound> sounds;
  std::vector<rtp::ClockReport> clocks;
  std::vector<fanout::StreamEnd> ends;
};

SoundSource::Delegate Remember(Heard& heard) {
  return {.on_sound = [&](CodedSound sound) { heard.sounds.push_back(std::move(sound)); },
          .on_clock = [&](const rtp::ClockReport& clock) { heard.clocks.push_back(clock); },
          .on_end = [&](const fanout::StreamEnd& end) { heard.ends.push_back(end); }};
}

media::Track Aac() {
  media::Track track = sluice::test::AudioTrack();
  track.codec_config = {0x11, 0x90};
  return track;
}

fanout::Item SoundPacket(uint32_t track_id, uint16_t number) {
  return sluice::test::PacketBuilder(track_id)
      .Sequence(number)
      .Timestamp(number * 1024U)
      .Payload({0x00, 0x10, 0x00, 0x08, 0x55})
      .Shared();
}

TEST_CASE("a source takes its own track's access units and clock") {
  auto description = sluice::test::Describe({sluice::test::VideoTrack(), Aac()});
  Heard heard;
  SoundSource source(description->tracks[1], {}, Remember(heard));
  std::vector<fanout::Item> items = {description,
                                     rtp::ClockReport{.track_id = 1},
                                     rtp::ClockReport{.track_id = 2, .rtp_timestamp = 9},
                                     SoundPacket(1, 7),
                                     SoundPacket(2, 7),
                                     SoundPacket(2, 9)};
  source.OnItems(items);
  REQUIRE(heard.sounds.size() == 2);
  CHECK(heard.sounds[0].bytes == Bytes{0x55});
  CHECK(heard.sounds[0].rtp_timestamp == 7 * 1024);
  REQUIRE(heard.clocks.size() == 1);
  CHECK(heard.clocks[0].rtp_timestamp == 9);
  CHECK(heard.ends.empty());
  CHECK(source.lost_packets() == 1);
}

TEST_CASE("a source ends with its stream, and nothing follows") {
  auto description = sluice::test::Describe({Aac()});
  Heard heard;
  SoundSource source(description->tracks[0], {}, Remember(heard));
  std::vector<fanout::Item> items = {
      description, fanout::StreamEnd{fanout::EndCause::kPublisherLost, "gone"}, SoundPacket(1, 1)};
  source.OnItems(items);
  REQUIRE(heard.ends.size() == 1);
  CHECK(heard.ends[0] == fanout::StreamEnd{fanout::EndCause::kPublisherLost, "gone"});
  CHECK(heard.sounds.empty());
}

TEST_CASE("a source whose track goes or changes ends, so that it is asked for anew") {
  auto description = sluice::test::Describe({Aac()});
  media::Track other = Aac();
  other.codec_config = {0x12, 0x10};
  auto changed = GENERATE_COPY(sluice::test::Describe({}, 2), sluice::test::Describe({other}, 2));
  Heard heard;
  SoundSource source(description->tracks[0], {}, Remember(heard));
  std::vector<fanout::Item> items = {description, changed};
  source.OnItems(items);
  REQUIRE(heard.ends.size() == 1);
  CHECK(heard.ends[0].cause == fanout::EndCause::kUpstreamLost);
}

}  // namespace
}  // namespace sluice::transcoder
