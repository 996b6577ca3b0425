// sluice-load: WHEP players with real ICE, DTLS and counting of what arrives.
#include <cstdio>
#include <cstdlib>
#include <map>
#include <string>

#include "absl/strings/numbers.h"
#include "tools/sluice-load/report.h"

namespace {

constexpr char kHelp[] =
    R"(sluice-load: plays a stream by WHEP with many players and prints what they got as JSON

  sluice-load --url http://127.0.0.1:8081/whep/cam [--players 100] [--rate 25] [--seconds 20]

  --url      WHEP endpoint; a numeric address and a port
  --players  how many (1..5000)
  --rate     joins per second (1..1000)
  --seconds  how long to play after the last join (1..3600)

Exit status: 0 if every player got media, 1 if not, 2 for wrong options.
)";

struct Options {
  std::string url;
  int players = 100;
  int rate = 25;
  int seconds = 20;
};

bool InRange(int value, int low, int high) { return value >= low && value <= high; }

// False: wrong options.
bool ReadOptions(int argc, char** argv, Options& options) {
  std::map<std::string, int*> numbers = {
      {"--players", &options.players}, {"--rate", &options.rate}, {"--seconds", &options.seconds}};
  for (int i = 1; i < argc; i += 2) {
    std::string name = argv[i];
    if (i + 1 >= argc) return false;
    if (name == "--url") {
      options.url = argv[i + 1];
    } else if (!numbers.contains(name) || !absl::SimpleAtoi(argv[i + 1], numbers[name])) {
      return false;
    }
  }
  return !options.url.empty() && InRange(options.players, 1, 5000) &&
         InRange(options.rate, 1, 1000) && InRange(options.seconds, 1, 3600);
}

}  // namespace

int main(int argc, char** argv) {
  using namespace sluice;
  Options options;
  if (argc == 2 && std::string(argv[1]) == "--help") {
    std::fputs(kHelp, stdout);
    return 0;
  }
  if (!ReadOptions(argc, argv, options)) {
    std::fputs(kHelp, stderr);
    return 2;
  }
  auto url = load::ParseHttpUrl(options.url);
  if (!url.ok()) {
    std::fprintf(stderr, "%s\n", url.status().ToString().c_str());
    return 2;
  }
  setenv("UV_THREADPOOL_SIZE", "16", 0);  // the POSTs block there
  loop::EventLoop loop;
  SystemRandom random;
  load::DtlsClientContext dtls;
  std::vector<std::unique_ptr<load::WhepPlayer>> players;
  loop::Timer end(loop, [&] { loop.Stop(); });
  loop::Timer join(loop, [&] {
    players.push_back(std::make_unique<load::WhepPlayer>(loop, random, dtls, *url));
    players.back()->Start();
    if (static_cast<int>(players.size()) < options.players) return;
    join.Stop();
    end.Start(std::chrono::seconds(options.seconds));
  });
  Instant begin = loop.now();
  join.Start(0ms, Duration(1'000'000 / options.rate));
  loop.Run();
  double seconds = ToSeconds(loop.now() - begin);
  std::vector<load::PlayerResult> results;
  bool all = true;
  for (const auto& player : players) {
    results.push_back(player->result());
    all = all && results.back().packets > 0;
  }
  std::fputs(load::Report(results, seconds).c_str(), stdout);
  for (const auto& player : players) player->Stop();
  players.clear();
  return all ? 0 : 1;
}
