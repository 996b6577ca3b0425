#include "libs/media/track.h"

#include <catch2/catch.hpp>

namespace sluice::media {
namespace {

TEST_CASE("every codec has a name that leads back to it, in any case of letters") {
  for (Codec codec : {Codec::kH264, Codec::kH265, Codec::kVp8, Codec::kVp9, Codec::kAv1,
                      Codec::kAac, Codec::kOpus, Codec::kPcmu, Codec::kPcma, Codec::kG722,
                      Codec::kG729, Codec::kSpeex, Codec::kMp3}) {
    CAPTURE(CodecName(codec));
    CHECK(CodecFromName(CodecName(codec)) == codec);
  }
  CHECK(CodecName(Codec::kOpus) == "opus");
  CHECK(CodecFromName("OPUS") == Codec::kOpus);
  CHECK(CodecFromName("h264") == Codec::kH264);
  CHECK(CodecFromName("H26") == Codec::kUnknown);
  CHECK(CodecFromName("") == Codec::kUnknown);
  CHECK(CodecName(Codec::kUnknown) == "unknown");
}

TEST_CASE("a description finds its tracks by id and by kind") {
  StreamDescription description;
  description.tracks = {{.id = 3, .kind = MediaKind::kAudio}, {.id = 7}, {.id = 8}};
  CHECK(description.FindTrack(8)->id == 8);
  CHECK(description.FindTrack(4) == nullptr);
  CHECK(description.FindFirst(MediaKind::kVideo)->id == 7);
  CHECK(description.FindFirst(MediaKind::kAudio)->id == 3);
  CHECK(StreamDescription().FindFirst(MediaKind::kAudio) == nullptr);
}

TEST_CASE("a rendition's key names its stream and its profile") {
  CHECK(StreamKey{"cam", ""}.ToString() == "cam");
  CHECK(StreamKey{"cam", "opus"}.ToString() == "cam/r/opus");
  CHECK(StreamKey{"cam", ""} < StreamKey{"cam", "opus"});
}

TEST_CASE("a stream's name is 1 to 255 bytes of UTF-8 without control characters") {
  auto [name, valid] = GENERATE(table<std::string, bool>({
      {"cam", true},
      {"a b/c?d", true},
      {"\xc3\xa9t\xc3\xa9", true},         // U+00E9
      {"\xe6\x97\xa5\xe6\x9c\xac", true},  // two of three bytes
      {"\xf0\x9f\x8e\xa5", true},          // four bytes
      {"\xf4\x8f\xbf\xbf", true},          // U+10FFFF
      {std::string(255, 'x'), true},
      {"", false},
      {std::string(256, 'x'), false},
      {"a\nb", false},
      {std::string("a\0b", 3), false},
      {"\x7f", false},
      {"\xc2\x80", false},  // U+0080, a control character
      {"\x80", false},      // a continuation alone
      {"\xc3", false},      // cut short
      {"\xe6\x97", false},
      {"\xf0\x9f\x8e", false},
      {"\xc3(", false},
      {"\xc0\x80", false},  // overlong
      {"\xe0\x80\xaf", false},
      {"\xf0\x80\x80\xaf", false},
      {"\xed\xa0\x80", false},      // a surrogate
      {"\xf4\x90\x80\x80", false},  // beyond U+10FFFF
      {"\xff", false},
  }));
  CAPTURE(name);
  CHECK(IsValidStreamName(name) == valid);
}

}  // namespace
}  // namespace sluice::media
