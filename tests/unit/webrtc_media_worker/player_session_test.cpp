#include "services/webrtc-media/player_session.h"

#include <catch2/catch.hpp>

#include "libs/srtp/engine.h"
#include "tests/support/fixed_random.h"
#include "tests/support/sent_datagrams.h"
#include "tests/unit/webrtc_media_worker/test_player.h"
#include "tests/unit/webrtc_media_worker/test_stream.h"

namespace sluice::webrtc_media {
namespace {

constexpr Instant kStart{100s};
constexpr FeedId kFeed = 1;

std::shared_ptr<const dtls::ServerContext> TestContext() {
  static const auto context =
      dtls::ServerContext::Make(dtls::Certificate::MakeSelfSigned(absl::Now()).value()).value();
  return context;
}

// One player and the session that serves it, joined in memory, with a clock of their own.
struct Joined final : PlayerSession::Listener {
  Joined() { Make(player.Settings(kStart)); }

  void Make(PlayerSettings settings) {
    session.reset();
    session = std::make_unique<PlayerSession>(environment, *this, std::move(settings), kFeed, now);
    stream.OnDescription(TestDescription());
    session->OnDescription(stream, now);
  }

  void Check() {
    const stun::Tuple tuple{.local = stun::TransportAddress::From(local.raw()),
                            .remote = stun::TransportAddress::From(remote.raw())};
    const auto result = session->transport().OnCheck(player.Check(), tuple, now);
    REQUIRE(result.verdict == stun::IceLiteResponder::Verdict::kValid);
    CHECK(player.AcceptsAnswer(result.response));
    session->transport().UsePath(tuple, remote, local, batch);
  }

  // Carries what the session has sent to the player, and its answers back, until both are quiet.
  void Carry(std::vector<Bytes> to_session = {}) {
    do {
      for (Bytes& datagram : to_session) Deliver(datagram);
      to_session.clear();
      batch.Flush(now);
      for (const auto& datagram : sent.Take()) {
        for (Bytes& answer : player.OnDatagram(datagram.bytes)) {
          to_session.push_back(std::move(answer));
        }
      }
    } while (!to_session.empty());
  }

  void Deliver(Bytes& datagram) {
    if (rtp::rtcp::IsRtcp(datagram)) {
      session->OnRtcp(datagram, now);
    } else {
      session->OnDtls(datagram, now);
    }
  }

  void Connect() {
    Check();
    Carry(player.StartDtls());
  }

  void SendRtcp(const Bytes& compound) { Carry({player.ProtectRtcp(compound)}); }

  void Push(const std::vector<rtp::PacketPtr>& packets) {
    for (const auto& packet : packets) stream.OnPacket(packet, now);
    session->SendMedia(now);
    Carry();
  }

