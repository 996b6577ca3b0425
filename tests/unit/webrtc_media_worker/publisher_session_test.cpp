#include "services/webrtc-media/publisher_session.h"

#include <algorithm>
#include <catch2/catch.hpp>
#include <iterator>

#include "libs/srtp/engine.h"
#include "tests/support/fixed_random.h"
#include "tests/support/sent_datagrams.h"
#include "tests/unit/webrtc_media_worker/test_publisher.h"

namespace sluice::webrtc_media {
namespace {

constexpr Instant kStart{100s};

std::shared_ptr<const dtls::ServerContext> TestContext() {
  static const auto context =
      dtls::ServerContext::Make(dtls::Certificate::MakeSelfSigned(absl::Now()).value()).value();
  return context;
}

// One publisher and the session that serves it, joined in memory, with a clock of their own.
struct Joined final : PublisherSession::Listener {
  explicit Joined(PublisherSettings settings = TestPublisherSettings()) {
    counters = settings.counters;
    settings.transport = peer.Settings(kStart).transport;
    session = std::make_unique<PublisherSession>(environment, *this, std::move(settings), 7, now);
    const stun::Tuple tuple{.local = stun::TransportAddress::From(local.raw()),
                            .remote = stun::TransportAddress::From(remote.raw())};
    REQUIRE(session->transport().OnCheck(peer.Check(), tuple, now).verdict ==
            stun::IceLiteResponder::Verdict::kValid);
    session->transport().UsePath(tuple, remote, local, batch);
    std::vector<Bytes> to_session = peer.StartDtls();
    do {
      for (const Bytes& datagram : to_session) session->OnDtls(datagram, now);
      to_session = Carry();
    } while (!to_session.empty());
    REQUIRE(peer.connected());
  }

  // Gives the peer what has been sent; its answers.
  std::vector<Bytes> Carry() {
    std::vector<Bytes> answers;
    batch.Flush(now);
    for (const auto& datagram : sent.Take()) {
      for (Bytes& answer : peer.OnDatagram(datagram.bytes)) answers.push_back(std::move(answer));
    }
    return answers;
  }

  void Deliver(Bytes datagram) { session->OnRtp(datagram, now); }
  void Send(const TestRtp& packet) { Deliver(peer.ProtectRtp(packet.Serialize())); }
  void Send(const std::vector<TestRtp>& packets) {
    for (const TestRtp& packet : packets) Send(packet);
  }
  void SendRtcp(const Bytes& compound) {
    Bytes datagram = peer.ProtectRtcp(compound);
    session->OnRtcp(datagram, now);
  }
  // Ends the turn, as the worker does.
  void EndTurn() {
    for (PublishedItem& item : session->turn().items) items.push_back(std::move(item));
    session->turn().items.clear();
    if (std::exchange(received, false)) session->OnTurnEnd(now);
    Carry();
  }
  void Pass(Duration time) {
    constexpr Duration kStep = 20ms;
    for (Duration passed{0}; passed < time; passed += kStep) {
      now += kStep;
      session->OnFeedback(now);
      if (++steps % 5 == 0) session->OnTick(now);
      EndTurn();
    }
  }

  std::vector<rtp::Packet> Packets(uint16_t encoding) const {
    std::vector<rtp::Packet> packets;
    for (const PublishedItem& item : items) {
      const auto* packet = std::get_if<rtp::Packet>(&item.content);
      if (packet != nullptr && item.encoding == encoding) packets.push_back(*packet);
    }
    return packets;
  }
  std::vector<uint16_t> Numbers(uint16_t encoding) const {
    std::vector<uint16_t> numbers;
    for (const rtp::Packet& packet : Packets(encoding)) numbers.push_back(packet.sequence_number);
    return numbers;
  }
  template <typename Content>
  std::vector<Content> All() const {
    std::vector<Content> found;
    for (const PublishedItem& item : items) {
      if (const auto* content = std::get_if<Content>(&item.content)) found.push_back(*content);
    }
    return found;
  }
  std::vector<uint16_t> Asked() const {
    std::vector<uint16_t> asked;
    for (const auto& nack : Find<rtp::rtcp::Nack>(peer.compounds)) {
      nack.ForEach([&](uint16_t sequence_number) { asked.push_back(sequence_number); });
    }
    return asked;
  }
  size_t Plis() const { return Find<rtp::rtcp::PictureLossIndication>(peer.compounds).size(); }

