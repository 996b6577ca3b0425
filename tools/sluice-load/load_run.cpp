#include "tools/sluice-load/load_run.h"

#include <algorithm>
#include <thread>

#include "libs/base/status_macros.h"

namespace sluice::load {
namespace {

constexpr Duration kPublishPatience = 10s;
constexpr Duration kPublishLead = 2s;  // a server's own first seconds with a new stream
constexpr Duration kPoll = 50ms;
constexpr Duration kMemoryStep = 100ms;
constexpr size_t kSharedPart = 5;  // memory is noted when a fifth of the players play

}  // namespace

LoadRun::LoadRun(loop::EventLoop& loop, const Options& options, const FlvFile* file)
    : loop_(loop),
      options_(options),
      file_(file),
      dtls_(options.srtp),
      phase_(loop, [this] { next_ == nullptr ? loop_.Stop() : (this->*next_)(); }),
      join_(loop, [this] { Join(); }),
      memory_(loop, [this] { NoteMemory(); }),
      // Nobody waits for the sockets meanwhile, so that what comes wakes nobody.
      rest_(loop, [this] { std::this_thread::sleep_for(options_.read_every * 1ms); }),
      slopes_(options.server_pids.size()) {}

LoadRun::~LoadRun() = default;

absl::Status LoadRun::Prepare() {
  for (int i = 0; i < options_.streams; ++i) {
    if (!options_.publish.empty()) {
      SLUICE_ASSIGN_OR_RETURN(publish_urls_.emplace_back(),
                              ParseRtmpUrl(UrlOfStream(options_.publish, i)));
    }
    if (!options_.url.empty()) {
      SLUICE_ASSIGN_OR_RETURN(play_urls_.emplace_back(),
                              ParseHttpUrl(UrlOfStream(options_.url, i)));
    }
  }
  return absl::OkStatus();
}

RunResult LoadRun::Run() {
  After(0ms, &LoadRun::Publish);
  loop_.Run();
  result_.end = Take();
  for (const auto& player : players_) result_.players.push_back(player->result());
  for (const auto& publisher : publishers_) {
    result_.published += publisher->publishing();
    if (result_.publish_failure.empty()) result_.publish_failure = publisher->failure();
  }
  for (pid_t pid : options_.server_pids) result_.server_names.push_back(NameOf(pid));
  for (const MemorySlope& slope : slopes_)
    result_.server_bytes_per_player.push_back(slope.bytes_per_player());
  return result_;
}

void LoadRun::End() {
  for (const auto& player : players_) player->Stop();
  for (const auto& publisher : publishers_) publisher->End();
}

void LoadRun::Publish() {
  began_ = loop_.now();
  for (const RtmpUrl& url : publish_urls_) {
    publishers_.push_back(std::make_unique<RtmpPublisher>(loop_, random_, url, *file_));
    publishers_.back()->Start();
  }
  AwaitPublished();
}

void LoadRun::AwaitPublished() {
  bool all = std::all_of(publishers_.begin(), publishers_.end(),
                         [](const auto& publisher) { return publisher->publishing(); });
  if (!all && loop_.now() - began_ < kPublishPatience) {
    return After(kPoll, &LoadRun::AwaitPublished);
  }
  After(publishers_.empty() ? 0ms : kPublishLead, &LoadRun::Idle);
}

void LoadRun::Idle() {
  result_.idle_begin = Take();
  bool watch = !options_.server_pids.empty() && !play_urls_.empty();
  After(watch ? Duration(std::chrono::seconds(options_.idle)) : Duration(0), &LoadRun::Join);
}

// The first call begins; then one player per call.
void LoadRun::Join() {
  if (players_.empty()) {
    result_.idle_end = Take();
    if (play_urls_.empty()) return Measure();
    join_.Start(Duration(1'000'000 / options_.rate), Duration(1'000'000 / options_.rate));
    memory_.Start(kMemoryStep, kMemoryStep);
  }
  size_t index = players_.size();
  WhepPlayer::Settings settings{.url = play_urls_[index % play_urls_.size()],
                                .token = options_.token,
                                .bursts = options_.bursts,
                                .decrypt = index < static_cast<size_t>(options_.decrypt)};
  players_.push_back(std::make_unique<WhepPlayer>(loop_, random_, dtls_, std::move(settings)));
  players_.back()->Start();
  if (players_.size() < static_cast<size_t>(options_.players)) return;
  join_.Stop();
  After(std::chrono::seconds(options_.settle), &LoadRun::Measure);
}

void LoadRun::Measure() {
  memory_.Stop();
  NoteMemory();
  if (options_.read_every > 0) rest_.Start(1ms, 1ms);
  result_.begin = Take();
  next_ = nullptr;
  phase_.Start(std::chrono::seconds(options_.seconds));
}

Snapshot LoadRun::Take() const {
  Snapshot snapshot{.when = loop_.now(), .own = OwnUsage()};
  for (pid_t pid : options_.server_pids) snapshot.servers.push_back(UsageOf(pid));
  for (const auto& player : players_) {
    PlayerResult result = player->result();
    snapshot.packets += result.packets;
    snapshot.bytes += result.bytes;
  }
  return snapshot;
}

void LoadRun::NoteMemory() {
  if (options_.server_pids.empty()) return;
  auto playing = static_cast<size_t>(std::count_if(
      players_.begin(), players_.end(), [](const auto& player) { return player->has_media(); }));
  // The first players also bring what all share: subscriptions, caches.
  if (playing * kSharedPart < static_cast<size_t>(options_.players)) return;
  for (size_t i = 0; i < slopes_.size(); ++i)
    slopes_[i].Add(playing, UsageOf(options_.server_pids[i]).rss);
}

void LoadRun::After(Duration delay, void (LoadRun::*next)()) {
  next_ = next;
  phase_.Start(delay);
}

}  // namespace sluice::load