  void SetClocks() {
    const NtpTime ntp{uint64_t{3'900'000'000} << 32};
    stream.OnClock({.track_id = kVideoTrack, .ntp = ntp, .rtp_timestamp = 900000}, now);
    stream.OnClock(
        {.track_id = kAudioTrack, .ntp = ntp, .rtp_timestamp = 480000, .clock_rate = 48000}, now);
  }

  void OnPlaying(const PlayerSession&, Duration time) override { playing_after = time; }
  void OnKeyFrameWanted(FeedId feed, StreamTrack& track) override {
    CHECK(feed == kFeed);
    CHECK(track.track.id == kVideoTrack);
    ++key_frames_wanted;
  }
  void OnBandwidth(const PlayerSession&, uint64_t, uint64_t) override { ++starved; }

  Instant now = kStart;
  TestPlayer player{"one"};
  test::FixedRandom random;
  WorkerCounters counters;
  std::unique_ptr<srtp::ProtectorEngine> engine = srtp::MakeOpensslEngine();
  PeerTransport::Environment environment{
      .dtls = TestContext(), .engine = *engine, .counters = counters, .random = random};
  net::SentDatagrams sent;
  net::SendBatch batch{sent};
  net::SocketAddress remote = net::SocketAddress::Parse("192.0.2.9", 5000).value();
  net::SocketAddress local = net::SocketAddress::Parse("192.0.2.1", 31000).value();
  WorkerStream stream{kFeed};
  TestStream source{kStart};
  std::unique_ptr<PlayerSession> session;
  std::optional<Duration> playing_after;
  int key_frames_wanted = 0;
  int starved = 0;
};

Bytes Report(uint32_t about, uint32_t last_sender_report = 0) {
  Bytes compound;
  rtp::rtcp::Serialize(
      rtp::rtcp::ReceiverReport{
          .ssrc = 1, .blocks = {{.ssrc = about, .last_sender_report = last_sender_report}}},
      compound);
  return compound;
}

}  // namespace

TEST_CASE("A player gets sender reports first, then sound, then the cached group, all authentic") {
  Joined joined;
  joined.SetClocks();
  for (int i = 0; i < 5; ++i) joined.stream.OnPacket(joined.source.Sound(), kStart);
  for (const auto& packet : joined.source.Frame(true, 8)) joined.stream.OnPacket(packet, kStart);
  joined.now += 42ms;
  joined.Connect();
  const TestPlayer& player = joined.player;
  REQUIRE(player.connected());
  CHECK(player.refused == 0);
  REQUIRE(player.reports.size() == 2);
  REQUIRE(player.packets.size() == 1 + 8);
  CHECK(player.order[0]);
  CHECK(player.order[1]);
  for (size_t i = 0; i < 9; ++i) {
    CHECK(player.packets[i]->view.ssrc == (i < 1 ? kAudioSsrc : kVideoSsrc));
  }
  CHECK(joined.playing_after == 42ms);
  CHECK(joined.session->playing());
}

TEST_CASE("Sender reports of both tracks come every second and share a timeline") {
  Joined joined;
  joined.SetClocks();
  joined.Connect();
  REQUIRE(joined.player.reports.size() == 2);
  for (int i = 0; i < 20; ++i) {
    joined.now += 100ms;
    joined.session->OnTick(joined.now);
    joined.Carry();
  }
  const auto& reports = joined.player.reports;
  REQUIRE(reports.size() == 6);
  const auto& video = reports[4];
  const auto& audio = reports[5];
  CHECK(video.ssrc == kVideoSsrc);
  CHECK(audio.ssrc == kAudioSsrc);
  CHECK(video.ntp == audio.ntp);
  CHECK(video.rtp_timestamp - 900000 == 2 * 90000);
  CHECK(audio.rtp_timestamp - 480000 == 2 * 48000);
}

TEST_CASE("Nothing is sent before the handshake, and DTLS only on a checked path") {
  Joined joined;
  for (const auto& packet : joined.source.Frame(true, 3)) joined.stream.OnPacket(packet, kStart);
  joined.session->SendMedia(kStart);
  joined.Carry(joined.player.StartDtls());
  CHECK_FALSE(joined.player.connected());
  CHECK(joined.player.order.empty());
}

TEST_CASE("RFC 4585 6.2.1: a NACK is answered by RTX") {
  Joined joined;
  joined.Connect();
  joined.Push(joined.source.Frame(true, 6));
  REQUIRE(joined.player.packets.size() == 6);
  const uint16_t lost = joined.player.packets[2]->view.sequence_number;
  rtp::rtcp::Nack nack{.sender_ssrc = 1, .media_ssrc = kVideoSsrc, .items = {}};
  nack.Add(lost);
  nack.Add(static_cast<uint16_t>(lost + 2));
  Bytes compound = Report(kVideoSsrc);
  rtp::rtcp::Serialize(nack, compound);
  joined.now += 20ms;
  joined.SendRtcp(compound);
  REQUIRE(joined.player.packets.size() == 8);
  CHECK(joined.player.refused == 0);
  CHECK(joined.player.packets[6]->view.ssrc == kVideoRtxSsrc);
  CHECK(joined.player.packets[6]->view.payload_type == 103);
  CHECK(joined.counters.rtx_packets.value() == 2);
}

TEST_CASE("RFC 4585 6.3.1: after a picture loss upstream is asked and the group sent again") {
  Joined joined;
  joined.Connect();
  joined.Push(joined.source.Frame(true, 6));
  joined.now += 3s;
  Bytes pli;
  rtp::rtcp::Serialize(rtp::rtcp::PictureLossIndication{.sender_ssrc = 1, .media_ssrc = kVideoSsrc},
                       pli);
  joined.SendRtcp(pli);
  CHECK(joined.key_frames_wanted == 1);
  CHECK(joined.player.packets.size() == 12);
  CHECK(joined.player.refused == 0);
  CHECK(joined.counters.replays.value() == 1);
}

TEST_CASE("Without RTX a NACK asks for a key frame instead of a second protection") {
  Joined joined;
  auto settings = joined.player.Settings(kStart);
  settings.tracks[0].rtx_ssrc = 0;
  joined.Make(settings);
  joined.Connect();
  joined.Push(joined.source.Frame(true, 6));
  rtp::rtcp::Nack nack{.sender_ssrc = 1, .media_ssrc = kVideoSsrc, .items = {}};
  nack.Add(joined.player.packets[2]->view.sequence_number);
  Bytes compound;
  rtp::rtcp::Serialize(nack, compound);
  joined.SendRtcp(compound);
  CHECK(joined.key_frames_wanted == 1);
  CHECK(joined.player.packets.size() == 6);
}

TEST_CASE("RTCP that is not authentic is counted and ignored") {
  Joined joined;
  joined.Connect();
  Bytes forged = Report(kVideoSsrc);
  forged.resize(forged.size() + 20);
  joined.Carry({forged});
  CHECK(joined.counters.bad_rtcp.value() == 1);
  CHECK(joined.counters.receiver_reports.value() == 0);
  joined.SendRtcp(Report(kVideoSsrc));
  CHECK(joined.counters.receiver_reports.value() == 1);
}

TEST_CASE("RFC 3711 3.3.2: RTCP that comes a second time is counted and ignored") {
  Joined joined;
  joined.Connect();
  const Bytes report = joined.player.ProtectRtcp(Report(kVideoSsrc));
  joined.Carry({report, report, report});
  CHECK(joined.counters.receiver_reports.value() == 1);
  CHECK(joined.counters.bad_rtcp.value() == 2);
}

TEST_CASE("RTCP with any bit changed changes nothing, a BYE least of all") {
  Joined joined;
  joined.Connect();
  Bytes compound = Report(kVideoSsrc);
  rtp::rtcp::Serialize(rtp::rtcp::Goodbye{.ssrcs = {1}, .reason = {}}, compound);
  const Bytes goodbye = joined.player.ProtectRtcp(compound);
  for (size_t i = 8; i < goodbye.size(); ++i) {
    Bytes changed = goodbye;
    changed[i] ^= 0x01;
    joined.Carry({changed});
  }
  CHECK(joined.counters.bad_rtcp.value() == goodbye.size() - 8);
  CHECK_FALSE(joined.session->ended());
  joined.Carry({goodbye});
  CHECK(joined.session->ended());
}

TEST_CASE("DTLS records that are not authentic do not end a session") {
  Joined joined;
  joined.Connect();
  // A close_notify of epoch 0 in the clear, the same in epoch 1 with a wrong tag, and a new hello.
  const Bytes clear = {21, 0xfe, 0xfd, 0, 0, 0, 0, 0, 0, 0, 99, 0, 2, 1, 0};
  Bytes forged = {21, 0xfe, 0xfd, 0, 1, 0, 0, 0, 0, 0, 99, 0, 26};
  forged.resize(forged.size() + 26, 0x55);
  joined.Carry({clear, forged});
  joined.Carry(TestPlayer("another").StartDtls());
  CHECK_FALSE(joined.session->ended());
}

TEST_CASE("A player leaves by DTLS close_notify or RTCP BYE") {
  Joined joined;
  joined.Connect();
  SECTION("close_notify") { joined.Carry(joined.player.CloseDtls()); }
  SECTION("BYE") {
    Bytes compound = Report(kVideoSsrc);
    rtp::rtcp::Serialize(rtp::rtcp::Goodbye{.ssrcs = {1}, .reason = {}}, compound);
    joined.SendRtcp(compound);
  }
  CHECK(joined.session->ended());
  CHECK(joined.session->transport().end_reason() == EndReason::kClosed);
}

TEST_CASE("Ending a session tells the player, and nothing is sent afterwards") {
  Joined joined;
  joined.Connect();
  joined.session->End(EndReason::kPublisherStopped, "gone", joined.now);
  joined.session->End(EndReason::kClosed, "later", joined.now);
  joined.Carry();
  CHECK(joined.player.closed_by_server());
  CHECK(joined.session->transport().end_reason() == EndReason::kPublisherStopped);
  joined.Push(joined.source.Frame(true, 3));
  CHECK(joined.player.packets.empty());
}

TEST_CASE("Another certificate than the offer's ends the session") {
  Joined joined;
  auto settings = joined.player.Settings(kStart);
  settings.transport.fingerprint.sha256[0] ^= 1;
  joined.Make(settings);
  joined.Connect();
  CHECK(joined.session->ended());
  CHECK(joined.session->transport().end_reason() == EndReason::kFingerprintMismatch);
}

TEST_CASE("A player whose checks do not come, or stop, is ended after 30 s") {
  Joined joined;
  const bool connects = GENERATE(false, true);
  if (connects) joined.Connect();
  joined.session->OnTick(kStart + 29s);
  CHECK_FALSE(joined.session->ended());
  joined.session->OnTick(kStart + 30s);
  REQUIRE(joined.session->ended());
  CHECK(joined.session->transport().end_reason() == EndReason::kIceTimeout);
}

TEST_CASE("A lost first flight of DTLS is repeated by the tick") {
  Joined joined;
  joined.Check();
  for (Bytes& datagram : joined.player.StartDtls()) joined.Deliver(datagram);
  joined.batch.Flush(joined.now);
  REQUIRE_FALSE(joined.sent.Take().empty());  // lost
  joined.now += 100ms;
  joined.session->OnTick(joined.now);
  joined.Carry();
  CHECK(joined.player.connected());
}

TEST_CASE("Video that the socket could not take in time is followed by a key frame only") {
  Joined joined;
  joined.Connect();
  joined.Push(joined.source.Frame(true, 3));
  joined.sent.room = 0;
  joined.Push(joined.source.Frame(false, 3));
  joined.now += 25ms;
  joined.sent.room = 1000;
  joined.batch.Flush(joined.now);  // skips what is late
  joined.Push(joined.source.Frame(false, 3));
  CHECK(joined.player.packets.size() == 3);
  joined.Push(joined.source.Frame(true, 3));
  CHECK(joined.player.packets.size() == 6);
  CHECK(joined.counters.late_video.value() == 3);
  CHECK(joined.counters.key_frame_skips.value() == 1);
}

TEST_CASE("A track that is bound later starts with its own sender report") {
  Joined joined;
  joined.stream.OnDescription(TestDescription(media::Codec::kAac));
  joined.session->OnDescription(joined.stream, joined.now);
  joined.SetClocks();
  joined.Connect();
  REQUIRE(joined.player.reports.size() == 1);
  WorkerStream rendition(2);
  rendition.OnDescription(TestDescription(media::Codec::kOpus));
  const NtpTime ntp{uint64_t{3'900'000'000} << 32};
  rendition.OnClock({.track_id = kAudioTrack, .ntp = ntp, .clock_rate = 48000}, joined.now);
  rendition.OnPacket(joined.source.Sound(), joined.now);
  joined.session->BindTrack(1, 2, &rendition, joined.now);
  joined.session->SendMedia(joined.now);
  joined.Carry();
  REQUIRE(joined.player.reports.size() == 2);
  CHECK(joined.player.reports[1].ssrc == kAudioSsrc);
  REQUIRE(joined.player.packets.size() == 1);
  CHECK(joined.player.packets[0]->view.ssrc == kAudioSsrc);
}

TEST_CASE("A path that another session has proved is used no more until the next check") {
  Joined joined;
  joined.Connect();
  joined.session->transport().LoseTuple(joined.session->transport().tuples()[0]);
  CHECK_FALSE(joined.session->transport().has_path());
  joined.Push(joined.source.Frame(true, 3));
  CHECK(joined.player.packets.empty());
  joined.Check();
  joined.session->SendMedia(joined.now);
  joined.Carry();
  CHECK(joined.player.packets.size() == 3);
}

namespace {

// Frames of 30 packets a second each, while the player tells its own estimate once a second.
void WatchAt(Joined& joined, uint64_t estimate, int seconds) {
  for (int frame = 0; frame < seconds * 30; ++frame) {
    if (frame % 30 == 0) {
      Bytes compound;
      rtp::rtcp::Serialize(rtp::rtcp::ReceiverEstimatedMaximumBitrate{.bitrate_bps = estimate},
                           compound);
      joined.SendRtcp(compound);
    }
    joined.now += 33333us;
    joined.Push(joined.source.Frame(frame % 60 == 0, 3));
    if (frame % 3 == 0) joined.session->OnTick(joined.now);
    joined.Carry();
  }
}

}  // namespace

TEST_CASE("A link too thin for the only layer gets key frames, and the owner is told once") {
  Joined joined;
  joined.Connect();
  WatchAt(joined, 5'000'000, 4);
  CHECK(joined.starved == 0);
  CHECK(joined.player.packets.size() == 4 * 30 * 3);
  WatchAt(joined, 200'000, 6);
  CHECK(joined.starved == 1);
  const size_t before = joined.player.packets.size();
  WatchAt(joined, 200'000, 4);
  CHECK(joined.player.packets.size() - before <= 2 * 3);
  CHECK(joined.starved == 1);
  WatchAt(joined, 5'000'000, 8);
  const size_t again = joined.player.packets.size();
  WatchAt(joined, 5'000'000, 2);
  CHECK(joined.player.packets.size() - again == 2 * 30 * 3);
}

TEST_CASE("Lies about the bandwidth neither stop the sound nor the session") {
  Joined joined;
  joined.Connect();
  for (uint64_t lie : {uint64_t{0}, uint64_t{1} << 63}) {
    WatchAt(joined, lie, 5);
    const size_t before = joined.player.packets.size();
    joined.Push({joined.source.Sound()});
    CHECK(joined.player.packets.size() > before);
  }
  CHECK_FALSE(joined.session->ended());
}

TEST_CASE("Feedback of a player that did not agree on numbers says nothing") {
  Joined joined;
  joined.Connect();
  joined.Push(joined.source.Frame(true, 3));
  Bytes compound;
  rtp::rtcp::TransportFeedbackBuilder builder(0, 1s);
  for (uint16_t number = 0; number < 100; ++number) builder.Add(number, 1s + number * 10ms);
  rtp::rtcp::Serialize(builder.Build(1, kVideoSsrc, 0), compound);
  joined.SendRtcp(compound);
  CHECK(joined.counters.transport_feedback.value() == 0);
  CHECK_FALSE(joined.session->ended());
}

}  // namespace sluice::webrtc_media