  void OnStarted(const PublisherSession&) override { ++started; }
  void OnSilent(const PublisherSession&, bool silent) override { silences.push_back(silent); }
  void OnReceived(PublisherSession&) override { received = true; }

  Instant now = kStart;
  TestPlayer peer{"one"};
  test::FixedRandom random;
  WorkerCounters worker_counters;
  std::shared_ptr<PublisherCounters> counters;
  std::unique_ptr<srtp::ProtectorEngine> engine = srtp::MakeOpensslEngine();
  PeerTransport::Environment environment{
      .dtls = TestContext(), .engine = *engine, .counters = worker_counters, .random = random};
  net::SentDatagrams sent;
  net::SendBatch batch{sent};
  net::SocketAddress remote = net::SocketAddress::Parse("192.0.2.9", 5000).value();
  net::SocketAddress local = net::SocketAddress::Parse("192.0.2.1", 31000).value();
  std::unique_ptr<PublisherSession> session;
  std::vector<PublishedItem> items;
  int started = 0;
  std::vector<bool> silences;
  bool received = false;
  int steps = 0;
};

constexpr uint16_t kSound = 0;
constexpr uint16_t kVideo = 1;

TestRtp Sound(uint16_t sequence_number, Bytes payload = {0x78, 1, 2, 3}) {
  return {.ssrc = kPublishedSound,
          .payload_type = kOpusType,
          .sequence_number = sequence_number,
          .timestamp = 960u * sequence_number,
          .payload = std::move(payload),
          .extensions = {}};
}

// RFC 2198: the packet before in a block of its own.
TestRtp Red(uint16_t sequence_number, const Bytes& before, const Bytes& own) {
  TestRtp packet = Sound(sequence_number);
  packet.payload_type = kRedType;
  constexpr uint32_t kOffset = 960;
  packet.payload = {0x80 | kOpusType, static_cast<uint8_t>(kOffset >> 6),
                    static_cast<uint8_t>((kOffset & 0x3f) << 2),
                    static_cast<uint8_t>(before.size()), kOpusType};
  for (const Bytes* block : {&before, &own}) {
    std::copy(block->begin(), block->end(), std::back_inserter(packet.payload));
  }
  return packet;
}

}  // namespace

TEST_CASE("A publisher's frames come out in order, in the fan-out's form, after their format") {
  Joined joined;
  joined.Send(Vp8Frame(65535, 9000, true, 3));
  joined.Send(Sound(1));
  joined.EndTurn();
  CHECK(joined.started == 1);
  REQUIRE(joined.items.size() == 2 + 4);
  const auto& format = std::get<FormatChange>(joined.items[0].content);
  CHECK(joined.items[0].encoding == kVideo);
  CHECK(format.codec == media::Codec::kVp8);
  CHECK(format.width == 640);
  CHECK(format.height == 480);
  const auto video = joined.Packets(kVideo);
  REQUIRE(video.size() == 3);
  CHECK(joined.Numbers(kVideo) == std::vector<uint16_t>{65535, 0, 1});
  CHECK(video[0].role.key_frame);
  CHECK(video[0].role.starts_access_unit);
  CHECK_FALSE(video[1].role.starts_access_unit);
  CHECK(video[2].marker);
  CHECK(video[0].payload[0] == 0x10);  // RFC 7741 4.2 without the picture id
  CHECK(video[0].payload.size() == 98);
  CHECK(video[0].rtp_timestamp == 9000);
  CHECK(video[0].arrival == kStart);
  REQUIRE(joined.Packets(kSound).size() == 1);
  CHECK(joined.All<FormatChange>()[1].clock_rate == 48000);
}

TEST_CASE("Video that does not begin with a key frame is kept back, and one is asked for") {
  Joined joined;
  joined.Send(Vp8Frame(10, 9000, false, 2));
  joined.EndTurn();
  CHECK(joined.items.empty());
  CHECK(joined.Plis() == 1);
  joined.Send(Vp8Frame(12, 12000, false, 1));
  joined.EndTurn();
  CHECK(joined.Plis() == 1);  // at most each 500 ms
  joined.Pass(520ms);
  CHECK(joined.Plis() == 2);  // and until it comes
  joined.Send(Vp8Frame(13, 15000, true, 1));
  joined.EndTurn();
  joined.Pass(1100ms);
  CHECK(joined.Plis() == 2);
  CHECK(joined.Numbers(kVideo) == std::vector<uint16_t>{13});
}

TEST_CASE("RFC 4585 6.2.1: what is missing is asked for, and RTX puts it in its place") {
  Joined joined;
  const auto frame = Vp8Frame(100, 9000, true, 8);
  for (size_t i : {0, 1, 3, 4, 6, 7}) joined.Send(frame[i]);
  joined.EndTurn();
  CHECK(joined.Numbers(kVideo) == std::vector<uint16_t>{100, 101});
  CHECK(joined.Asked() == std::vector<uint16_t>{102, 105});
  joined.now += 30ms;
  joined.Send(Rtx(frame[5], 1));
  joined.Send(Rtx(frame[2], 2));
  joined.EndTurn();
  CHECK(joined.Numbers(kVideo) == std::vector<uint16_t>{100, 101, 102, 103, 104, 105, 106, 107});
  CHECK(joined.Packets(kVideo)[2].payload == joined.Packets(kVideo)[3].payload);
  joined.Pass(1s);
  CHECK(joined.Asked().size() == 2);
  CHECK(joined.Plis() == 0);
  CHECK(joined.counters->encodings[kVideo].recovered_packets.value() == 2);
  CHECK(joined.counters->encodings[kVideo].retransmitted_packets.value() == 2);
  CHECK(joined.counters->round_trip_us.value() == 30'000);
}

TEST_CASE("Packets that merely come in another order are not asked for") {
  Joined joined;
  const auto frame = Vp8Frame(100, 9000, true, 4);
  for (size_t i : {0, 2, 1, 3}) joined.Send(frame[i]);
  joined.EndTurn();
  CHECK(joined.Numbers(kVideo) == std::vector<uint16_t>{100, 101, 102, 103});
  joined.Pass(200ms);
  CHECK(joined.Asked().empty());
}

TEST_CASE("What does not come is asked for ten times at most, then a key frame is wanted") {
  Joined joined;
  const auto frame = Vp8Frame(100, 9000, true, 5);
  joined.Send(frame[0]);
  joined.EndTurn();
  for (size_t i : {2, 3, 4}) joined.Send(frame[i]);
  joined.EndTurn();
  joined.Pass(2s);
  CHECK(joined.Asked().size() >= 3);
  CHECK(joined.Asked().size() <= NackList::kMaxTries);
  CHECK(joined.Plis() >= 1);
  joined.Send(Vp8Frame(105, 12000, false, 1));  // cannot be decoded
  joined.Send(Vp8Frame(106, 15000, true, 1));
  joined.EndTurn();
  CHECK(joined.Numbers(kVideo) == std::vector<uint16_t>{100, 106});
  CHECK(joined.counters->encodings[kVideo].lost_packets.value() == 1);
}

TEST_CASE("RTX of packets that are not missing, or were never sent, changes nothing") {
  Joined joined;
  const auto frame = Vp8Frame(100, 9000, true, 3);
  joined.Send(frame);
  joined.Send(Rtx(frame[1], 1));
  TestRtp future = frame[2];
  future.sequence_number = 200;
  joined.Send(Rtx(future, 2));
  TestRtp padding = Rtx(frame[2], 3);
  padding.payload.resize(1);
  joined.Send(padding);
  joined.EndTurn();
  joined.Send(Vp8Frame(103, 12000, false, 1));
  joined.EndTurn();
  joined.Pass(100ms);
  CHECK(joined.Numbers(kVideo) == std::vector<uint16_t>{100, 101, 102, 103});
  CHECK(joined.Asked().empty());
}

TEST_CASE("RFC 2198: RED repairs a lost packet of sound by the next one") {
  Joined joined;
  const std::vector<Bytes> sound = {{0x78, 1}, {0x78, 2}, {0x78, 3}, {0x78, 4}};
  joined.Send(Red(10, {}, sound[0]));
  joined.Send(Red(12, sound[1], sound[2]));
  joined.Send(Red(13, sound[2], sound[3]));
  joined.EndTurn();
  const auto packets = joined.Packets(kSound);
  REQUIRE(packets.size() == 4);
  for (size_t i = 0; i < 4; ++i) {
    CHECK(packets[i].payload == sound[i]);
    CHECK(packets[i].rtp_timestamp == 960 * (10 + i));
    CHECK(packets[i].sequence_number == 10 + i);
  }
  CHECK(joined.counters->encodings[kSound].packets.value() == 3);
}

TEST_CASE("Sound that RED cannot repair is given up after three packets, and goes on") {
  Joined joined;
  for (uint16_t number : {10, 12, 13, 14}) joined.Send(Sound(number));
  joined.Pass(20ms);
  CHECK(joined.Numbers(kSound) == std::vector<uint16_t>{10, 12, 13, 14});
  CHECK(joined.Asked().empty());  // nobody has agreed to NACK for sound
}

TEST_CASE("RED that is cut short is dropped and counted") {
  Joined joined;
  joined.Send(Sound(1));
  TestRtp bad = Red(2, {1, 2, 3}, {4});
  for (size_t size = 0; size < 5; ++size) {
    TestRtp cut = bad;
    cut.sequence_number = static_cast<uint16_t>(2 + size);
    cut.payload.resize(size);
    joined.Send(cut);
  }
  joined.EndTurn();
  CHECK(joined.Packets(kSound).size() == 1);
  CHECK(joined.counters->encodings[kSound].dropped_packets.value() == 5);
}

TEST_CASE("RFC 8852: layers and their RTX are told apart by rid and repaired-rid") {
  Joined joined(TestSimulcastSettings());
  const auto send = [&](uint32_t ssrc, std::string_view rid, uint16_t number, bool key) {
    TestRtp packet = Vp8Frame(number, 9000, key, 1)[0];
    packet.ssrc = ssrc;
    packet.extensions = {{kMidId, {'1'}}, {kRidId, Bytes(rid.begin(), rid.end())}};
    joined.Send(packet);
  };
  send(0x51, "l", 5, true);
  send(0x52, "h", 500, true);
  joined.EndTurn();
  CHECK(joined.Numbers(0) == std::vector<uint16_t>{500});
  CHECK(joined.Numbers(1) == std::vector<uint16_t>{5});
  // Once known, the SSRC is enough, and a NACK goes to it.
  for (uint16_t number : {502, 503, 504}) {
    TestRtp packet = Vp8Frame(number, 12000, false, 1)[0];
    packet.ssrc = 0x52;
    joined.Send(packet);
  }
  joined.EndTurn();
  REQUIRE(Find<rtp::rtcp::Nack>(joined.peer.compounds).size() == 1);
  CHECK(Find<rtp::rtcp::Nack>(joined.peer.compounds)[0].media_ssrc == 0x52);
  TestRtp repair = Rtx(Vp8Frame(501, 12000, false, 1)[0], 1);
  repair.ssrc = 0x53;
  repair.extensions = {{kMidId, {'1'}}, {kRepairedRidId, {'h'}}};
  joined.Send(repair);
  joined.EndTurn();
  CHECK(joined.Numbers(0) == std::vector<uint16_t>{500, 501, 502, 503, 504});
}

TEST_CASE("RFC 8843 9.2: an undeclared SSRC is known by its mid, or by a payload type") {
  Joined joined(TestPublisherSettings(false));
  TestRtp sound = Sound(1);
  sound.ssrc = 0x77;
  joined.Send(sound);
  TestRtp video = Vp8Frame(5, 9000, true, 1)[0];
  video.ssrc = 0x78;
  video.extensions = {{kMidId, {'1'}}};
  joined.Send(video);
  joined.EndTurn();
  CHECK(joined.Packets(kSound).size() == 1);
  CHECK(joined.Packets(kVideo).size() == 1);
  // A second stream of the same payload type does not push the first one out.
  sound.ssrc = 0x79;
  joined.Send(sound);
  joined.EndTurn();
  CHECK(joined.worker_counters.unknown_ssrc.value() == 1);
}

TEST_CASE("A source that changes its SSRC goes on with a key frame") {
  Joined joined(TestSimulcastSettings());
  const auto send = [&](uint32_t ssrc, uint16_t number, bool key) {
    TestRtp packet = Vp8Frame(number, 9000, key, 1)[0];
    packet.ssrc = ssrc;
    packet.extensions = {{kMidId, {'1'}}, {kRidId, {'h'}}};
    joined.Send(packet);
  };
  send(1, 100, true);
  send(2, 40000, false);
  send(2, 40001, true);
  joined.EndTurn();
  CHECK(joined.Numbers(0) == std::vector<uint16_t>{100, 40001});
}

TEST_CASE("A flood of SSRCs is bounded, and the known ones go on") {
  Joined joined;
  joined.Send(Vp8Frame(1, 9000, true, 1));
  joined.Send(Sound(1));
  for (uint32_t ssrc = 1000; ssrc < 1200; ++ssrc) {
    TestRtp packet = Sound(1);
    packet.ssrc = ssrc;
    joined.Send(packet);
  }
  joined.Send(Vp8Frame(2, 12000, false, 1));
  joined.EndTurn();
  CHECK(joined.Packets(kVideo).size() == 2);
  const uint64_t unknown = joined.worker_counters.unknown_ssrc.value();
  CHECK(unknown == srtp::SrtpUnprotector::kMaxSsrcs - 2);
  CHECK(joined.worker_counters.bad_rtp.value() == 200 - unknown);
}

TEST_CASE("RFC 3711 3.3.2: replayed, forged and cut packets are counted and change nothing") {
  Joined joined;
  const auto frame = Vp8Frame(1, 9000, true, 2);
  const Bytes first = joined.peer.ProtectRtp(frame[0].Serialize());
  const Bytes second = joined.peer.ProtectRtp(frame[1].Serialize());
  joined.Deliver(first);
  joined.Deliver(first);
  Bytes forged = second;
  forged.back() ^= 1;
  joined.Deliver(forged);
  for (size_t size : {1u, 11u, 12u, 20u, 27u}) {
    joined.Deliver(Bytes(second.begin(), second.begin() + static_cast<long>(size)));
  }
  joined.Deliver(TestPlayer("stranger").Check());
  joined.Deliver(second);
  joined.EndTurn();
  CHECK(joined.Numbers(kVideo) == std::vector<uint16_t>{1, 2});
  CHECK(joined.worker_counters.bad_rtp.value() == 8);
}

TEST_CASE("A jump of the sequence numbers begins anew with the next key frame") {
  Joined joined;
  joined.Send(Vp8Frame(1, 9000, true, 2));
  joined.Send(Vp8Frame(5000, 12000, false, 1));
  joined.Send(Vp8Frame(5001, 15000, true, 1));
  joined.EndTurn();
  CHECK(joined.Numbers(kVideo) == std::vector<uint16_t>{1, 2, 5001});
  CHECK(joined.Asked().empty());
}

TEST_CASE("Another agreed codec is told before its first key frame; others are dropped") {
  Joined joined;
  joined.Send(Vp8Frame(1, 9000, true, 1));
  TestRtp h264 = Vp8Frame(2, 12000, true, 1)[0];
  h264.payload_type = kH264Type;
  h264.payload = {0x78, 0, 4, 0x67, 0x42, 0xe0, 0x1f};  // STAP-A: not yet a key frame
  joined.Send(h264);
  TestRtp stranger = Vp8Frame(3, 15000, true, 1)[0];
  stranger.payload_type = 50;
  joined.Send(stranger);
  TestRtp idr = h264;
  idr.sequence_number = 4;
  idr.marker = true;
  idr.payload = {0x78, 0,    9,    0x67, 0x42, 0xe0, 0x1f, 0x95, 0xa0, 0x28, 0x0f, 0x44, 0,
                 4,    0x68, 0xce, 0x3c, 0x80, 0,    5,    0x65, 0x88, 0x84, 0x00, 0x10};
  joined.Send(idr);
  joined.EndTurn();
  CHECK(joined.counters->encodings[kVideo].dropped_packets.value() >= 1);
  const auto formats = joined.All<FormatChange>();
  REQUIRE(formats.size() == 2);
  CHECK(formats[1].codec == media::Codec::kH264);
  CHECK_FALSE(formats[1].codec_config.empty());
}

TEST_CASE("3GPP TS 26.114 7.4.5: the orientation comes with the packet that it came on") {
  Joined joined;
  auto frame = Vp8Frame(1, 9000, true, 2);
  frame[1].extensions = {{kOrientationId, {0x02}}};
  joined.Send(frame);
  joined.EndTurn();
  CHECK(joined.Packets(kVideo)[0].role.orientation == 0);
  CHECK(joined.Packets(kVideo)[1].role.orientation == 2);
}

TEST_CASE("RFC 3550 6.4.1: receiver reports tell of loss, jitter and the last sender report") {
  Joined joined;
  joined.Send(Vp8Frame(1, 9000, true, 1));
  Bytes compound;
  const NtpTime ntp{0x1234'5678'9abc'def0};
  rtp::rtcp::Serialize(
      rtp::rtcp::SenderReport{
          .ssrc = kPublishedVideo, .ntp = ntp, .rtp_timestamp = 8000, .blocks = {}},
      compound);
  joined.SendRtcp(compound);
  joined.Send(Vp8Frame(3, 12000, false, 2));
  joined.EndTurn();
  joined.Pass(100ms);
  const auto clocks = joined.All<SourceClock>();
  REQUIRE(clocks.size() == 1);
  CHECK(clocks[0].ntp == ntp);
  CHECK(clocks[0].rtp_timestamp == 8000);
  const auto reports = Find<rtp::rtcp::ReceiverReport>(joined.peer.compounds);
  REQUIRE(reports.size() == 1);
  REQUIRE(reports[0].blocks.size() == 1);
  const auto& block = reports[0].blocks[0];
  CHECK(block.ssrc == kPublishedVideo);
  CHECK(block.cumulative_lost == 1);
  CHECK(block.fraction_lost == 64);
  CHECK(block.extended_highest_sequence == 4);
  CHECK(block.last_sender_report == ntp.Middle());
  CHECK(block.delay_since_last_sender_report == 6553);
  joined.Pass(1s);
  CHECK(Find<rtp::rtcp::ReceiverReport>(joined.peer.compounds).size() == 2);
}

TEST_CASE("Transport-wide feedback names every packet, lost ones as lost") {
  Joined joined;
  for (uint8_t number : {250, 251, 253, 254}) {
    TestRtp packet = Vp8Frame(number, 9000, number == 250, 1)[0];
    packet.extensions = {{kTransportId, {0xff, number}}};
    joined.Send(packet);
    joined.now += 10ms;
  }
  joined.Pass(60ms);
  std::vector<std::pair<uint16_t, bool>> told;
  for (const Bytes& compound : joined.peer.compounds) {
    rtp::rtcp::CompoundReader reader(compound);
    while (const auto packet = reader.Next()) {
      const auto feedback = rtp::rtcp::ParseTransportFeedback(*packet);
      if (!feedback) continue;
      feedback->ForEach([&](uint16_t number, std::optional<Duration> arrival) {
        told.emplace_back(number, arrival.has_value());
      });
    }
  }
  const std::vector<std::pair<uint16_t, bool>> expected = {
      {0xfffa, true}, {0xfffb, true}, {0xfffc, false}, {0xfffd, true}, {0xfffe, true}};
  CHECK(told == expected);
}

TEST_CASE("The agreed bitrate is told each second by REMB, within the limits") {
  PublisherSettings settings = TestPublisherSettings();
  settings.min_bitrate_bps = 300'000;
  settings.max_bitrate_bps = 1'000'000;
  Joined joined(std::move(settings));
  using Limit = rtp::rtcp::ReceiverEstimatedMaximumBitrate;
  const auto last = [&] { return Find<Limit>(joined.peer.compounds).back().bitrate_bps; };
  joined.Send(Vp8Frame(1, 9000, true, 1));
  joined.Pass(100ms);
  CHECK(last() == 1'000'000);
  joined.session->SetWanted(~0u, 500'000, joined.now);
  joined.EndTurn();
  CHECK(last() == 500'000);
  joined.session->SetWanted(~0u, 1, joined.now);
  joined.EndTurn();
  CHECK(last() == 300'000);
  const size_t before = Find<Limit>(joined.peer.compounds).size();
  joined.Pass(3s);
  CHECK(Find<Limit>(joined.peer.compounds).size() == before + 3);
}

TEST_CASE("An encoding that nobody wants is left out, and begins again with a key frame") {
  Joined joined;
  joined.Send(Vp8Frame(1, 9000, true, 1));
  joined.session->SetWanted(1u << kSound, 0, joined.now);
  joined.Send(Vp8Frame(2, 12000, true, 1));
  joined.Send(Sound(1));
  joined.EndTurn();
  CHECK(joined.Numbers(kVideo) == std::vector<uint16_t>{1});
  CHECK(joined.Numbers(kSound) == std::vector<uint16_t>{1});
  CHECK(joined.Plis() == 0);
  joined.session->SetWanted(3, 0, joined.now);
  joined.EndTurn();
  CHECK(joined.Plis() == 1);
  joined.Send(Vp8Frame(3, 15000, false, 1));
  joined.Send(Vp8Frame(4, 18000, true, 1));
  joined.EndTurn();
  CHECK(joined.Numbers(kVideo) == std::vector<uint16_t>{1, 4});
}

TEST_CASE("What the home loop cannot take is dropped up to the next key frame, and counted") {
  Joined joined;
  joined.Send(Vp8Frame(1, 9000, true, 2));
  joined.session->OnTurnEnd(joined.now);  // nothing was taken
  joined.Carry();
  CHECK(joined.counters->queue_drops.value() == 3);
  CHECK(joined.Plis() == 1);
  joined.Send(Vp8Frame(3, 12000, false, 1));
  joined.Send(Vp8Frame(4, 15000, true, 1));
  joined.EndTurn();
  CHECK(joined.Numbers(kVideo) == std::vector<uint16_t>{4});
  CHECK(joined.All<FormatChange>().size() == 1);  // told again
}

TEST_CASE("A publisher that sends nothing authentic is told of, and that it is back") {
  Joined joined;
  joined.Pass(3s);
  CHECK(joined.silences.empty());  // it has not begun
  joined.Send(Sound(1));
  joined.Pass(1900ms);
  CHECK(joined.silences.empty());
  joined.Deliver(Bytes(100, 0x80));
  joined.Pass(200ms);
  CHECK(joined.silences == std::vector<bool>{true});
  joined.Send(Sound(2));
  CHECK(joined.silences == std::vector<bool>{true, false});
}

TEST_CASE("RFC 3550 6.6: BYE ends a source, that of the last one the session") {
  Joined joined;
  joined.Send(Sound(1));
  joined.Send(Vp8Frame(1, 9000, true, 1));
  joined.EndTurn();
  const auto goodbye = [&](uint32_t ssrc) {
    Bytes compound;
    rtp::rtcp::Serialize(rtp::rtcp::ReceiverReport{.ssrc = ssrc, .blocks = {}}, compound);
    rtp::rtcp::Serialize(rtp::rtcp::Goodbye{.ssrcs = {ssrc}, .reason = {}}, compound);
    joined.SendRtcp(compound);
  };
  goodbye(0x99);
  goodbye(kPublishedVideo);
  CHECK_FALSE(joined.session->ended());
  goodbye(kPublishedVideo);
  CHECK_FALSE(joined.session->ended());
  goodbye(kPublishedSound);
  CHECK(joined.session->ended());
}

TEST_CASE("RTCP lies change nothing") {
  Joined joined;
  joined.Send(Vp8Frame(1, 9000, true, 1));
  Bytes compound;
  rtp::rtcp::Serialize(rtp::rtcp::SenderReport{.ssrc = 0x99, .ntp = {1}, .blocks = {}}, compound);
  rtp::rtcp::Serialize(
      rtp::rtcp::ReceiverReport{.ssrc = 1, .blocks = {{.ssrc = 5, .cumulative_lost = -8'388'608}}},
      compound);
  rtp::rtcp::Nack nack{.sender_ssrc = 1, .media_ssrc = kPublishedVideo, .items = {}};
  for (uint16_t number = 0; number < 500; ++number) nack.Add(number);
  rtp::rtcp::Serialize(nack, compound);
  rtp::rtcp::Serialize(
      rtp::rtcp::PictureLossIndication{.sender_ssrc = 1, .media_ssrc = kPublishedVideo}, compound);
  joined.SendRtcp(compound);
  joined.Send(Vp8Frame(2, 12000, false, 1));
  joined.EndTurn();
  CHECK(joined.All<SourceClock>().empty());
  CHECK(joined.Numbers(kVideo) == std::vector<uint16_t>{1, 2});
  CHECK_FALSE(joined.session->ended());
}

}  // namespace sluice::webrtc_media
