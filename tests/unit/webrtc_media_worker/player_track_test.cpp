#include "services/webrtc-media/player_track.h"

#include <catch2/catch.hpp>

#include "libs/rtp/header_writer.h"
#include "tests/support/fixed_random.h"
#include "tests/support/plain_protector.h"
#include "tests/support/sent_datagrams.h"
#include "tests/unit/webrtc_media_worker/test_stream.h"

namespace sluice::webrtc_media {
namespace {

constexpr Instant kStart{100s};
constexpr uint32_t kSsrc = 0x1111;
constexpr uint32_t kRtxSsrc = 0x2222;
constexpr uint8_t kPlayoutDelayId = 5;

using Progress = PlayerTrack::Progress;

PlayerTrackSettings VideoSettings() {
  return {
      .kind = media::MediaKind::kVideo,
      .ssrc = kSsrc,
      .rtx_ssrc = kRtxSsrc,
      .playout_delay_id = kPlayoutDelayId,
      .formats = {{.codec = media::Codec::kVp8, .payload_type = 96, .rtx_payload_type = 97},
                  {.codec = media::Codec::kH264, .payload_type = 102, .rtx_payload_type = 103}}};
}

PlayerTrackSettings AudioSettings() {
  return {.kind = media::MediaKind::kAudio,
          .ssrc = kSsrc,
          .formats = {{.codec = media::Codec::kOpus, .payload_type = 111}}};
}

struct Sent {
  rtp::RtpView view;
  Bytes bytes;
  uint32_t number() const { return ReadU32(view.payload); }

  static uint32_t ReadU32(ByteView bytes) {
    return uint32_t{bytes[0]} << 24 | uint32_t{bytes[1]} << 16 | uint32_t{bytes[2]} << 8 | bytes[3];
  }
};

// A stream, one player's track on it, and what leaves for the player.
struct Player {
  explicit Player(const PlayerTrackSettings& settings = VideoSettings())
      : track(settings, counters, random) {
    stream.OnDescription(TestDescription());
    path.UseUdp(net::SocketAddress::Parse("127.0.0.1", 4000).value(), {}, batch);
  }

  void Join() {
    track.Bind(stream.FindTrack(track.settings().kind, track.settings().formats), now);
  }
  void Push(const std::vector<rtp::PacketPtr>& packets) {
    for (const auto& packet : packets) stream.OnPacket(packet, now);
  }
  void PushGroup(int frames, size_t packets) {
    Push(source.Frame(true, packets));
    for (int i = 1; i < frames; ++i) Push(source.Frame(false, packets));
  }
  MediaOutlet Outlet() {
    return {.path = path,
            .engine = engine,
            .protector = protector,
            .counters = worker_counters,
            .now = now,
            .bandwidth = bandwidth,
            .sound_distance = sound_distance};
  }

  Progress Send() {
    MediaOutlet outlet = Outlet();
    const Progress progress = track.Send(outlet);
    batch.Flush(now);
    return progress;
  }
  void Resend(uint16_t sequence_number) {
    MediaOutlet outlet = Outlet();
    track.Resend(sequence_number, outlet);
    batch.Flush(now);
  }
  bool Replay() {
    MediaOutlet outlet = Outlet();
    return track.Replay(outlet);
  }
  std::vector<Sent> Take() {
    std::vector<Sent> taken;
    for (auto& datagram : sent.Take()) {
      Sent& packet = taken.emplace_back();
      packet.bytes = std::move(datagram.bytes);
      packet.view = rtp::ParseRtp(packet.bytes).value();
    }
    return taken;
  }
  // Everything, however long pacing takes.
  std::vector<Sent> SendAll() {
    while (Send() == Progress::kPaced) now += Pacer::kInterval;
    return Take();
  }

