// Answers: any offer that can be read is answered or refused; an answer mirrors its offer.
#include <cstdlib>

#include "libs/base/bytes.h"
#include "libs/sdp/player_answer.h"
#include "libs/sdp/publisher_answer.h"
#include "libs/sdp/simulcast.h"
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

const sluice::sdp::AnswerSettings kOurs = {.ice_ufrag = "u",
                                           .ice_password = "p",
                                           .fingerprint = "sha-256 AA",
                                           .cname = "c",
                                           .stream_id = "s"};

// An answer has the offer's m-lines, with payload types that stand there.
void CheckMirrors(const sluice::sdp::SessionDescription& offer,
                  const sluice::sdp::SessionDescription& answer) {
  Check(answer.media.size() == offer.media.size());
  for (size_t i = 0; i < answer.media.size(); ++i) {
    Check(answer.media[i].media == offer.media[i].media &&
          answer.media[i].mid == offer.media[i].mid);
    for (const auto& format : answer.media[i].formats) {
      Check(offer.media[i].FindFormat(format.payload_type) != nullptr);
    }
  }
  Check(sluice::sdp::Parse(sluice::sdp::Serialize(answer)).ok());
}

void AnswerPlayer(const sluice::sdp::SessionDescription& offer) {
  sluice::test::FixedRandom random;
  const auto answer = sluice::sdp::MakePlayerAnswer(offer, Stream(), kOurs, random);
  if (!answer.ok()) return;
  CheckMirrors(offer, answer->description);
  Check(!answer->tracks.empty() && answer->tracks.size() <= sluice::sdp::kMaxAnsweredTracks);
  for (const auto& track : answer->tracks) Check(!track.formats.empty());
}

void AnswerPublisher(const sluice::sdp::SessionDescription& offer) {
  sluice::test::FixedRandom random;
  const auto answer = sluice::sdp::MakePublisherAnswer(
      offer, kOurs, {.min_bitrate_bps = 1, .max_bitrate_bps = 2, .orientation = true}, random);
  if (!answer.ok()) return;
  CheckMirrors(offer, answer->description);
  Check(!answer->tracks.empty() && answer->tracks.size() <= 2);
  for (const auto& track : answer->tracks) {
    Check(!track.formats.empty() && !track.encodings.empty());
    Check(track.encodings.size() <= sluice::sdp::kMaxEncodings);
  }
}

}  // namespace

extern "C" int LLVMFuzzerTestOneInput(const uint8_t* data, size_t size) {
  const auto offer = sluice::sdp::Parse(sluice::AsText({data, size}));
  if (!offer.ok()) return 0;
  AnswerPlayer(*offer);
  AnswerPublisher(*offer);
  return 0;
}
