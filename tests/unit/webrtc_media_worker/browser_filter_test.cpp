#include "services/webrtc-media/browser_filter.h"

#include <catch2/catch.hpp>

#include "libs/media/avc_decoder_configuration.h"
#include "libs/media/h264_sps.h"
#include "libs/rtp/payload/h264/aggregate.h"
#include "libs/rtp/payload/h264/packetizer.h"
#include "tests/support/hex.h"
#include "tests/support/media_builders.h"

namespace sluice::webrtc_media {
namespace {

using test::Hex;
using test::PacketBuilder;

const char kReorderedSps[] = "6764000dacd941419f9f0110000003001000000303c0f1429960";
const char kExtendedSps[] = "6758c01eda0280be40";
const char kIdrSlice[] = "658884002bff";

// Track 1 is video; pictures are named by their timestamps.
struct Filtering {
  Filtering() { Describe(true); }

  void Describe(bool has_b_frames, const char* sps = kReorderedSps) {
    media::Track video = test::VideoTrack();
    video.has_b_frames = has_b_frames;
    video.codec_config =
        media::Serialize(*media::MakeAvcDecoderConfiguration({Hex(sps)}, {Hex("68ebe3cb")}));
    const fanout::DescriptionPtr description = test::Describe({video, test::AudioTrack()});
    filter.OnDescription(*description);
  }
  static PacketBuilder Idr(uint32_t timestamp) {
    return PacketBuilder(1).KeyFrame().Timestamp(timestamp);
  }
  static PacketBuilder P(uint32_t timestamp) { return PacketBuilder(1).Timestamp(timestamp); }
  static PacketBuilder ReferencedB(uint32_t timestamp) { return P(timestamp); }
  static PacketBuilder B(uint32_t timestamp) { return P(timestamp).Discardable(); }

  // Numbers the packet after the last one.
  void Push(PacketBuilder packet) { PushNumbered(packet, number++); }
  void PushNumbered(PacketBuilder packet, uint16_t sequence_number) {
    const fanout::Item item = packet.Sequence(sequence_number).Shared();
    filter.Filter({&item, 1}, out);
  }
  std::vector<rtp::PacketPtr> Left() const {
    std::vector<rtp::PacketPtr> packets;
    for (const fanout::Item& item : out) {
      if (const auto* packet = std::get_if<rtp::PacketPtr>(&item)) packets.push_back(*packet);
    }
    return packets;
  }
  std::vector<uint32_t> Shown() const {
    std::vector<uint32_t> timestamps;
    for (const auto& packet : Left()) timestamps.push_back(packet->rtp_timestamp);
    return timestamps;
  }

