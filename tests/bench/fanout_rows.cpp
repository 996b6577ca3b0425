#include <netinet/udp.h>
#include <sys/socket.h>

#include "libs/net/udp_socket.h"
#include "services/webrtc-media/player_track.h"
#include "tests/bench/rows.h"
#include "tests/unit/webrtc_media_worker/test_stream.h"

namespace sluice::bench {
namespace {

using namespace webrtc_media;

constexpr size_t kPlayers = 100;
constexpr size_t kPacketsPerFrame = 10;

// A picture as encoders' packets are cut here: equal but for the last.
std::vector<size_t> EvenPayloads() {
  return std::vector<size_t>(kPacketsPerFrame, rtp::kMaxFanoutPayload);
}
// As browsers cut it: the longer ones come last.
std::vector<size_t> UnevenPayloads() {
  auto payloads = EvenPayloads();
  for (size_t i = 0; i < payloads.size() / 2; ++i) --payloads[i];
  return payloads;
}

net::SocketAddress AnyPort() { return net::SocketAddress::Parse("127.0.0.1", 0).value(); }

// Takes everything and sends nothing.
class NoSender final : public net::BatchSender {
 public:
  size_t Send(std::span<const net::UdpMessage> messages) override { return messages.size(); }
};

struct Way {
  srtp::Profile profile = srtp::Profile::kAeadAes128Gcm;
  bool send = true;
  bool gro = true;           // the sinks take bursts whole
  bool segmentation = true;  // we send bursts
  std::vector<size_t> payloads = EvenPayloads();
};

struct Player {
  Player(const PlayerTrackSettings& settings, RandomSource& random)
      : track(settings, counters, random) {}

  PlayerCounters counters;
  PlayerTrack track;
  PeerPath path;
  std::unique_ptr<srtp::PacketProtector> protector;
  std::unique_ptr<net::UdpSocket> sink;
};

// A stream with its players and their sinks. Kept from round to round.
class Fanout {
 public:
  explicit Fanout(const Way& way)
      : way_(way),
        socket_(net::UdpSocket::Bind(AnyPort()).value()),
        sender_(way.send ? net::MakeGsoBatchSender(socket_->fd()) : std::make_unique<NoSender>()),
        batch_(*sender_) {
    stream_.OnDescription(TestDescription());
    for (size_t i = 0; i < kPlayers; ++i) AddPlayer(static_cast<uint8_t>(i));
    SendFrame(true);  // everyone has joined, everything is in the cache
  }

  double Measure() {
    constexpr int kFrames = 20;
    const uint64_t before = counters_.rtp_packets.value();
    double seconds = 0;
    for (int i = 0; i < kFrames; ++i) seconds += SendFrame(i == 0);
    return seconds / static_cast<double>(counters_.rtp_packets.value() - before);
  }

 private:
  void AddPlayer(uint8_t seed) {
    const PlayerTrackSettings settings{
        .kind = media::MediaKind::kVideo,
        .ssrc = 1000u + seed,
        .formats = {{.codec = media::Codec::kH264, .payload_type = 102}}};
    auto player = std::make_unique<Player>(settings, random_);
    player->sink = net::UdpSocket::Bind(AnyPort()).value();
    const int gro = way_.gro ? 1 : 0;
    setsockopt(player->sink->fd(), IPPROTO_UDP, UDP_GRO, &gro, sizeof(gro));
    player->path.UseUdp(player->sink->local_address(), socket_->local_address(), batch_,
                        way_.segmentation);
    player->protector = engine_->MakeProtector(KeysOf(way_.profile, seed)).value();
    player->track.Bind(stream_.FindTrack(settings.kind, settings.formats), now_);
    players_.push_back(std::move(player));
  }

  // CPU seconds of this thread for one frame to all players. The sinks are emptied afterwards.
  double SendFrame(bool key_frame) {
    now_ += 33ms;
    for (const auto& packet : source_.Frame(key_frame, way_.payloads)) {
      stream_.OnPacket(packet, now_);
    }
    const double begun = ThreadCpuSeconds();
    stream_.EvenOut();
    for (auto& player : players_) {
      MediaOutlet outlet{player->path, *engine_, *player->protector, counters_, now_};
      player->track.Send(outlet);
    }
    engine_->Flush();
    batch_.Flush(now_);
    const double seconds = ThreadCpuSeconds() - begun;
    for (auto& player : players_) player->sink->Receive([](const net::UdpDatagram&) {});
    return seconds;
  }

  Way way_;
  Instant now_{1000s};
  SystemRandom random_;
  WorkerCounters counters_;
  WorkerStream stream_{1};
  TestStream source_{now_};
  std::unique_ptr<srtp::ProtectorEngine> engine_ =
      srtp::MakeEngine(srtp::EngineChoice::kFastest).value();
  std::unique_ptr<net::UdpSocket> socket_;
  std::unique_ptr<net::BatchSender> sender_;
  net::SendBatch batch_;
  std::vector<std::unique_ptr<Player>> players_;
};

}  // namespace

void AddFanoutRows(std::vector<Row>& rows) {
  constexpr auto kSha1 = srtp::Profile::kAes128CmSha1_80;
  const auto add = [&](const char* name, Reference reference, const Way& way) {
    auto fanout = std::make_shared<Fanout>(way);
    rows.push_back({name, reference, [fanout] { return fanout->Measure(); }});
  };
  add("fanout/to-nowhere/gcm", Reference::kGcm, {.send = false});
  add("fanout/to-nowhere/cm-sha1", Reference::kGcm, {.profile = kSha1, .send = false});
  add("fanout/bursts/gcm", Reference::kSend, {});
  add("fanout/bursts/cm-sha1", Reference::kSend, {.profile = kSha1});
  add("fanout/bursts/uneven", Reference::kSend, {.payloads = UnevenPayloads()});
  add("fanout/one-small-packet", Reference::kSend, {.payloads = {100}});
  add("fanout/bursts-cut-by-kernel/gcm", Reference::kSend, {.gro = false});
  add("fanout/singly/gcm", Reference::kSend, {.gro = false, .segmentation = false});
}

}  // namespace sluice::bench
