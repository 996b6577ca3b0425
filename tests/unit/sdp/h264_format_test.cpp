#include "libs/sdp/h264_format.h"

#include <catch2/catch.hpp>

namespace sluice::sdp {
namespace {

Format H264(uint8_t payload_type, std::string parameters) {
  return {.payload_type = payload_type,
          .encoding = "H264",
          .clock_rate = 90000,
          .channels = 0,
          .parameters = std::move(parameters),
          .feedback = {}};
}

// In Chromium's order, receive side.
std::vector<Format> ChromiumFormats() {
  return {H264(102, "level-asymmetry-allowed=1;packetization-mode=1;profile-level-id=42001f"),
          H264(104, "level-asymmetry-allowed=1;packetization-mode=0;profile-level-id=42001f"),
          H264(108, "level-asymmetry-allowed=1;packetization-mode=1;profile-level-id=42e01f"),
          H264(114, "level-asymmetry-allowed=1;packetization-mode=0;profile-level-id=42e01f"),
          H264(116, "level-asymmetry-allowed=1;packetization-mode=1;profile-level-id=4d001f"),
          H264(39, "level-asymmetry-allowed=1;packetization-mode=0;profile-level-id=4d001f"),
          H264(41, "level-asymmetry-allowed=1;packetization-mode=1;profile-level-id=f4001f")};
}

int Chosen(H264Profile profile) {
  const auto formats = ChromiumFormats();
  const Format* format = ChooseH264Format(formats, profile);
  return format == nullptr ? -1 : format->payload_type;
}

TEST_CASE("RFC 6184 8.1: profiles are told by profile_idc and constraint flags") {
  CHECK(ProfileOf(0x42, 0xe0) == H264Profile::kConstrainedBaseline);
  CHECK(ProfileOf(0x42, 0xc0) == H264Profile::kConstrainedBaseline);  // x264 baseline
  CHECK(ProfileOf(0x42, 0x00) == H264Profile::kBaseline);
  CHECK(ProfileOf(0x42, 0x80) == H264Profile::kBaseline);
  CHECK(ProfileOf(0x4d, 0x40) == H264Profile::kMain);  // x264 main
  CHECK(ProfileOf(0x4d, 0x00) == H264Profile::kMain);
  CHECK(ProfileOf(0x4d, 0x80) == H264Profile::kConstrainedBaseline);
  CHECK(ProfileOf(0x58, 0x00) == H264Profile::kExtended);
  CHECK(ProfileOf(0x64, 0x00) == H264Profile::kHigh);
  CHECK(ProfileOf(0x64, 0x0c) == H264Profile::kConstrainedHigh);
  CHECK(ProfileOf(0x6e, 0x00) == H264Profile::kOther);
  CHECK(ProfileOf(0xf4, 0x00) == H264Profile::kOther);
}

TEST_CASE("the profile of a track is that of its configuration record") {
  CHECK(ProfileOfTrack(Bytes{1, 0x64, 0x00, 0x1f, 0xff}) == H264Profile::kHigh);
  CHECK(ProfileOfTrack(Bytes{1, 0x64, 0x00}) == H264Profile::kUnknown);
  CHECK(ProfileOfTrack({}) == H264Profile::kUnknown);
}

TEST_CASE("the profile of a format is that of its profile-level-id") {
  CHECK(ProfileOfFormat(H264(1, "profile-level-id=42E01F")) == H264Profile::kConstrainedBaseline);
  CHECK(ProfileOfFormat(H264(1, "packetization-mode=1")) == H264Profile::kConstrainedBaseline);
  CHECK(ProfileOfFormat(H264(1, "profile-level-id=42e0")) == H264Profile::kUnknown);
  CHECK(ProfileOfFormat(H264(1, "profile-level-id=zzzzzz")) == H264Profile::kUnknown);
}

TEST_CASE("the payload type with mode 1 and the stream's profile is chosen") {
  CHECK(Chosen(H264Profile::kBaseline) == 102);
  CHECK(Chosen(H264Profile::kConstrainedBaseline) == 108);
  CHECK(Chosen(H264Profile::kMain) == 116);
}

TEST_CASE("a profile that is not offered is sent under constrained baseline") {
  CHECK(Chosen(H264Profile::kHigh) == 108);
  CHECK(Chosen(H264Profile::kOther) == 108);
  CHECK(Chosen(H264Profile::kUnknown) == 108);
}

TEST_CASE("without constrained baseline the first with mode 1 is chosen, without mode 1 none") {
  const std::vector<Format> main_only = {H264(1, "packetization-mode=0;profile-level-id=42e01f"),
                                         H264(2, "packetization-mode=1;profile-level-id=4d001f")};
  CHECK(ChooseH264Format(main_only, H264Profile::kHigh)->payload_type == 2);
  CHECK(ChooseH264Format({main_only.data(), 1}, H264Profile::kHigh) == nullptr);
  CHECK(ChooseH264Format({}, H264Profile::kHigh) == nullptr);
}

}  // namespace
}  // namespace sluice::sdp
