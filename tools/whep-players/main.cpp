// sluice-whep-players: plays one stream by WHEP many times and counts what arrives.
#include <poll.h>
#include <sys/resource.h>

#include <algorithm>
#include <cstdio>
#include <cstdlib>
#include <cstring>
#include <iostream>
#include <vector>

#include "absl/time/clock.h"
#include "libs/base/status_macros.h"
#include "libs/base/text.h"
#include "tools/whep-players/player.h"

namespace sluice::whep_players {
namespace {

struct Options {
  std::string url;
  int players = 10;
  int seconds = 10;
};

// nullopt: wrong flags.
std::optional<Options> ReadOptions(int argc, char** argv) {
  Options options;
  for (int i = 1; i + 1 < argc; i += 2) {
    if (std::strcmp(argv[i], "--url") == 0)
      options.url = argv[i + 1];
    else if (std::strcmp(argv[i], "--players") == 0)
      options.players = std::atoi(argv[i + 1]);
    else if (std::strcmp(argv[i], "--seconds") == 0)
      options.seconds = std::atoi(argv[i + 1]);
    else
      return std::nullopt;
  }
  if (options.url.empty() || options.players < 1 || options.seconds < 1) return std::nullopt;
  return options;
}

using Players = std::vector<std::unique_ptr<Player>>;

// Serves all sockets until `end`.
void Run(const Players& players, Instant end) {
  std::vector<pollfd> sockets;
  for (const auto& player : players) sockets.push_back({player->fd(), POLLIN, 0});
  Instant next_timer{};
  for (Instant now = MonotonicNow(); now < end; now = MonotonicNow()) {
    poll(sockets.data(), sockets.size(), 20);
    for (size_t i = 0; i < sockets.size(); ++i) {
      if (sockets[i].revents & POLLIN) players[i]->OnReadable();
    }
    if (now < next_timer) continue;
    next_timer = now + 50ms;
    for (const auto& player : players) player->OnTimer(now);
  }
}

double CpuSeconds() {
  rusage usage{};
  getrusage(RUSAGE_SELF, &usage);
  return static_cast<double>(usage.ru_utime.tv_sec + usage.ru_stime.tv_sec) +
         static_cast<double>(usage.ru_utime.tv_usec + usage.ru_stime.tv_usec) / 1e6;
}

double Percentile(std::vector<double> values, double share) {
  if (values.empty()) return 0;
  std::sort(values.begin(), values.end());
  return values[static_cast<size_t>(share * static_cast<double>(values.size() - 1))];
}

// Prints one line of JSON; returns how many players got media.
size_t Report(const Players& players) {
  uint64_t packets = 0, bytes = 0, lost = 0;
  std::vector<double> first;
  for (const auto& player : players) {
    packets += player->packets();
    bytes += player->bytes();
    lost += player->lost();
    if (player->first_packet()) first.push_back(ToSeconds(*player->first_packet()) * 1000);
  }
  std::printf(
      "{\"players\":%zu,\"playing\":%zu,\"packets\":%llu,\"bytes\":%llu,\"lost\":%llu,"
      "\"first_packet_ms\":{\"p50\":%.1f,\"p99\":%.1f},\"own_cpu_s\":%.2f}\n",
      players.size(), first.size(), static_cast<unsigned long long>(packets),
      static_cast<unsigned long long>(bytes), static_cast<unsigned long long>(lost),
      Percentile(first, 0.5), Percentile(first, 0.99), CpuSeconds());
  return first.size();
}

absl::Status Play(const Options& options) {
  SLUICE_ASSIGN_OR_RETURN(const HttpUrl url, HttpUrl::Parse(options.url));
  SLUICE_ASSIGN_OR_RETURN(const auto certificate, dtls::Certificate::MakeSelfSigned(absl::Now()));
  const auto context = DtlsClientContext::Make(*certificate);
  if (!context) return absl::InternalError("OpenSSL refuses");
  SystemRandom random;
  Players players;
  for (int i = 0; i < options.players; ++i) {
    players.push_back(
        std::make_unique<Player>(*context, certificate->fingerprint().ToString(), random));
    SLUICE_RETURN_IF_ERROR(players.back()->Play(url));
    Run(players, MonotonicNow() + 10ms);
  }
  Run(players, MonotonicNow() + std::chrono::seconds(options.seconds));
  for (const auto& player : players) player->Stop();
  return Report(players) == players.size() ? absl::OkStatus()
                                           : absl::UnavailableError("a player got no media");
}

}  // namespace
}  // namespace sluice::whep_players

int main(int argc, char** argv) {
  const auto options = sluice::whep_players::ReadOptions(argc, argv);
  if (!options) {
    std::cerr << "Usage: sluice-whep-players --url http://HOST:PORT/whep/NAME"
                 " [--players N] [--seconds N]\n";
    return 2;
  }
  const absl::Status status = sluice::whep_players::Play(*options);
  if (!status.ok()) std::cerr << sluice::ToStd(status.message()) << "\n";
  return status.ok() ? 0 : 1;
}
