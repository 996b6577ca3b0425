// Which of an m-line's payload types the answer names, and in which order.
#pragma once

#include <span>
#include <vector>

#include "libs/media/track.h"
#include "libs/sdp/h264_format.h"
#include "libs/sdp/player_answer.h"
#include "libs/sdp/session_description.h"

namespace sluice::sdp {

// For each codec that we can send the payload type that suits best, with its RTX; `in_use` first,
// then in the offer's order.
//   in_use: what the stream has of this kind now, as its player gets it; kUnknown = nothing.
//   profile: of an H.264 stream.
std::vector<AnsweredFormat> ChooseFormats(std::span<const Format> offered, media::MediaKind kind,
                                          media::Codec in_use, H264Profile profile);

// The offered formats behind `chosen`, in its order, each followed by its RTX, with the feedback
// that we answer.
std::vector<Format> DescribeFormats(const MediaSection& offered,
                                    std::span<const AnsweredFormat> chosen);

}  // namespace sluice::sdp
