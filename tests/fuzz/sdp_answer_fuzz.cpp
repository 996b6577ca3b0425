// Answers: any offer that can be read is answered or refused; an answer mirrors its offer.
#include <cstdlib>

#include "libs/base/bytes.h"
#include "libs/sdp/player_answer.h"
#include "tests/support/fixed_random.h"

namespace {

sluice::media::StreamDescription Stream() {
  sluice::media::StreamDescription stream;
  stream.tracks.resize(2);
  stream.tracks[0].codec = sluice::media::Codec::kH264;
  stream.tracks[0].codec_config = {1, 0x64, 0, 0x1f};
  stream.tracks[1].kind = sluice::media::MediaKind::kAudio;
  stream.tracks[1].codec = sluice::media::Codec::kAac;
  return stream;
}

void Check(bool expected) {
  if (!expected) std::abort();
}

}  // namespace

extern "C" int LLVMFuzzerTestOneInput(const uint8_t* data, size_t size) {
  const auto offer = sluice::sdp::Parse(sluice::AsText({data, size}));
  if (!offer.ok()) return 0;
  sluice::test::FixedRandom random;
  const auto answer = sluice::sdp::MakePlayerAnswer(*offer, Stream(),
                                                    {.ice_ufrag = "u",
                                                     .ice_password = "p",
                                                     .fingerprint = "sha-256 AA",
                                                     .cname = "c",
                                                     .stream_id = "s"},
                                                    random);
  if (!answer.ok()) return 0;
  const auto& media = answer->description.media;
  Check(media.size() == offer->media.size());
  Check(!answer->tracks.empty() && answer->tracks.size() <= sluice::sdp::kMaxAnsweredTracks);
  for (size_t i = 0; i < media.size(); ++i) {
    Check(media[i].media == offer->media[i].media && media[i].mid == offer->media[i].mid);
    for (const auto& format : media[i].formats) {
      Check(offer->media[i].FindFormat(format.payload_type) != nullptr);
    }
  }
  for (const auto& track : answer->tracks) Check(!track.formats.empty());
  Check(sluice::sdp::Parse(sluice::sdp::Serialize(answer->description)).ok());
  return 0;
}