  Instant now = kStart;
  test::FixedRandom random;
  PlayerCounters counters;
  WorkerCounters worker_counters;
  WorkerStream stream{1};
  TestStream source{kStart};
  net::SentDatagrams sent;
  net::SendBatch batch{sent};
  PeerPath path;
  srtp::PlainEngine engine;
  srtp::PlainProtector protector;
  congestion::BandwidthEstimator* bandwidth = nullptr;
  size_t sound_distance = 0;
  PlayerTrack track;
};

const Bytes kAtOnce = {0, 0, 0};
const Bytes kLipSync = {0, 0, 30};

// Empty if the packet carries none.
Bytes PlayoutDelayOf(const Sent& packet) {
  return ToBytes(rtp::FindExtension(packet.view, kPlayoutDelayId).value_or(ByteView()));
}

void CheckGapFree(const std::vector<Sent>& packets) {
  for (size_t i = 1; i < packets.size(); ++i) {
    CHECK(packets[i].view.sequence_number ==
          static_cast<uint16_t>(packets[i - 1].view.sequence_number + 1));
  }
}

void CheckNumbers(const std::vector<Sent>& packets, uint32_t first) {
  for (const Sent& packet : packets) CHECK(packet.number() == first++);
}

}  // namespace

TEST_CASE("A joiner gets the whole cached group with original timestamps and gap-free numbers") {
  Player player;
  player.PushGroup(5, 3);
  player.Join();
  const auto packets = player.SendAll();
  REQUIRE(packets.size() == 15);
  CheckNumbers(packets, 0);
  CheckGapFree(packets);
  CHECK(packets[0].view.rtp_timestamp == 900000);
  CHECK(packets[14].view.rtp_timestamp == 900000 + 4 * 3000);
  CHECK(packets[0].view.ssrc == kSsrc);
  CHECK(packets[0].view.payload_type == 102);
  CHECK(packets[2].view.marker);
  CHECK_FALSE(packets[1].view.marker);
}

TEST_CASE("Playout-delay is 0/0 on the first 50 packets, then 0/300 ms for lip sync on 50 more") {
  Player player;
  player.PushGroup(60, 2);
  player.Join();
  const auto packets = player.SendAll();
  REQUIRE(packets.size() == 120);
  for (size_t i = 0; i < packets.size(); ++i) {
    INFO("packet " << i);
    CHECK(PlayoutDelayOf(packets[i]) == (i < 50 ? kAtOnce : i < 100 ? kLipSync : Bytes()));
  }
}

TEST_CASE(
    "After a stall of the publisher playout-delay starts anew, for the backlog that follows") {
  Player player;
  player.PushGroup(60, 2);
  player.Join();
  player.SendAll();
  player.source.Pass(2s);
  player.Push(player.source.Frame(false, 60));
  const auto backlog = player.SendAll();
  REQUIRE(backlog.size() == 60);
  CHECK(PlayoutDelayOf(backlog[0]) == kAtOnce);
  CHECK(PlayoutDelayOf(backlog[59]) == kLipSync);
}

TEST_CASE("A player that has not agreed to playout-delay gets none") {
  auto settings = VideoSettings();
  settings.playout_delay_id = 0;
  Player player(settings);
  player.PushGroup(2, 2);
  player.Join();
  for (const Sent& packet : player.SendAll()) CHECK(packet.view.extension.empty());
}

TEST_CASE("The cached group leaves in runs of at most 16 packets per 5 ms") {
  Player player;
  player.PushGroup(20, 10);
  player.Join();
  REQUIRE(player.Send() == Progress::kPaced);
  CHECK(player.Take().size() >= 16);
  size_t sent = 0;
  int runs = 0;
  Progress progress = Progress::kPaced;
  while (progress == Progress::kPaced) {
    player.now += Pacer::kInterval;
    progress = player.Send();
    const size_t run = player.Take().size();
    CHECK(run <= 16);
    sent += run;
    ++runs;
  }
  CHECK(progress == Progress::kAllSent);
  // 20 Mbit/s is 12.5 packets of 1000 bytes in 5 ms.
  CHECK(runs == Approx(static_cast<double>(sent) / 12.3).margin(2));
}

TEST_CASE("Packets of a run leave as one GSO message") {
  Player player;
  player.PushGroup(1, 10);
  player.Join();
  player.Send();
  CHECK(player.sent.messages_sent == std::vector<uint16_t>{10});
}

TEST_CASE("RFC 3550 5.1: packets of almost equal size are padded, and leave as one GSO message") {
  Player player;
  player.Push(player.source.Frame(true, {1000, 1000, 1002, 900}));
  player.stream.EvenOut();
  player.Join();
  player.Send();
  CHECK(player.sent.messages_sent == std::vector<uint16_t>{4});
  const auto packets = player.Take();
  REQUIRE(packets.size() == 4);
  CHECK((packets[0].bytes[0] & 0x20) != 0);
  CHECK(packets[0].bytes.back() == 2);
  CHECK(packets[0].view.payload.size() == 1000);
  CHECK((packets[2].bytes[0] & 0x20) == 0);
  CHECK(packets[3].view.payload.size() == 900);
  CheckNumbers(packets, 0);
}

TEST_CASE("Without a key frame in the cache a joiner waits for one") {
  Player player;
  player.Push(player.source.Frame(false, 2));
  player.Join();
  CHECK(player.Send() == Progress::kAllSent);
  CHECK(player.Take().empty());
  player.Push(player.source.Frame(true, 2));
  CHECK(player.SendAll().size() == 2);
}

TEST_CASE("A new key frame overtakes what is left of a joiner's old group") {
  Player player;
  player.PushGroup(60, 10);
  player.Join();
  REQUIRE(player.Send() == Progress::kPaced);
  const auto first = player.Take();
  player.Push(player.source.Frame(true, 10));
  const auto rest = player.SendAll();
  CheckGapFree(rest);
  CHECK(rest[0].view.sequence_number ==
        static_cast<uint16_t>(first.back().view.sequence_number + 1));
  CHECK(rest.size() <= 10 + 10);  // the access unit that was begun, then the key frame
  CHECK(rest.back().number() == 609);
  CHECK(player.counters.dropped_packets.value() > 500);
}

TEST_CASE("Sound begins with the newest packet and is not paced") {
  Player player(AudioSettings());
  for (int i = 0; i < 50; ++i) player.stream.OnPacket(player.source.Sound(), player.now);
  player.Join();
  CHECK(player.Send() == Progress::kAllSent);
  auto packets = player.Take();
  REQUIRE(packets.size() == 1);
  CheckNumbers(packets, 49);
  CHECK(packets[0].view.payload_type == 111);
  player.stream.OnPacket(player.source.Sound(), player.now);
  packets = player.SendAll();
  REQUIRE(packets.size() == 1);
  CHECK(packets[0].number() == 50);
}

TEST_CASE("A full socket keeps the position, and sequence numbers go on without a gap") {
  Player player;
  player.PushGroup(1, 5);
  player.Join();
  player.sent.room = 0;
  player.Send();  // built, but not taken
  player.Push(player.source.Frame(false, 5));
  CHECK(player.Send() == Progress::kBlocked);
  player.sent.room = 1000;
  REQUIRE(player.batch.Flush(player.now));
  CHECK(player.Send() == Progress::kAllSent);
  const auto packets = player.Take();
  REQUIRE(packets.size() == 10);
  CheckGapFree(packets);
  CheckNumbers(packets, 0);
}

TEST_CASE("After a hole only a key frame follows, and sequence numbers go on") {
  Player player;
  player.PushGroup(2, 3);
  player.Join();
  const auto before = player.SendAll();
  MediaOutlet outlet = player.Outlet();
  player.track.WaitForKeyFrame(outlet);
  player.Push(player.source.Frame(false, 3));
  CHECK(player.SendAll().empty());
  player.Push(player.source.Frame(true, 3));
  const auto after = player.SendAll();
  REQUIRE(after.size() == 3);
  CheckNumbers(after, 9);
  CHECK(after[0].view.sequence_number ==
        static_cast<uint16_t>(before.back().view.sequence_number + 1));
  CHECK(player.worker_counters.key_frame_skips.value() == 1);
  CHECK(player.counters.dropped_packets.value() == 3);
}

TEST_CASE("A player that the ring has overtaken goes on with the next key frame") {
  Player player;
  player.PushGroup(1, 10);
  player.Join();
  player.SendAll();
  player.Push(player.source.Frame(false, 100));
  player.PushGroup(1, 600);
  player.PushGroup(1, 600);
  const auto packets = player.SendAll();
  REQUIRE(packets.size() == 600);
  CheckGapFree(packets);
  CheckNumbers(packets, 710);
}

TEST_CASE("RFC 4588: a lost packet is sent again under its own SSRC, number and payload type") {
  Player player;
  player.PushGroup(2, 3);
  player.Join();
  const auto packets = player.SendAll();
  player.now += 50ms;
  player.Resend(packets[4].view.sequence_number);
  player.Resend(packets[5].view.sequence_number);
  const auto repeated = player.Take();
  REQUIRE(repeated.size() == 2);
  CHECK(repeated[0].view.ssrc == kRtxSsrc);
  CHECK(repeated[0].view.payload_type == 103);
  CHECK(repeated[0].view.rtp_timestamp == packets[4].view.rtp_timestamp);
  CHECK(repeated[1].view.marker == packets[5].view.marker);
  CheckGapFree(repeated);
  const ByteView payload = repeated[0].view.payload;
  CHECK((payload[0] << 8 | payload[1]) == packets[4].view.sequence_number);
  CHECK(ToBytes(payload.subspan(2)) == ToBytes(packets[4].view.payload));
  CHECK(player.worker_counters.rtx_packets.value() == 2);
}

TEST_CASE("RFC 3711: no index of an SSRC is ever protected twice") {
  Player player;
  player.PushGroup(3, 5);
  player.Join();
  player.SendAll();
  player.now += 3s;
  REQUIRE(player.Replay());
  player.SendAll();
  auto indices = player.protector.indices;
  REQUIRE(indices.size() == 30);
  std::sort(indices.begin(), indices.end());
  CHECK(std::adjacent_find(indices.begin(), indices.end()) == indices.end());
  CHECK(indices.front() < 0x8000);
}

TEST_CASE("A repeated NACK within the pause, or for what is gone, is refused and counted") {
  Player player;
  player.PushGroup(2, 3);
  player.Join();
  const auto packets = player.SendAll();
  const uint16_t lost = packets[1].view.sequence_number;
  player.Resend(lost);
  player.Resend(lost);
  player.Resend(static_cast<uint16_t>(lost + 100));
  CHECK(player.Take().size() == 1);
  CHECK(player.worker_counters.rtx_refused.value() == 2);
}

TEST_CASE("Repetitions claim a bounded share") {
  Player player;
  player.PushGroup(10, 40);
  player.Join();
  const auto packets = player.SendAll();
  for (const Sent& packet : packets) player.Resend(packet.view.sequence_number);
  const size_t repeated = player.Take().size();
  CHECK(repeated >= 60);  // 64 kB
  CHECK(repeated <= 70);
  CHECK(player.worker_counters.rtx_refused.value() == packets.size() - repeated);
}

TEST_CASE("A player without RTX gets no repetition") {
  auto settings = VideoSettings();
  settings.rtx_ssrc = 0;
  Player player(settings);
  player.PushGroup(1, 3);
  player.Join();
  const auto packets = player.SendAll();
  CHECK_FALSE(player.track.can_resend());
  player.Resend(packets[0].view.sequence_number);
  CHECK(player.Take().empty());
}

TEST_CASE("After a picture loss the group is replayed with old timestamps and new numbers") {
  Player player;
  player.PushGroup(60, 1);
  player.Join();
  const auto first = player.SendAll();
  player.now += 2s;
  REQUIRE(player.Replay());
  const auto again = player.SendAll();
  REQUIRE(again.size() == 60);
  CheckNumbers(again, 0);
  CheckGapFree(again);
  CHECK(again[0].view.sequence_number ==
        static_cast<uint16_t>(first.back().view.sequence_number + 1));
  CHECK(again[0].view.rtp_timestamp == first[0].view.rtp_timestamp);
  // Timestamps that go back are harmless only with playout-delay 0/0.
  CHECK(PlayoutDelayOf(again[0]) == kAtOnce);
}

TEST_CASE("A replay comes at most every 2 s, and not while the group is on its way") {
  Player player;
  player.PushGroup(60, 5);
  player.Join();
  player.Send();
  CHECK_FALSE(player.Replay());
  player.SendAll();
  CHECK_FALSE(player.Replay());
  player.now = kStart + 2s;
  CHECK(player.Replay());
  CHECK_FALSE(player.Replay());
  player.SendAll();
  CHECK_FALSE(player.Replay());
  player.now += 2s;
  CHECK(player.Replay());
  CHECK(player.worker_counters.replays.value() == 2);
}

TEST_CASE("Without playout-delay, or without a cached group, there is no replay") {
  auto settings = VideoSettings();
  settings.playout_delay_id = 0;
  Player without_delay(settings);
  without_delay.PushGroup(3, 1);
  without_delay.Join();
  without_delay.SendAll();
  without_delay.now += 10s;
  CHECK_FALSE(without_delay.Replay());
  Player without_group;
  without_group.Join();
  without_group.now += 10s;
  CHECK_FALSE(without_group.Replay());
}

TEST_CASE("SSRC and sequence numbers go on when the track is taken from another stream") {
  Player player;
  player.PushGroup(1, 3);
  player.Join();
  const auto before = player.SendAll();
  WorkerStream other(2);
  other.OnDescription(TestDescription());
  TestStream other_source(kStart, 7);
  for (const auto& packet : other_source.Frame(true, 2)) other.OnPacket(packet, player.now);
  player.track.Bind(other.FindTrack(media::MediaKind::kVideo, player.track.settings().formats),
                    player.now);
  const auto after = player.SendAll();
  REQUIRE(after.size() == 2);
  CHECK(after[0].view.ssrc == kSsrc);
  CHECK(after[0].view.sequence_number ==
        static_cast<uint16_t>(before.back().view.sequence_number + 1));
}

TEST_CASE("A picture that stands still is not gone back to, but its next key frame is waited for") {
  Player player;
  player.PushGroup(1, 3);
  player.Join();
  player.SendAll();
  WorkerStream other(2);
  other.OnDescription(TestDescription());
  TestStream other_source(kStart, 7);
  for (const auto& packet : other_source.Frame(true, 2)) other.OnPacket(packet, player.now);
  player.now += PlayerTrack::kOldPicture + 1s;
  player.track.Bind(other.FindTrack(media::MediaKind::kVideo, player.track.settings().formats),
                    player.now);
  CHECK(player.SendAll().empty());
  for (const auto& packet : other_source.Frame(true, 2)) other.OnPacket(packet, player.now);
  CHECK(player.SendAll().size() == 2);
}

TEST_CASE("Binding the same track again goes on where it was") {
  Player player;
  player.PushGroup(1, 3);
  player.Join();
  player.SendAll();
  player.Join();
  CHECK(player.SendAll().empty());
}

TEST_CASE("RFC 3550 6.4.1: a sender report maps the stream's NTP time to its timestamps") {
  Player player;
  player.PushGroup(2, 3);
  player.Join();
  CHECK_FALSE(player.track.MakeSenderReport(player.now).has_value());
  const NtpTime ntp{uint64_t{3'900'000'000} << 32};
  player.stream.OnClock({.track_id = kVideoTrack, .ssrc = 11, .ntp = ntp, .rtp_timestamp = 900000},
                        player.now);
  player.SendAll();
  const auto report = player.track.MakeSenderReport(player.now + 500ms);
  REQUIRE(report.has_value());
  CHECK(report->ssrc == kSsrc);
  CHECK(report->ntp == ntp.Plus(player.now + 500ms - kStart));
  CHECK(report->rtp_timestamp == 900000 + 90 * ToMilliseconds(player.now + 500ms - kStart));
  CHECK(report->packet_count == 6);
  CHECK(report->octet_count == 6000);
}

TEST_CASE("RFC 3550 6.4.1: the round-trip time comes from the report that a block names") {
  Player player;
  player.Join();
  const NtpTime ntp{uint64_t{3'900'000'000} << 32};
  player.stream.OnClock({.track_id = kVideoTrack, .ntp = ntp}, player.now);
  const auto report = player.track.MakeSenderReport(player.now);
  REQUIRE(report.has_value());
  rtp::rtcp::ReportBlock block{.ssrc = kSsrc,
                               .last_sender_report = report->ntp.Middle(),
                               .delay_since_last_sender_report = 65536 / 2};
  player.track.OnReportBlock(block, player.now + 580ms);
  CHECK(ToMilliseconds(player.track.round_trip_time()) == 80);
  block.last_sender_report += 1;
  player.track.OnReportBlock(block, player.now + 5s);
  CHECK(ToMilliseconds(player.track.round_trip_time()) == 80);
}

namespace {

constexpr uint8_t kTransportSequenceId = 3;

std::optional<uint16_t> TransportNumber(const Sent& packet) {
  const auto value = rtp::FindExtension(packet.view, kTransportSequenceId);
  if (!value || value->size() != 2) return std::nullopt;
  return static_cast<uint16_t>((*value)[0] << 8 | (*value)[1]);
}

// Two layers of one video, as a worker has them.
struct Layers {
  Layers() {
    for (uint32_t id : {1u, 5u}) {
      media::Track track{.id = id, .codec = media::Codec::kH264};
      track.mid = "0";
      layers.push_back(std::make_shared<StreamTrack>(track));
    }
  }
  // A picture of the layer, of two packets.
  void Push(size_t layer, uint32_t timestamp, bool key, Instant arrival) {
    for (bool first : {true, false}) {
      rtp::Packet packet;
      packet.sequence_number = numbers[layer]++;
      packet.rtp_timestamp = timestamp;
      packet.marker = !first;
      packet.role = {.starts_access_unit = first, .key_frame = key};
      packet.arrival = arrival;
      packet.payload = Bytes(100, static_cast<uint8_t>(layer));
      layers[layer]->ring.Push(std::make_shared<rtp::Packet>(std::move(packet)));
      layers[layer]->last_arrival = arrival;
    }
  }
  std::vector<StreamTrackPtr> layers;
  uint16_t numbers[2] = {10, 20};
};

}  // namespace

TEST_CASE("Transport-wide numbers go on over tracks, repetitions and padding") {
  auto settings = VideoSettings();
  settings.transport_sequence_id = kTransportSequenceId;
  Player player(settings);
  congestion::BandwidthEstimator bandwidth;
  player.bandwidth = &bandwidth;
  player.PushGroup(2, 2);
  player.Join();
  auto packets = player.SendAll();
  REQUIRE(packets.size() == 4);
  player.Resend(packets[1].view.sequence_number);
  MediaOutlet outlet = player.Outlet();
  CHECK(player.track.SendPadding(outlet));
  player.batch.Flush(player.now);
  for (Sent& more : player.Take()) packets.push_back(std::move(more));
  REQUIRE(packets.size() == 6);
  for (size_t i = 0; i < packets.size(); ++i) {
    INFO("packet " << i);
    CHECK(TransportNumber(packets[i]) == static_cast<uint16_t>(i));
  }
  CHECK(PlayoutDelayOf(packets[0]) == kAtOnce);
  CHECK(packets[4].view.ssrc == kRtxSsrc);
  CHECK(packets[5].view.ssrc == kRtxSsrc);
  CHECK(packets[5].view.payload.empty());
  CHECK(packets[5].view.sequence_number ==
        static_cast<uint16_t>(packets[4].view.sequence_number + 1));
}

TEST_CASE("A layer goes on until the next one has a key frame, and no timestamp comes twice") {
  Player player;
  Layers video;
  uint32_t time = 90000;
  const auto frame = [&](bool low_key = false) {
    video.Push(0, time, time == 90000, player.now);
    video.Push(1, time, low_key || time == 90000, player.now);
    time += 3000;
    player.now += 33ms;
  };
  frame();
  player.track.Bind(video.layers[0], player.now);
  auto sent = player.SendAll();
  player.now += 1s;
  player.track.ChangeLayer(video.layers[1], player.now);
  for (int i = 0; i < 3; ++i) {
    frame();
    for (Sent& packet : player.SendAll()) sent.push_back(std::move(packet));
    CHECK(sent.back().view.payload[0] == 0);
  }
  frame(true);
  for (int i = 0; i < 3; ++i) {
    for (Sent& packet : player.SendAll()) sent.push_back(std::move(packet));
    CHECK(sent.back().view.payload[0] == 1);
    frame();
  }
  CHECK(player.track.source() == video.layers[1]);
  CheckGapFree(sent);
  for (size_t i = 2; i < sent.size(); i += 2) {
    INFO("packet " << i);
    CHECK(sent[i].view.rtp_timestamp == sent[i - 2].view.rtp_timestamp + 3000);
    CHECK(sent[i + 1].view.rtp_timestamp == sent[i].view.rtp_timestamp);
  }
}

TEST_CASE("A key frame that comes after its moment was sent in the old layer gets the next one") {
  Player player;
  Layers video;
  video.Push(0, 90000, true, player.now);
  player.track.Bind(video.layers[0], player.now);
  auto sent = player.SendAll();
  player.track.ChangeLayer(video.layers[1], player.now);
  video.Push(1, 90000, true, player.now);
  video.Push(1, 93000, false, player.now);
  for (Sent& packet : player.SendAll()) sent.push_back(std::move(packet));
  REQUIRE(sent.size() == 6);
  CHECK(sent[2].view.rtp_timestamp == 90001);
  CHECK(sent[3].view.rtp_timestamp == 90001);
  CHECK(sent[4].view.rtp_timestamp == 93000);
}

TEST_CASE("With patience the next 50 packets ask for a delay that lets lost ones come again") {
  Player player;
  player.PushGroup(100, 2);
  player.Join();
  player.SendAll();
  const auto delay_of_next = [&] {
    player.Push(player.source.Frame(false, 60));
    const auto packets = player.SendAll();
    CHECK(PlayoutDelayOf(packets.back()).empty());
    return PlayoutDelayOf(packets.front());
  };
  CHECK(delay_of_next().empty());
  player.track.SetPatience(200ms);
  CHECK(delay_of_next() == Bytes{0x01, 0x40, 0x32});  // 20 and 50 times 10 ms
  player.track.SetPatience(200ms);
  CHECK(delay_of_next().empty());
  player.track.SetPatience(Duration(0));
  CHECK(delay_of_next() == kLipSync);
}

TEST_CASE("Where much is lost a repetition leaves twice, with numbers of its own") {
  Player player;
  player.PushGroup(2, 2);
  player.Join();
  const auto packets = player.SendAll();
  MediaOutlet outlet = player.Outlet();
  player.track.Resend(packets[1].view.sequence_number, outlet, 2);
  player.batch.Flush(player.now);
  const auto again = player.Take();
  REQUIRE(again.size() == 2);
  CHECK(again[0].view.sequence_number != again[1].view.sequence_number);
  CHECK(ToBytes(again[0].view.payload) == ToBytes(again[1].view.payload));
}

TEST_CASE("Opus repeats what was before it when sound is lost, and only then") {
  auto settings = AudioSettings();
  settings.red_payload_type = 63;
  Player player(settings);
  player.Push({player.source.Sound()});
  player.Join();
  const auto send = [&] {
    player.Push({player.source.Sound()});
    Sent last = std::move(player.SendAll().back());
    last.view = rtp::ParseRtp(last.bytes).value();
    return last;
  };
  send();
  CHECK(send().view.payload_type == 111);
  player.sound_distance = 2;
  const Sent red = send();
  CHECK(red.view.payload_type == 63);
  REQUIRE(red.view.payload.size() == 4 + 4 + 1 + 300);
  CHECK(red.view.payload[0] == (0x80 | 111));
  CHECK(red.view.payload[8] == 111);
  const auto number = [&](size_t at) { return Sent::ReadU32(red.view.payload.subspan(at)); };
  CHECK(number(9) + 1 == number(109));
  CHECK(number(109) + 1 == number(209));
  player.sound_distance = 0;
  const Sent plain = send();
  CHECK(plain.view.payload_type == 111);
  CHECK(plain.view.sequence_number == static_cast<uint16_t>(red.view.sequence_number + 1));
}

}  // namespace sluice::webrtc_media
