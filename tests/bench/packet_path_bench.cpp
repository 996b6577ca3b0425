// What one packet to one player costs, from the shared payload to the kernel. See README.md.
#include <netinet/udp.h>
#include <sys/socket.h>
#include <time.h>

#include <array>
#include <cstdio>
#include <memory>
#include <vector>

#include "libs/net/udp_socket.h"
#include "libs/srtp/engine.h"
#include "services/webrtc-media/player_track.h"
#include "tests/unit/webrtc_media_worker/test_stream.h"

namespace sluice::webrtc_media {
namespace {

constexpr size_t kPlayers = 100;
constexpr size_t kPacketsPerFrame = 10;
constexpr int kFrames = 300;
constexpr double kBaselinePacketsPerSecond = 276;

double ThreadCpuSeconds() {
  timespec time;
  clock_gettime(CLOCK_THREAD_CPUTIME_ID, &time);
  return static_cast<double>(time.tv_sec) + static_cast<double>(time.tv_nsec) / 1e9;
}

srtp::SessionKeys KeysOf(srtp::Profile profile, uint8_t seed) {
  srtp::MasterKey master{.profile = profile};
  master.key.fill(seed);
  master.salt.fill(static_cast<uint8_t>(~seed));
  return srtp::DeriveSessionKeys(master).value();
}

void PrintRow(const char* name, double seconds, uint64_t packets) {
  const double us = seconds * 1e6 / static_cast<double>(packets);
  std::printf("%-54s %8.3f us/packet %8.3f ms / viewer-s\n", name, us,
              us * kBaselinePacketsPerSecond / 1e3);
}

struct Player {
  Player(const PlayerTrackSettings& settings, RandomSource& random)
      : track(settings, counters, random) {}

  PlayerCounters counters;
  PlayerTrack track;
  net::UdpPath path;
  std::unique_ptr<srtp::PacketProtector> protector;
  std::unique_ptr<net::UdpSocket> sink;
};

// Takes everything and sends nothing.
class NoSender final : public net::BatchSender {
 public:
  size_t Send(std::span<const net::UdpMessage> messages) override { return messages.size(); }
};

struct Setting {
  const char* name;
  srtp::Profile profile;
  bool send = true;
  bool gro = true;
  bool segmentation = true;
};

class Run {
 public:
  explicit Run(const Setting& setting)
      : setting_(setting),
        socket_(net::UdpSocket::Bind(net::SocketAddress::Parse("127.0.0.1", 0).value()).value()),
        sender_(setting.send ? net::MakeGsoBatchSender(socket_->fd())
                             : std::make_unique<NoSender>()),
        batch_(*sender_) {
    stream_.OnDescription(TestDescription());
    for (size_t i = 0; i < kPlayers; ++i) AddPlayer(static_cast<uint8_t>(i));
  }

  void Measure() {
    SendFrame(true);  // everyone has joined, everything is in the cache
    const uint64_t before = counters_.rtp_packets.value();
    double seconds = 0;
    for (int i = 0; i < kFrames; ++i) seconds += SendFrame(i % 60 == 0);
    PrintRow(setting_.name, seconds, counters_.rtp_packets.value() - before);
    if (counters_.key_frame_skips.value() != 0) std::printf("  (a socket was full)\n");
  }

 private:
  void AddPlayer(uint8_t seed) {
    const PlayerTrackSettings settings{
        .kind = media::MediaKind::kVideo,
        .ssrc = 1000u + seed,
        .formats = {{.codec = media::Codec::kH264, .payload_type = 102}}};
    auto player = std::make_unique<Player>(settings, random_);
    player->sink = net::UdpSocket::Bind(net::SocketAddress::Parse("127.0.0.1", 0).value()).value();
    const int gro = setting_.gro ? 1 : 0;
    setsockopt(player->sink->fd(), IPPROTO_UDP, UDP_GRO, &gro, sizeof(gro));
    player->path = {.to = player->sink->local_address(),
                    .from = socket_->local_address(),
                    .segmentation = setting_.segmentation};
    player->protector = engine_->MakeProtector(KeysOf(setting_.profile, seed)).value();
    player->track.Bind(stream_.FindTrack(settings.kind, settings.formats), now_);
    players_.push_back(std::move(player));
  }

  // CPU seconds of this thread for one frame to all players.
  double SendFrame(bool key_frame) {
    now_ += 33ms;
    for (const auto& packet : source_.Frame(key_frame, kPacketsPerFrame, rtp::kMaxFanoutPayload)) {
      stream_.OnPacket(packet, now_);
    }
    const double begun = ThreadCpuSeconds();
    for (auto& player : players_) {
      MediaOutlet outlet{batch_, player->path, *engine_, *player->protector, counters_, now_};
      player->track.Send(outlet);
    }
    engine_->Flush();
    batch_.Flush(now_);
    const double seconds = ThreadCpuSeconds() - begun;
    for (auto& player : players_) {
      player->sink->Receive([](const net::UdpDatagram&) {});
    }
    return seconds;
  }

  Setting setting_;
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

void MeasureProtect(const char* name, srtp::Profile profile) {
  constexpr uint64_t kPackets = 300'000;
  auto engine = srtp::MakeEngine(srtp::EngineChoice::kFastest).value();
  auto protector = engine->MakeProtector(KeysOf(profile, 1)).value();
  const Bytes payload(rtp::kMaxFanoutPayload, 0x33);
  std::array<uint8_t, 1500> place{};
  const double begun = ThreadCpuSeconds();
  for (uint64_t index = 0; index < kPackets; ++index) {
    protector->Protect({place, 12, index, payload});
  }
  PrintRow(name, ThreadCpuSeconds() - begun, kPackets);
}

}  // namespace
}  // namespace sluice::webrtc_media

int main() {
  using namespace sluice;
  using webrtc_media::Run;
  constexpr auto kGcm = srtp::Profile::kAeadAes128Gcm;
  constexpr auto kSha1 = srtp::Profile::kAes128CmSha1_80;
  webrtc_media::MeasureProtect("protect, AEAD_AES_128_GCM", kGcm);
  webrtc_media::MeasureProtect("protect, AES128_CM_HMAC_SHA1_80", kSha1);
  const webrtc_media::Setting settings[] = {
      {.name = "build, GCM", .profile = kGcm, .send = false},
      {.name = "build + send, GCM, sinks with GRO", .profile = kGcm},
      {.name = "build + send, GCM, sinks without GRO", .profile = kGcm, .gro = false},
      {.name = "the same, datagram by datagram",
       .profile = kGcm,
       .gro = false,
       .segmentation = false},
      {.name = "build + send, CM_SHA1, sinks with GRO", .profile = kSha1},
      {.name = "build + send, CM_SHA1, sinks without GRO", .profile = kSha1, .gro = false},
  };
  for (const webrtc_media::Setting& setting : settings) Run(setting).Measure();
}
