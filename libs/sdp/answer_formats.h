// Which of an m-line's payload types the answer names, and in which order.
#pragma once

#include <span>
#include <string_view>
#include <vector>

#include "libs/media/track.h"
#include "libs/sdp/h264_format.h"
#include "libs/sdp/player_answer.h"
#include "libs/sdp/publisher_answer.h"
#include "libs/sdp/session_description.h"

namespace sluice::sdp {

// Of a player: for each codec that we can send the payload type that suits best, with its RTX, in
// the offer's order.
//   profile: of an H.264 stream.
std::vector<AnsweredFormat> ChooseSentFormats(std::span<const Format> offered,
                                              media::MediaKind kind, H264Profile profile);

// Of a publisher: every payload type that we can receive, with its RTX. `order` says which codecs
// come first; the offer decides the rest.
std::vector<PublishedFormat> ChooseReceivedFormats(std::span<const Format> offered,
                                                   media::MediaKind kind,
                                                   std::span<const media::Codec> order);

// The RED format (RFC 2198) whose every block is of `payload_type`; 0 = none.
uint8_t FindRed(std::span<const Format> offered, uint8_t payload_type);

// The offered format of `payload_type` with those of `feedback` that it offers.
Format AnsweredFormatOf(const MediaSection& offered, uint8_t payload_type,
                        std::span<const std::string_view> feedback);

}  // namespace sluice::sdp
