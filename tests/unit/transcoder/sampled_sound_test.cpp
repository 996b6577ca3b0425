// PCMU, PCMA and G.722 to Opus.
#include <catch2/catch.hpp>

#include "services/transcoder/rendition_timeline.h"
#include "tests/unit/transcoder/frame_list.h"
#include "tests/unit/transcoder/sound.h"

namespace sluice::transcoder {
namespace {

using test::FrameList;
using test::Sound;
using test::TimedBytes;

struct Codec {
  media::Codec codec;
  const char* encoder;
  int rate;
};

SoundFormat FormatOf(media::Codec codec, uint32_t channels = 1) {
  media::Track track;
  track.codec = codec;
  track.clock_rate = 8000;
  track.channels = channels;
  auto format = SoundFormatOf(track);
  REQUIRE(format.ok());
  return *format;
}

TEST_CASE(
    "Opus sounds at the same moments as the PCMU, PCMA or G.722 it is made of, and as strong") {
  test::LoadPlugins();
  const auto codec = GENERATE(Codec{media::Codec::kPcmu, "mulawenc", 8000},
                              Codec{media::Codec::kPcma, "alawenc", 8000},
                              Codec{media::Codec::kG722, "avenc_g722", 16000});
  CAPTURE(codec.encoder);
  const Sound original = test::ToneBursts(48000, 3);
  const std::vector<Bytes> source = test::EncodeSampled(original, codec.encoder, codec.rate);
  REQUIRE(source.size() >= 148);
  FrameList frames;
  auto pipeline = OpusPipeline::Start({FormatOf(codec.codec), 64'000}, frames.delegate());
  REQUIRE(pipeline.ok());
  for (size_t i = 0; i < source.size(); ++i) {
    REQUIRE((*pipeline)->Push(source[i], kOriginNs + static_cast<int64_t>(i) * 20'000'000));
  }
  std::vector<TimedBytes> packets = frames.WaitUntil(kOriginNs + 2'900'000'000);
  for (size_t i = 0; i < packets.size(); ++i) {
    packets[i].position_ns -= kOriginNs;
    if (i > 0) CHECK(packets[i].position_ns - packets[i - 1].position_ns == 20'000'000);
  }
  const Sound opus = test::DecodeOpus(packets, 1);
  const std::vector<double> expected = test::Onsets(original);
  const std::vector<double> heard = test::Onsets(opus);
  REQUIRE(heard.size() >= 5);
  for (size_t i = 0; i < heard.size(); ++i) {
    CHECK(heard[i] == Approx(expected[i]).margin(0.003));  // G.722's own filters take 1.4 ms
  }
  const double within = expected[2] + 0.02;
  CHECK(test::Amplitude(opus, 1000, within, within + 0.06) == Approx(0.5).epsilon(0.1));
  CHECK(test::Amplitude(opus, 1000, within + 0.2, within + 0.26) < 0.005);
}

TEST_CASE("sampled sound is mono; more channels are not converted") {
  CHECK(FormatOf(media::Codec::kPcmu).sample_rate == 8000);
  CHECK(FormatOf(media::Codec::kG722).sample_rate == 16000);
  CHECK(FormatOf(media::Codec::kPcma, 0).opus_channels == 1);
  media::Track track;
  track.codec = media::Codec::kPcmu;
  track.channels = 2;
  CHECK(SoundFormatOf(track).status().code() == absl::StatusCode::kInvalidArgument);
}

}  // namespace
}  // namespace sluice::transcoder