  BrowserFilter::Counters counters;
  BrowserFilter filter{counters};
  uint16_t number = 65'530;  // wraps in every test
  std::vector<fanout::Item> out;
};

using Timestamps = std::vector<uint32_t>;

TEST_CASE_METHOD(Filtering, "B-frames that nothing refers to are left out, without a gap") {
  for (uint32_t group : {0, 900}) {
    Push(Idr(group + 100));
    Push(P(group + 400));
    Push(B(group + 200));
    Push(B(group + 300));
    Push(P(group + 700));
    Push(B(group + 500));
  }
  CHECK(Shown() == Timestamps{100, 400, 700, 1000, 1300, 1600});
  for (size_t i = 0; i < Left().size(); ++i) {
    CHECK(Left()[i]->sequence_number == static_cast<uint16_t>(65'530 + i));
  }
  CHECK(counters.left_out_pictures == 6);
}

TEST_CASE_METHOD(
    Filtering, "after a B-frame that others refer to nothing is sent up to the next IDR picture") {
  Push(Idr(100));
  Push(P(200));
  Push(P(600));
  Push(ReferencedB(400));
  Push(B(300));
  Push(P(1000));
  Push(Idr(1100));
  CHECK(Shown() == Timestamps{100, 200, 600, 1100});
}

TEST_CASE_METHOD(Filtering, "pictures in order are sent, whatever refers to them") {
  Push(Idr(100));
  Push(B(200));
  Push(P(300));
  CHECK(Shown() == Timestamps{100, 200, 300});
}

TEST_CASE_METHOD(Filtering, "timestamps are compared across their wrap") {
  Push(Idr(0xffffff00));
  Push(P(0x100));
  Push(B(0xffffff80));
  CHECK(Shown() == Timestamps{0xffffff00, 0x100});
}

TEST_CASE_METHOD(Filtering, "all packets of a picture share its fate") {
  Push(Idr(100).Marker(false));
  Push(Idr(100).Starts(false));
  Push(P(300));
  Push(B(200).Marker(false));
  Push(B(200).Starts(false));
  CHECK(Shown() == Timestamps{100, 100, 300});
}

TEST_CASE_METHOD(Filtering, "recovery points are shown, but nobody begins there") {
  Push(PacketBuilder(1).RecoveryPoint().Timestamp(50));
  CHECK(Shown().empty());
  Push(Idr(100));
  Push(P(200));
  Push(PacketBuilder(1).RecoveryPoint().Timestamp(300));
  CHECK(Shown() == Timestamps{100, 200, 300});
  CHECK(Left()[0]->role.key_frame);
  CHECK_FALSE(Left()[2]->role.key_frame);
}

TEST_CASE_METHOD(Filtering, "packets that are missing cost everything up to the next IDR picture") {
  Push(Idr(100));
  number += 2;
  Push(P(200));
  Push(P(300));
  Push(Idr(400));
  CHECK(Shown() == Timestamps{100, 400});
}

TEST_CASE_METHOD(Filtering, "packets that come a second time are left out") {
  PushNumbered(Idr(100), 7);
  PushNumbered(P(200), 8);
  PushNumbered(Idr(100), 7);
  PushNumbered(P(200), 8);
  PushNumbered(P(300), 9);
  CHECK(Shown() == Timestamps{100, 200, 300});
}

TEST_CASE_METHOD(Filtering, "nothing is left of pictures that browsers cannot decode") {
  Describe(false, kExtendedSps);
  Push(Idr(100));
  Push(P(200));
  CHECK(Shown().empty());
  Describe(false);
  Push(P(300));
  Push(Idr(400));
  Push(P(500));
  CHECK(Shown() == Timestamps{400, 500});
}

TEST_CASE_METHOD(Filtering, "what was sent before B-frames were found goes on in order") {
  const std::vector<fanout::Item> before = {Idr(100).Sequence(7).Shared(),
                                            P(400).Sequence(8).Shared()};
  filter.GoOnFrom(before);
  PushNumbered(B(200), 9);
  PushNumbered(P(700), 10);
  CHECK(Shown() == Timestamps{700});
  CHECK(Left()[0]->sequence_number == 9);
}

TEST_CASE_METHOD(Filtering, "sound, clocks and descriptions pass untouched") {
  const rtp::PacketPtr sound = PacketBuilder(2).Shared();
  const std::vector<fanout::Item> items = {sound, rtp::ClockReport{.track_id = 1}};
  filter.Filter(items, out);
  REQUIRE(out.size() == 2);
  CHECK(std::get<rtp::PacketPtr>(out[0]) == sound);
  CHECK(std::holds_alternative<rtp::ClockReport>(out[1]));
}

TEST_CASE("a stream that browsers show as it is needs no filter") {
  BrowserFilter::Counters counters;
  BrowserFilter filter(counters);
  filter.OnDescription(*test::Describe({test::VideoTrack(), test::AudioTrack()}));
  CHECK_FALSE(filter.active());
}

// The packets of an IDR picture whose aggregated parameter sets are `size` bytes long.
std::vector<rtp::Packet> IdrWithSets(size_t size) {
  const Bytes sps = Hex("674d401ee5405017c8");  // grows by a VUI
  Bytes sei(size - 1 - sps.size() - 3 * 2 - 4, 0x06);
  const Bytes pps = Hex("68ebe3cb");
  Bytes slice = Hex(kIdrSlice);
  slice.resize(2000, 0x55);
  std::vector<ByteView> nal_units = {sps, pps, sei, slice};
  std::vector<rtp::Packet> packets;
  rtp::payload::h264::Packetizer().Packetize({.nal_units = nal_units, .rtp_timestamp = 100},
                                             packets);
  return packets;
}

TEST_CASE_METHOD(Filtering, "the SPS of a key frame says that nothing is reordered") {
  const size_t size = GENERATE(200, rtp::kMaxCutPayload);
  for (rtp::Packet& packet : IdrWithSets(size)) {
    packet.track_id = 1;
    packet.ssrc = 1001;
    packet.sequence_number = number++;
    const fanout::Item item = rtp::PacketPtr(std::make_shared<rtp::Packet>(packet));
    filter.Filter({&item, 1}, out);
  }
  const auto left = Left();
  REQUIRE(left.size() >= 3);
  CHECK(left.front()->role.starts_access_unit);
  CHECK(left.back()->marker);
  size_t starts = 0;
  size_t nal_units = 0;
  for (const auto& packet : left) {
    CHECK(packet->payload.size() <= rtp::kMaxCutPayload);
    CHECK(packet->role.key_frame);
    CHECK(packet->rtp_timestamp == 100);
    starts += packet->role.starts_access_unit;
    for (ByteView nal_unit : rtp::payload::h264::NalUnitsOf(packet->payload)) {
      ++nal_units;
      if (nal_unit[0] != 0x67) continue;
      CHECK(media::ParseH264Sps(nal_unit)->max_num_reorder_frames == 0);
    }
  }
  CHECK(starts == 1);
  CHECK(nal_units == 3);  // the slice is in fragments
  CHECK(counters.rewritten_parameter_sets == 1);
}

}  // namespace
}  // namespace sluice::webrtc_media
